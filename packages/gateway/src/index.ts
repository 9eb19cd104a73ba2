export {
  type Aggregate,
  type AggregateAnswer,
  type AggregateContext,
  type AggregateSpec,
  aggregate,
  type Part,
  type PartMakers,
  type Section,
} from './aggregate.ts'
export { type ApiKey, apiKeyHash } from './api-keys.ts'
export type { CorsOptions } from './cors.ts'
export { gateway } from './gateway.ts'
export type { PublishedKeys } from './key-set.ts'
export type { GatewayCalls, GatewayOptions, RevocationOptions, TokenOptions } from './options.ts'
export {
  ADDRESS_LIMIT,
  type OperationLimits,
  PUBLIC_COMMAND_LIMIT,
  type RateLimit,
  type RateLimitOptions,
  SUBJECT_LIMIT,
  type TargetLimit,
} from './rate-limits.ts'
export type { Revocation } from './revocations.ts'
export type { ServerLimits } from './edge-server.ts'
export type { TokenRules } from './token-verifier.ts'
