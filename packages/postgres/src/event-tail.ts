import type { StoredEvent } from 'banyan/store'
import { olderLog } from 'banyan/store/sql'

/** An event with the number of its row, which is the token of its transaction. */
export interface NumberedEvent {
  readonly number: number
  readonly event: StoredEvent
}

/** Events kept at least: consumers that keep up read the last few. Twice as many at most, so that forgetting is rare. */
const EVENTS_KEPT = 1_024
/** Most characters of data kept, so that large events cannot fill the memory. */
const CHARACTERS_MAX = 4_000_000

/**
 * The end of the log in memory. The sequencer reads every event back when it gives it a position; keeping them answers the readers
 * of this process without another query. Invariant: positions in it are dense, and all are durable.
 */
export class EventTail {
  #events: NumberedEvent[] = []
  #characters = 0

  /** Adds events that follow each other; forgets what does not connect to them. */
  append(events: readonly NumberedEvent[]): void {
    const first = events[0]
    if (first === undefined) return
    if (this.#events.at(-1)?.event.position !== first.event.position - 1) this.#clear()
    for (const entry of events) {
      this.#events.push(entry)
      this.#characters += entry.event.data.length
    }
    this.#trim()
  }

  /**
   * Events above `after`, at most `limit`; undefined when it cannot tell and the database must be asked, also about the event at `after` that is
   * to be compared with `afterId`. Throws `data_older` when that is another one.
   */
  read(after: number, limit: number, afterId?: string): StoredEvent[] | undefined {
    const first = this.#events[0]?.event.position
    if (first === undefined) return undefined
    const from = after + 1 - first
    if (from < (afterId === undefined ? 0 : 1) || from >= this.#events.length) return undefined
    const known = this.#events[from - 1]?.event.id
    if (afterId !== undefined && known !== afterId) throw olderLog(after, afterId, known)
    return this.#events.slice(from, from + limit).map(({ event }) => event)
  }

  /** Position of the event with that number, if it is here. Recent ones are asked for. */
  positionOf(number: number): number | undefined {
    return this.#events.findLast((entry) => entry.number === number)?.event.position
  }

  #trim(): void {
    if (this.#events.length <= 2 * EVENTS_KEPT && this.#characters <= CHARACTERS_MAX) return
    const tooMany = this.#events.length - EVENTS_KEPT
    let drop = 0
    for (; drop < this.#events.length && (drop < tooMany || this.#characters > CHARACTERS_MAX); drop++)
      this.#characters -= (this.#events[drop] as NumberedEvent).event.data.length
    this.#events.splice(0, drop)
  }

  #clear(): void {
    this.#events = []
    this.#characters = 0
  }
}
