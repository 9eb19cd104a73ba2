import type { StoredEvent } from '../feed.ts'

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

  /** `head` is the newest position on disk. */
  constructor(head: number) {
    this.#head = head
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
    }
    if (this.#events.length >= 2 * TAIL_EVENTS_MAX || this.#characters > TAIL_CHARACTERS_MAX) this.#shrink()
  }

  /** Returns up to `limit` events above `after`; undefined when some of them are no longer here. */
  read(after: number, limit: number): StoredEvent[] | undefined {
    if (after >= this.#head) return []
    const first = this.#head - this.#events.length + 1
    if (after + 1 < first) return undefined
    const start = after + 1 - first
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
