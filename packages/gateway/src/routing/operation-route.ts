import type { CallReply, Scope } from 'banyan/call'
import { ANONYMOUS, inputFields, type OperationDefinition } from 'banyan/contract'
import { BanyanError, deadlineAfter } from 'banyan/kernel'
import { checkAccess, checkOwner } from './access-rule.ts'
import { JSON_TYPE } from '../http/answers.ts'
import { type BodyLimits, bodyLimits } from '../request/body-limits.ts'
import { checkMediaType, hasBody, readBody } from '../request/body.ts'
import type { GatewayContext } from './gateway-context.ts'
import type { RouteMeter } from '../http/gateway-meters.ts'
import type { GatewayRoute } from './gateway-route.ts'
import type { Exchange } from '../http/exchange.ts'
import { type JsonObject, parseJsonBody } from '../request/json-body.ts'
import { checkSignedBody } from '../identity/operator-access.ts'
import { inputPlan } from './operation-input.ts'
import { passAddress, passSubject, passTarget } from './rate-gate.ts'
import { idempotencyKeyOf, waitSecondsOf } from '../request/request-headers.ts'

/** An operation that the gateway offers, and who runs it. */
export interface OperationRouteOptions {
  /** E.g. `orders.create`. */
  readonly id: string
  readonly operation: OperationDefinition
  readonly meter: RouteMeter
  /** Names the service in `Banyan-Token`; undefined for operations of the gateway itself. */
  readonly service: string | undefined
  run(input: JsonObject, scope: Scope, exchange: Exchange): Promise<CallReply>
}

const EMPTY = new Uint8Array()

/** How long after its deadline a request is answered by the gateway itself: whoever works on it should have said so by then. */
const DEADLINE_GRACE_MS = 250

/** Compiles the route of one operation: everything between the wire and the call. */
export function operationRoute(gateway: GatewayContext, options: OperationRouteOptions): GatewayRoute {
  const { id, operation, meter } = options
  const plan = inputPlan(operation)
  const limits = gateway.limiters.operation(id, operation)
  const reply = replyWriter(gateway, options)
  const largest = bodyLimits(operation.input, gateway.bodyMost)
  const takesBody = operation.route.method !== 'GET'

  return {
    id,
    route: operation.route,
    meter,
    async serve(exchange) {
      if (!passAddress(gateway, exchange, limits)) return
      if (exchange.request.headers.authorization !== undefined || exchange.request.headers['x-api-key'] !== undefined)
        await identify(gateway, exchange, operation)
      if (!passSubject(gateway, exchange, limits)) return
      checkAccess(operation.access, exchange.principal)
      const body = takesBody ? await bodyOf(gateway, exchange, largest) : refuseBody(exchange)
      const input = plan.assemble({ values: exchange.values, search: exchange.search, ifMatch: exchange.request.headers['if-match'], body })
      checkOwner(operation.access, exchange.principal, input)
      if (!passTarget(gateway, exchange, limits, input)) return
      const scope = scopeOf(gateway, exchange, operation)
      reply(exchange, scope, await options.run(input, scope, exchange))
    },
  }
}

/** Where anybody may call, credentials that are wrong or expired must not lock out: whoever refreshes a token often sends the old one. */
async function identify(gateway: GatewayContext, exchange: Exchange, { access }: OperationDefinition): Promise<void> {
  const principal = gateway.authenticate(exchange.request)
  if (!(principal instanceof Promise)) {
    exchange.principal = principal
    return
  }
  try {
    exchange.principal = await principal
  } catch (thrown) {
    if (access !== 'public') throw thrown
    exchange.principal = ANONYMOUS
    exchange.headers.push('www-authenticate', 'Bearer error="invalid_token"')
  }
}

async function bodyOf(gateway: GatewayContext, { request, headers }: Exchange, limits: BodyLimits): Promise<JsonObject> {
  if (!hasBody(request)) {
    checkSignedBody(request, EMPTY)
    return {}
  }
  checkMediaType(request)
  const reading = { limit: limits.bytes, address: gateway.address.key(request), arrivals: gateway.arrivals }
  const bytes = await readBody(request, reading).catch((error: BanyanError) => {
    // What is left of a body that came too slowly, or was too much, is not waited for.
    if (error.code === 'payload_too_large') gateway.refused('body-bytes')
    if (error.code === 'request_timeout' || error.code === 'overloaded') headers.push('connection', 'close')
    throw error
  })
  checkSignedBody(request, bytes)
  if (bytes.length === 0) return {}
  try {
    return parseJsonBody(bytes, limits.values)
  } catch (error) {
    if (error instanceof BanyanError && error.code === 'payload_too_large') gateway.refused('body-values')
    throw error
  }
}

/** A body that one party reads and another does not is how requests are smuggled. */
function refuseBody({ request, headers }: Exchange): JsonObject {
  if (hasBody(request)) {
    headers.push('connection', 'close')
    throw new BanyanError('invalid_argument', 'a GET request must not have a body; send parameters in the query string')
  }
  return {}
}

function scopeOf(
  { host, address, ownWrites }: GatewayContext,
  exchange: Exchange,
  { timeoutMs, idempotency, kind }: OperationDefinition,
): Scope {
  const { request, correlationId, principal, trace } = exchange
  const waitMs = waitSecondsOf(request) * 1_000
  const key = kind === 'command' && idempotency !== 'none' ? idempotencyKeyOf(request, principal) : undefined
  if (key === undefined && idempotency === 'required')
    throw new BanyanError(
      'idempotency_key_required',
      'this operation needs an Idempotency-Key header; send a new UUID for each intent, and the same one when you repeat it',
    )
  const deadline = deadlineAfter(host.runtime.clock, timeoutMs + waitMs)
  exchange.answerBy = deadline.at + DEADLINE_GRACE_MS
  return {
    principal,
    deadline,
    trace,
    correlationId,
    causationId: correlationId,
    key,
    waitMs: waitMs === 0 ? undefined : waitMs,
    after: kind === 'query' ? ownWrites.awaited(exchange) : undefined,
    origin: address.key(request),
    abandoned: () => exchange.answered || exchange.response.destroyed || exchange.connection.isGone,
  }
}

type ReplyWriter = (exchange: Exchange, scope: Scope, reply: CallReply) => void

function replyWriter({ answers }: GatewayContext, { operation, service }: OperationRouteOptions): ReplyWriter {
  const { status, created } = operation
  const location = created === undefined ? undefined : locationOf(created)
  const hasVersion = inputFields(operation.output).has('version')
  return (exchange, scope, { output, token, replayed }) => {
    const { headers } = exchange
    if (token !== undefined && service !== undefined) headers.push('banyan-token', `${service}:${token}`)
    if (replayed === true) headers.push('idempotency-replayed', 'true')
    if (scope.waitMs !== undefined) headers.push('preference-applied', `wait=${scope.waitMs / 1_000}`)
    const at = location?.(output)
    if (at !== undefined) headers.push('location', at)
    if (hasVersion) addEntityTag(headers, output)
    // Nobody is there to read it: the text of a long list is not worth writing.
    if (status === 204 || exchange.connection.isGone) answers.send(exchange, status, undefined, undefined)
    else answers.send(exchange, status, JSON_TYPE, JSON.stringify(output ?? null))
  }
}

function addEntityTag(headers: string[], output: unknown): void {
  const { version } = (output ?? {}) as { version?: unknown }
  if (typeof version === 'number' && Number.isSafeInteger(version)) headers.push('etag', `"${version}"`)
}

/** Prepares the path of what was created; undefined where the output lacks a field of it. */
function locationOf(template: string): (output: unknown) => string | undefined {
  const parts = template.split('/')
  return (output) => {
    const filled = parts.map((part) => {
      if (!part.startsWith(':')) return part
      const value = ((output ?? {}) as JsonObject)[part.slice(1)]
      return typeof value === 'string' || typeof value === 'number' ? encodeURIComponent(value) : undefined
    })
    return filled.includes(undefined) ? undefined : filled.join('/')
  }
}
