import { createHmac } from 'node:crypto'
import { misuse } from 'banyan/kernel'

/**
 * Hashes that cannot be made without a secret of this service: of what can be guessed, such as addresses and emails, and of what is derived,
 * such as the successor of a refresh token.
 */
export interface KeyedHash {
  /** Gives it the secret, before anything is served. */
  use(secret: string): void
  /** Hashes a text; the same text for another purpose has another hash. 32 bytes as base64url. */
  of(purpose: string, ...texts: readonly string[]): string
}

/** Creates a hash that still needs its secret. */
export function createKeyedHash(): KeyedHash {
  let key: Buffer | undefined
  return {
    use(secret) {
      key = Buffer.from(secret, 'base64url')
    },
    of(purpose, ...texts) {
      if (key === undefined) misuse('the secret of keyed hashes was not loaded; prepare does it before anything is served')
      return createHmac('sha256', key)
        .update(JSON.stringify([purpose, ...texts]))
        .digest('base64url')
    },
  }
}
