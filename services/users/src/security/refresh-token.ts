import { createHash } from 'node:crypto'
import type { Random } from 'banyan/kernel'

/** How long a refresh token is good when it is not used. */
export const REFRESH_TOKEN_MS = 30 * 24 * 60 * 60_000
/** How long a sign-in can be prolonged by exchanging tokens; then the password is asked for again. */
export const SIGN_IN_MS = 90 * 24 * 60 * 60_000

/** Bytes of a token: it cannot be guessed, so a plain hash of it is safe to store. */
const TOKEN_BYTES = 32

/** Makes a refresh token. */
export function createRefreshToken(random: Random): string {
  return Buffer.from(random.bytes(new Uint8Array(TOKEN_BYTES))).toString('base64url')
}

/** Returns the form in which a token is stored: a stolen database must not hold usable tokens. */
export function refreshHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
