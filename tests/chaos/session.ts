import { registerUser, shopClient } from '../support/shop-client.ts'

/** The customer's session: tokens live for a quarter of an hour, campaigns for longer. */
export interface Session {
  token(): string
  /** Opens the account. */
  open(url: string): Promise<void>
  /** Signs in again when the token has lived for a while; does nothing when the shop does not answer, there is time enough. */
  renew(url: string): Promise<void>
}

const EMAIL = 'ann@example.org'
const PASSWORD = 'correct horse battery'
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
      const client = shopClient(url)
      const answer = await client
        .request<{ accessToken: string }>('POST', '/api/auth/login', { email: EMAIL, password: PASSWORD })
        .catch(() => undefined)
      if (answer?.status !== 200) return
      token = answer.body.accessToken
      since = performance.now()
    },
  }
}
