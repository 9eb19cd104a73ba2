import type { Clock } from './clock.ts'
import { BanyanError } from './error.ts'

/** The moment, on the process's monotonic clock, by which an answer is useless. Travels between processes as remaining milliseconds. */
export interface Deadline {
  /** Monotonic milliseconds. */
  readonly at: number
}

/** Starts a deadline `durationMs` from now, never later than `limit`. */
export function deadlineAfter(clock: Clock, durationMs: number, limit?: Deadline): Deadline {
  const at = clock.monotonic() + durationMs
  return limit !== undefined && limit.at < at ? limit : { at }
}

/** Returns the milliseconds that are left; zero or less when it has passed. */
export function remainingMs(clock: Clock, deadline: Deadline): number {
  return deadline.at - clock.monotonic()
}

/**
 * Resolves with `work`, or rejects with `deadline_exceeded` when the deadline passes first.
 * **Gotcha**: the work itself goes on; what it does must be safe without an audience.
 */
export function within<T>(clock: Clock, deadline: Deadline, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const left = remainingMs(clock, deadline)
    const expire = (): void => reject(new BanyanError('deadline_exceeded', `${what} did not answer in time; it may still happen`))
    if (left <= 0) {
      work.catch(() => {})
      return expire()
    }
    const cancel = clock.setTimer(left, expire)
    const ended =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        cancel()
        settle(value)
      }
    work.then(ended(resolve), ended(reject))
  })
}
