import { BanyanError } from 'banyan/kernel'
import type { GatewayContext } from './gateway-context.ts'
import type { Exchange } from '../http/exchange.ts'
import type { RateDecision } from '../limits/gcra.ts'
import type { OperationLimiters } from '../limits/limiters.ts'
import { type Limiter, rateLimitField } from '../limits/rate-limits.ts'
import { replaceHeader } from '../http/security-headers.ts'

/** Counts a request against its address, before anybody looks at its credentials. Answers 429 and returns false when that is too often. */
export function passAddress(gateway: GatewayContext, exchange: Exchange, own?: OperationLimiters): boolean {
  const { address } = gateway.limiters
  const key = gateway.address.key(exchange.request)
  if (address !== undefined && !take(gateway, exchange, address, key, false)) return false
  return own?.address === undefined || take(gateway, exchange, own.address, key, false)
}

/** Counts a request against its user or key. */
export function passSubject(gateway: GatewayContext, exchange: Exchange, own: OperationLimiters): boolean {
  const { subject } = gateway.limiters
  const { kind, subject: name } = exchange.principal
  if (kind === 'anonymous' || (subject === undefined && own.subject === undefined)) return true
  const key = `${kind}:${name}`
  if (own.subject && !take(gateway, exchange, own.subject, key, false)) return false
  const told = own.subject !== undefined || own.address !== undefined
  return subject === undefined || take(gateway, exchange, subject, key, told)
}

/**
 * Counts a request against what it is about. Only a refusal says something: how much is left would tell strangers
 * what others do with somebody's account.
 */
export function passTarget(
  gateway: GatewayContext,
  exchange: Exchange,
  { target }: OperationLimiters,
  input: Readonly<Record<string, unknown>>,
): boolean {
  if (target === undefined) return true
  const value = input[target.field]
  if (typeof value !== 'string') return true
  const decision = target.take(value, gateway.address.key(exchange.request))
  return decision.allowed || refuse(gateway, exchange, target, decision)
}

/** The fields name one limit: the first that refuses, or else the most specific one. */
function take(gateway: GatewayContext, exchange: Exchange, limiter: Limiter, key: string, told: boolean): boolean {
  const decision = limiter.take(key)
  if (!decision.allowed) return refuse(gateway, exchange, limiter, decision)
  if (!told) setFields(exchange.headers, limiter, decision)
  return true
}

function refuse(gateway: GatewayContext, exchange: Exchange, limiter: Pick<Limiter, 'name' | 'policy'>, decision: RateDecision): false {
  setFields(exchange.headers, limiter, decision)
  gateway.refused(limiter.name)
  gateway.answers.fail(exchange, tooOften(limiter, decision.waitUs / 1_000), { 'violated-policies': [limiter.name] })
  return false
}

function setFields(headers: string[], limiter: Pick<Limiter, 'name' | 'policy'>, decision: RateDecision): void {
  replaceHeader(headers, 'ratelimit-policy', limiter.policy)
  replaceHeader(headers, 'ratelimit', rateLimitField(limiter, decision))
}

/** Under a flood thousands of these a second are made: without a stack they cost a twentieth. */
function tooOften({ name }: Pick<Limiter, 'name'>, retryAfterMs: number): BanyanError {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const error = new BanyanError(
    'rate_limited',
    `too many requests for the limit "${name}"; try again in ${Math.ceil(retryAfterMs / 1_000)} s`,
    { retryAfterMs },
  )
  Error.stackTraceLimit = stackTraceLimit
  return error
}
