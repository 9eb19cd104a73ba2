import { registerUser, signIn } from '../support/shop-client.ts'

/** The customer's session: tokens live for a quarter of an hour, campaigns for longer. */
export interface Session {
  token(): string
  /** Opens the account. */
  open(url: string): Promise<void>
  /** Signs in again when the token has lived for a while; does nothing when the shop does not answer, there is time enough. */
  renew(url: string): Promise<void>
}

const EMAIL = 'ann@example.org'
/** A third of a token's life. */
const RENEW_AFTER_MS = 300_000

/** Builds a session without a token. */
export function createSession(): Session {
  let token = ''
  let since = 0
  return {
    token: () => token,
    async open(url) {
      token = (await registerUser(url, EMAIL)).token
      since = performance.now()
    },
    async renew(url) {
      if (performance.now() - since < RENEW_AFTER_MS) return
      const fresh = await signIn(url, EMAIL).catch(() => undefined)
      if (fresh === undefined) return
      token = fresh
      since = performance.now()
    },
  }
}
