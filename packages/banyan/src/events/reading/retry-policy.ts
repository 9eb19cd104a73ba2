import { backoffDelayMs, type BackoffPolicy } from '../../kernel/backoff.ts'
import { BanyanError } from '../../kernel/error.ts'
import type { Random } from '../../kernel/random.ts'

/** When a failed event is tried again, and when it is parked (P6). */
export interface RetryPolicy {
  /** Attempts of an event whose handler fails by itself. Default {@link ATTEMPTS_MAX}. */
  readonly attemptsMax: number
  /** Attempts when something else is to blame, e.g. a service that is away. Default {@link OUTAGE_ATTEMPTS_MAX}. */
  readonly outageAttemptsMax: number
  readonly backoff: BackoffPolicy
}

/** Some three seconds with the default back-off: outlasts a race with another event, and a person soon hears of a real mistake. */
export const ATTEMPTS_MAX = 5

/** About three quarters of an hour with the default back-off: an outage must not park everything, one poisonous event not wait for ever. */
export const OUTAGE_ATTEMPTS_MAX = 100

/** Starts small, because most failures are short; the longest delay is what an idle retry costs after an outage has ended. */
export const RETRY_BACKOFF: BackoffPolicy = { firstMs: 200, maxMs: 30_000 }

/** Back-off of the consumer itself, while its own store or the source's feed does not answer. */
export const SOURCE_BACKOFF: BackoffPolicy = { firstMs: 100, maxMs: 5_000 }

/** The default. */
export const defaultRetryPolicy: RetryPolicy = { attemptsMax: ATTEMPTS_MAX, outageAttemptsMax: OUTAGE_ATTEMPTS_MAX, backoff: RETRY_BACKOFF }

/**
 * Returns the milliseconds to wait before the next attempt, or undefined when `attempts` were enough and the event is to be parked.
 */
export function retryDelayMs(policy: RetryPolicy, error: BanyanError, attempts: number, random: Pick<Random, 'next'>): number | undefined {
  if (attempts >= (isOutage(error) ? policy.outageAttemptsMax : policy.attemptsMax)) return undefined
  const delayMs = backoffDelayMs(policy.backoff, attempts, random)
  return error.retryAfterMs === undefined ? delayMs : Math.min(policy.backoff.maxMs, Math.max(delayMs, error.retryAfterMs))
}

/** Milliseconds that are left of a pause which a restart cut short; bounded, because the clock may have been set back since. */
export function pauseLeftMs({ backoff }: RetryPolicy, nextAt: number, now: number): number {
  return Math.min(nextAt - now, backoff.maxMs)
}

/** Whether the event is hardly to blame: trying again may help, and it is not a mistake in the program. */
export function isOutage({ code, retry, cause }: BanyanError): boolean {
  // A declared error of another service that nobody caught: its own advice still tells whether it may pass.
  if (code === 'internal') return cause instanceof BanyanError && cause.from !== undefined && cause.retry === 'safe'
  return retry !== 'never'
}
