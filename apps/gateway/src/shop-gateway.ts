import { gateway, type GatewayCalls } from '@banyan/gateway'
import { users } from '@shop/users/contract'
import type { Edge } from 'banyan/host'
import { dashboard } from './dashboard.ts'
import { readSettings } from './settings.ts'

/**
 * The gateway of the shop: one port for all services, tokens of users, and the answers that several services share.
 * What an operator decides comes from the environment; see {@link readSettings}.
 */
export const shopGateway: Edge = {
  start(host, options) {
    const { issuer, audience, ...rest } = readSettings(host.environment)
    const tokens = { issuer, audience, keys: (call: GatewayCalls) => call(users).jwks({}) }
    return gateway({ ...rest, title: 'Banyan Shop', tokens, aggregates: [dashboard] }).start(host, options)
  },
}
