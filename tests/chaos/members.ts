import assert from 'node:assert/strict'
import { PASSWORD, shopClient } from '../support/shop-client.ts'

/** People who open accounts while the shop is struck. */
export interface Members {
  /** Opens an account; does nothing when the shop does not answer. */
  register(url: string): Promise<void>
  /** Asserts that whoever was told to have an account since the last time can sign in. */
  check(url: string): Promise<void>
}

/** Builds the members; nobody has an account yet. */
export function createMembers(): Members {
  let count = 0
  let promised: string[] = []
  return {
    async register(url) {
      const email = `member-${++count}@example.org`
      try {
        const { status, body } = await shopClient(url).request('POST', '/api/auth/register', { email, password: PASSWORD, name: 'Member' })
        if (status === 201) promised.push(email)
        else assert.ok(status === 503 || status === 504, `registering ${email}: ${status} ${JSON.stringify(body)}`)
      } catch (error) {
        if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error // the shop died
      }
    },
    async check(url) {
      for (const email of promised) {
        const { status, body } = await shopClient(url).request('POST', '/api/auth/login', { email, password: PASSWORD })
        assert.equal(status, 200, `${email} was told to have an account: ${JSON.stringify(body)}`)
      }
      promised = []
    },
  }
}
