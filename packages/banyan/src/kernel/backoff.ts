import type { Random } from './random.ts'

/** How the delay between attempts grows. */
export interface BackoffPolicy {
  /** Upper bound of the first delay, in milliseconds. */
  readonly firstMs: number
  /** No delay is longer, in milliseconds. */
  readonly maxMs: number
}

/** Whether the n-th failure in a row is worth a line of the log: the first and every doubling, so that an outage does not fill it. */
export function isNews(failures: number): boolean {
  return (failures & (failures - 1)) === 0
}

/**
 * Returns the delay before attempt `attempt + 1`, with full jitter: a random share of `firstMs · 2^(attempt-1)`, at most `maxMs`.
 * Half of the bound is kept as a minimum so that a retry never comes at once.
 */
export function backoffDelayMs(policy: BackoffPolicy, attempt: number, random: Pick<Random, 'next'>): number {
  const bound = Math.min(policy.maxMs, policy.firstMs * 2 ** Math.min(30, Math.max(0, attempt - 1)))
  return Math.round(bound / 2 + (bound / 2) * random.next())
}
