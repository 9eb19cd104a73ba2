export { CONNECTIONS, CONNECTIONS_PER_ADDRESS } from './http/connections.ts'
export {
  type Aggregate,
  type AggregateAnswer,
  type AggregateContext,
  type AggregateSpec,
  aggregate,
  type Part,
  type PartMakers,
  type Section,
} from './aggregate/aggregate.ts'
export { type ApiKey, apiKeyHash } from './identity/api-keys.ts'
export type { CorsOptions } from './http/cors.ts'
export { gateway } from './gateway.ts'
export type { PublishedKeys } from './identity/key-set.ts'
export type { GatewayCalls, GatewayOptions, RevocationOptions, TokenOptions } from './options/options.ts'
export {
  ADDRESS_LIMIT,
  type OperationLimits,
  PUBLIC_COMMAND_LIMIT,
  type RateLimit,
  type RateLimitOptions,
  SUBJECT_LIMIT,
  type TargetLimit,
} from './limits/rate-limits.ts'
export type { Revocation } from './identity/revocations.ts'
export type { ServerLimits } from './http/http-server.ts'
export type { TokenRules } from './identity/token-verifier.ts'
