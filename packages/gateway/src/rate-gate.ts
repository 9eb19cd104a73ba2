import { BanyanError } from 'banyan/kernel'
import type { Edge } from './edge.ts'
import type { Exchange } from './exchange.ts'
import { type Limiter, rateLimitField } from './rate-limits.ts'
import { replaceHeader } from './security-headers.ts'

/** Counts a request against its address. Answers 429 and returns false when that is too often. */
export function passAddress(edge: Edge, exchange: Exchange): boolean {
  const { address } = edge.limiters
  return address === undefined || take(edge, exchange, address, edge.address.key(exchange.request), false)
}

/** Counts a request against its user or key, and against the limit of its operation. */
export function passSubject(edge: Edge, exchange: Exchange): boolean {
  const { subject, operations } = edge.limiters
  if (subject === undefined && operations.size === 0) return true
  const { kind, subject: name } = exchange.principal
  const key = kind === 'anonymous' ? edge.address.key(exchange.request) : `${kind}:${name}`
  const own = operations.get(exchange.route.id)
  if (own && !take(edge, exchange, own, key, false)) return false
  return subject === undefined || kind === 'anonymous' || take(edge, exchange, subject, key, own !== undefined)
}

/** The fields name one limit: the first that refuses, or else the most specific one. */
function take(edge: Edge, exchange: Exchange, limiter: Limiter, key: string, told: boolean): boolean {
  const decision = limiter.take(key)
  if (!decision.allowed || !told) setFields(exchange.headers, limiter.policy, rateLimitField(limiter, decision))
  if (decision.allowed) return true
  const error = tooOften(limiter, decision.waitUs / 1_000)
  edge.answers.fail(exchange, error, { 'violated-policies': [limiter.name] })
  return false
}

function setFields(headers: string[], policy: string, field: string): void {
  replaceHeader(headers, 'ratelimit-policy', policy)
  replaceHeader(headers, 'ratelimit', field)
}

/** Under a flood thousands of these a second are made: without a stack they cost a twentieth. */
function tooOften({ name }: Limiter, retryAfterMs: number): BanyanError {
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
