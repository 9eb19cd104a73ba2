import type { EventMark, StoredEvent } from '../records/feed.ts'
import { olderLog } from '../records/page-history.ts'

/** Consumers in the same process are seldom further behind; an event takes about a kilobyte. */
const TAIL_EVENTS_MAX = 1_000

/** Events with much data are dropped earlier: together at most this many characters. */
const TAIL_CHARACTERS_MAX = 4_000_000

/**
 * The newest durable events in memory, so that consumers in the same process do not ask SQLite for what was just written.
 * Only a shortcut: what it does not have is read from the file.
 */
export class EventTail {
  #events: StoredEvent[] = []
  #characters = 0
  #head: number
  #newestId: string | undefined

  /** `newest` is the newest event on disk; undefined when there never was one. */
  constructor(newest: EventMark | undefined) {
    this.#head = newest?.position ?? 0
    this.#newestId = newest?.id
  }

  /** Position of the newest durable event. */
  get head(): number {
    return this.#head
  }

  /** Appends the events of one transaction, after its commit. */
  append(events: readonly StoredEvent[]): void {
    for (const event of events) {
      this.#events.push(event)
      this.#characters += event.data.length
      this.#head = event.position
      this.#newestId = event.id
    }
    if (this.#events.length >= 2 * TAIL_EVENTS_MAX || this.#characters > TAIL_CHARACTERS_MAX) this.#shrink()
  }

  /**
   * Returns up to `limit` events above `after`; undefined when some of them, or the one at `after` that is to be compared with `afterId`, are
   * no longer here. Throws `data_older` when that is another one.
   */
  read(after: number, limit: number, afterId?: string): StoredEvent[] | undefined {
    if (after >= this.#head) {
      if (afterId !== undefined && (after > this.#head || afterId !== this.#newestId))
        throw olderLog(after, afterId, after > this.#head ? undefined : this.#newestId)
      return []
    }
    const first = this.#head - this.#events.length + 1
    const start = after + 1 - first
    if (start < (afterId === undefined ? 0 : 1)) return undefined
    const known = this.#events[start - 1]
    if (afterId !== undefined && known?.id !== afterId) throw olderLog(after, afterId, known?.id)
    return this.#events.slice(start, start + limit)
  }

  #shrink(): void {
    this.#events = this.#events.slice(-TAIL_EVENTS_MAX)
    this.#characters = this.#events.reduce((sum, { data }) => sum + data.length, 0)
    if (this.#characters <= TAIL_CHARACTERS_MAX) return
    this.#events = []
    this.#characters = 0
  }
}
