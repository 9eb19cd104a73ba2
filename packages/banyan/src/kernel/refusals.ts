import { backoffDelayMs, type BackoffPolicy, isNews } from './backoff.ts'
import type { Runtime } from './runtime.ts'

/** How often in a row a store has refused, and how long to leave it alone for that. */
export interface Refusals {
  /** Refusals since it last took something. */
  readonly count: number
  /** Milliseconds left to wait; 0 when it may be asked now. */
  pauseMs(): number
  /** Whether one more is worth a line of the log. */
  isNews(): boolean
  /** It refused. Those that were under way together count once. */
  add(): void
  /** It took something. A pause that has begun is kept. */
  clear(): void
}

/**
 * Builds the count of one loop. Without it, a full disk would keep a core busy with attempts that cannot succeed;
 * the longest delay of `backoff` is what waits once there is room again.
 */
export function createRefusals({ clock, random }: Pick<Runtime, 'clock' | 'random'>, backoff: BackoffPolicy): Refusals {
  let count = 0
  let until = Number.NEGATIVE_INFINITY
  const pauseMs = (): number => Math.max(0, until - clock.monotonic())
  return {
    get count() {
      return count
    },
    pauseMs,
    isNews: () => isNews(count + 1),
    add() {
      if (pauseMs() === 0) until = clock.monotonic() + backoffDelayMs(backoff, ++count, random)
    },
    clear: () => void (count = 0),
  }
}
