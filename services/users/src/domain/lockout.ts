/** Failed sign-ins of one email address. */
export interface FailedAttempts {
  readonly failures: number
  /** Epoch milliseconds. */
  readonly lastAt: number
  /** Epoch milliseconds; 0 when not locked. */
  readonly lockedUntil: number
}

/** Failures before the first lock: more than an honest typist needs. */
export const FREE_FAILURES = 5
/** First lock; each further failure doubles it. */
export const LOCK_MS_MIN = 60_000
/** Longest lock: a stranger must not be able to keep the owner out for long. Still only about 100 guesses a day. */
export const LOCK_MS_MAX = 15 * 60_000
/** Failures older than this are forgotten. */
export const FORGET_MS = 24 * 60 * 60_000

/** Returns the milliseconds until the next attempt is allowed; 0 when it is allowed now. */
export function lockedForMs(attempts: FailedAttempts | undefined, now: number): number {
  return attempts === undefined ? 0 : Math.max(0, attempts.lockedUntil - now)
}

/** Returns the record after one more failure. */
export function afterFailure(attempts: FailedAttempts | undefined, now: number): FailedAttempts {
  const failures = attempts === undefined || now - attempts.lastAt > FORGET_MS ? 1 : attempts.failures + 1
  const beyond = failures - FREE_FAILURES
  const lockMs = beyond < 0 ? 0 : Math.min(LOCK_MS_MAX, LOCK_MS_MIN * 2 ** Math.min(beyond, 20))
  return { failures, lastAt: now, lockedUntil: lockMs === 0 ? 0 : now + lockMs }
}
