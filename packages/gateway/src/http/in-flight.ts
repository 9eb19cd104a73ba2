import { BanyanError, type CancelTimer, type Clock } from 'banyan/kernel'
import type { Exchange } from './exchange.ts'

/** Requests that are not answered yet. */
export interface InFlight {
  add(exchange: Exchange): void
  remove(exchange: Exchange): void
  readonly size: number
}

/** How often it is looked for requests that are overdue: one timer for all, instead of one each. */
const LOOK_MS = 100

/** Watches requests and calls `overdue` for those that are not answered when they should be. */
export function watchInFlight(clock: Clock, overdue: (exchange: Exchange, error: BanyanError) => void): InFlight {
  const exchanges = new Set<Exchange>()
  let cancel: CancelTimer | undefined

  function look(): void {
    cancel = undefined
    const now = clock.monotonic()
    for (const exchange of exchanges)
      if (now >= exchange.answerBy)
        overdue(
          exchange,
          new BanyanError(
            'deadline_exceeded',
            'there was no answer in time; it may still happen: repeat the request with the same Idempotency-Key, or read what it changes',
          ),
        )
    if (exchanges.size > 0) cancel = clock.setTimer(LOOK_MS, look)
  }
  return {
    add(exchange) {
      exchanges.add(exchange)
      cancel ??= clock.setTimer(LOOK_MS, look)
    },
    remove(exchange) {
      exchanges.delete(exchange)
    },
    get size() {
      return exchanges.size
    },
  }
}
