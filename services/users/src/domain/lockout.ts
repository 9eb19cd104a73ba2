/** Failed attempts under one key. */
export interface FailedAttempts {
  readonly failures: number
  /** Epoch milliseconds. */
  readonly lastAt: number
  /** Epoch milliseconds; 0 when not locked. */
  readonly lockedUntil: number
  /** When the failures no longer count, in epoch milliseconds. */
  readonly forgetAt: number
}

/** Failures of one address, or one known device, at one account before the first lock: more than an honest typist needs. */
export const FREE_FAILURES = 5
/**
 * Failures of all strangers together at one account before strangers are locked: more than twenty addresses can make without being locked
 * themselves. Known devices and the addresses of earlier sign-ins are no strangers, so nobody locks an owner out with it.
 */
export const FREE_FAILURES_OF_STRANGERS = 100
/** First lock; each further failure doubles it. */
export const LOCK_MS_MIN = 60_000
/** Longest lock: who mistypes must not wait for long. Still only about 100 guesses a day. */
export const LOCK_MS_MAX = 15 * 60_000
/** Failures that led to a lock are forgotten after this quiet time. */
export const FORGET_LOCKED_MS = 24 * 60 * 60_000
/** Others are forgotten after this one: it allows no more guesses a day than the locks do, and keeps few rows. */
export const FORGET_MS = 60 * 60_000

/** Returns the milliseconds until the next attempt is allowed; 0 when it is allowed now. */
export function lockedForMs(attempts: FailedAttempts | undefined, now: number): number {
  return attempts === undefined ? 0 : Math.max(0, attempts.lockedUntil - now)
}

/** Returns the record after one more failure; `free` failures come before the first lock. */
export function afterFailure(attempts: FailedAttempts | undefined, free: number, now: number): FailedAttempts {
  const failures = attempts === undefined || attempts.forgetAt <= now ? 1 : attempts.failures + 1
  const beyond = failures - free
  if (beyond < 0) return { failures, lastAt: now, lockedUntil: 0, forgetAt: now + FORGET_MS }
  const lockMs = Math.min(LOCK_MS_MAX, LOCK_MS_MIN * 2 ** Math.min(beyond, 20))
  return { failures, lastAt: now, lockedUntil: now + lockMs, forgetAt: now + FORGET_LOCKED_MS }
}
