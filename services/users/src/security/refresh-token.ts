import type { KeyedHash } from './keyed-hash.ts'

/** How long a refresh token is good when it is not used. */
export const REFRESH_TOKEN_MS = 30 * 24 * 60 * 60_000
/** How long a sign-in can be prolonged by exchanging tokens; then the password is asked for again. */
export const SIGN_IN_MS = 90 * 24 * 60 * 60_000
/**
 * How long after its exchange a refresh token gets the same answer again: two tabs of a browser exchange it at once, and an answer that was lost
 * is asked for again within the time of a slow connection. Longer would only help whoever copied it.
 */
export const REFRESH_GRACE_MS = 30_000

/**
 * Returns the token that a refresh token is exchanged for. Always the same, so that no answer has to be kept for a repetition; and it takes the
 * service's secret to make it, so whoever copied one token cannot make those after it.
 */
export function successorToken(keyed: KeyedHash, refreshToken: string): string {
  return keyed.of('refresh-token', refreshToken)
}
