import { BanyanError } from '../../kernel/error.ts'
import { assertEventFits, DATA_BYTES_MAX } from './bounds.ts'
import type { NewEvent } from './feed.ts'

/**
 * Events that one transaction emits at most. A transaction is written in one piece, during which a process on SQLite does nothing else: so many
 * events take some 20 to 50 ms.
 */
export const EVENTS_PER_TRANSACTION_MAX = 1_000
/** Characters of data in the events of one transaction at most: they are in memory until it is durable. */
export const EVENT_UNITS_PER_TRANSACTION_MAX = 8 * DATA_BYTES_MAX

/** What a transaction has emitted so far, within its bounds. */
export class EmittedEvents {
  readonly list: NewEvent[] = []
  #units = 0

  /** Characters of their data. */
  get units(): number {
    return this.#units
  }

  /** Adds an event. Throws `misuse` when it is too large, or one too many. */
  add(event: NewEvent): void {
    assertEventFits(event)
    this.#units += event.data.length
    if (this.list.length >= EVENTS_PER_TRANSACTION_MAX) throw tooMuch(event.type, `${EVENTS_PER_TRANSACTION_MAX} events`)
    if (this.#units > EVENT_UNITS_PER_TRANSACTION_MAX) throw tooMuch(event.type, `${EVENT_UNITS_PER_TRANSACTION_MAX} characters of data`)
    this.list.push(event)
  }
}

function tooMuch(type: string, bound: string): BanyanError {
  const what = `event ${type} is one too many: a transaction emits at most ${bound}, because it is written in one piece while others wait`
  return new BanyanError(
    'misuse',
    `${what}; emit the rest in transactions of their own, e.g. from a timer that sets itself again, page by page`,
  )
}
