import { createHash } from 'node:crypto'
import type { Random } from 'banyan/kernel'

/** Bytes of a token: it cannot be guessed, so a plain hash of it is safe to store. */
const TOKEN_BYTES = 32

/** Makes a token that only its owner gets: of a session, of a device, of a mail. */
export function createSecretToken(random: Random): string {
  return Buffer.from(random.bytes(new Uint8Array(TOKEN_BYTES))).toString('base64url')
}

/** Returns the form in which a token is stored: a stolen database must not hold usable tokens. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
