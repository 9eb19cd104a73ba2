import type { GatewayHost } from 'banyan/host'
import { misuse } from 'banyan/kernel'
import { createApiKeys } from './identity/api-keys.ts'
import { createAuthentication } from './identity/authentication.ts'
import { BODY_BYTES_MAX } from './request/body.ts'
import { createAddressList } from './http/client-address.ts'
import type { GatewayContext } from './routing/gateway-context.ts'
import { VALUES_MAX } from './request/json-body.ts'
import { gatewayCalls } from './routes/gateway-calls.ts'
import { createLimiters } from './limits/limiters.ts'
import { createOperatorAccess } from './identity/operator-access.ts'
import { type GatewayOptions, OPERATOR_ROLES, type RevocationOptions } from './options/options.ts'
import { createOwnWrites } from './own-writes/own-writes.ts'
import { createRevocations, type Revocations } from './identity/revocations.ts'
import { createTokenVerifier } from './identity/token-verifier.ts'

/** What a gateway is built with besides its options. */
interface ContextParts extends Pick<GatewayContext, 'host' | 'answers' | 'address' | 'arrivals' | 'refused'> {
  readonly revocations: Revocations | undefined
}

/** Builds what routes share from the options and from what runs already. */
export function createContext(options: GatewayOptions, { revocations, ...parts }: ContextParts): GatewayContext {
  const { host, address, refused } = parts
  const { clock, log } = host.runtime
  const { tokens, apiKeys = [], operatorRoles = OPERATOR_ROLES } = options
  const calls = gatewayCalls(host)
  const verifier = tokens && createTokenVerifier({ rules: tokens, load: () => tokens.keys(calls), revocations, clock, log })
  const operator = host.operatorKey === undefined ? undefined : createOperatorAccess(host.operatorKey, operatorRoles, host.runtime)
  return {
    ...parts,
    ownWrites: createOwnWrites({
      services: host.services,
      limits: options.ownWrites ?? {},
      addressOf: ({ request }) => address.key(request),
      refused,
    }),
    authenticate: createAuthentication({ tokens: verifier, keys: createApiKeys(apiKeys), operator }),
    operator,
    isScraper: createAddressList('scraper', options.scrapers ?? []),
    limiters: createLimiters(options.limits ?? {}, host.runtime),
    bodyMost: { bytes: options.bodyBytesMax ?? BODY_BYTES_MAX, values: options.bodyValuesMax ?? VALUES_MAX },
    operatorRoles,
  }
}

/** Throws `misuse` when the service that ends tokens is not part of the platform: its tokens could not be checked. */
export function openRevocations({ service, key, tokenMsMax, load }: RevocationOptions, host: GatewayHost): Revocations {
  const issuer = host.services.find(({ contract }) => contract.name === service)
  if (issuer === undefined)
    misuse(`revocations come from service "${service}", which is not part of the platform; add it or leave them out`)
  const calls = gatewayCalls(host)
  const listen = (changed: () => void): (() => void) => issuer.listen(key, changed)
  return createRevocations({ tokenMsMax, load: (since) => load(calls, since), listen }, host.runtime.clock, host.runtime.log)
}
