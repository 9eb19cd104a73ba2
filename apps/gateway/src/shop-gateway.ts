import { gateway, type GatewayCalls, type Revocation, type RevocationOptions, type TokenOptions } from '@banyan/gateway'
import { ACCESS_TOKEN_SECONDS, TOKENS_ENDED, users } from '@shop/users/contract'
import type { Gateway } from 'banyan/host'
import { dashboard } from './dashboard.ts'
import { readSettings } from './settings.ts'

/**
 * The gateway of the shop: one port for all services, tokens of users, and the answers that several services share.
 * What an operator decides comes from the environment; see {@link readSettings}.
 */
export const shopGateway: Gateway = {
  start(host, options) {
    const { issuer, audience, ...rest } = readSettings(host.environment)
    const tokens: TokenOptions = {
      issuer,
      audience,
      keys: (call) => call(users).jwks({}),
      revocations,
      signIn: { operation: 'users.login', token: 'accessToken' },
    }
    return gateway({ ...rest, title: 'Banyan Shop', tokens, aggregates: [dashboard] }).start(host, options)
  },
}

/** Tokens of users who were disabled, lost a role or ended their sessions. */
const revocations: RevocationOptions = {
  service: users.name,
  key: TOKENS_ENDED,
  tokenMsMax: ACCESS_TOKEN_SECONDS * 1_000,
  load: endedTokens,
}

async function endedTokens(call: GatewayCalls, since: number): Promise<readonly Revocation[]> {
  const found: Revocation[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await call(users).revocations({ since: new Date(since).toISOString(), ...(cursor === undefined ? {} : { cursor }) })
    for (const { userId, at } of page.items) found.push({ subject: userId, validAfter: Date.parse(at) })
    cursor = page.nextCursor
  }
  return found
}
