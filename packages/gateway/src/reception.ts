import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GatewayHost } from 'banyan/host'
import { BanyanError } from 'banyan/kernel'
import { parseTraceparent, type Tracing } from 'banyan/telemetry'
import type { Answers } from './http/answers.ts'
import type { Cors } from './http/cors.ts'
import type { GatewayContext } from './routing/gateway-context.ts'
import type { GatewayMeters } from './http/gateway-meters.ts'
import type { GatewayRoute } from './routing/gateway-route.ts'
import { Exchange } from './http/exchange.ts'
import type { Traffic } from './http/traffic.ts'
import type { HostCheck } from './request/host-names.ts'
import type { InFlight } from './http/in-flight.ts'
import { HEALTH_ROUTES } from './routes/platform-routes.ts'
import { parseTarget, type TargetProblem } from './request/request-target.ts'
import { passAddress } from './routing/rate-gate.ts'
import { checkHead, expectsContinue } from './request/request-head.ts'
import { requestIdOf } from './request/request-headers.ts'
import type { Router } from './routing/router.ts'

/** What receiving a request needs. */
export interface Reception {
  readonly host: GatewayHost
  readonly traffic: Traffic
  readonly gateway: GatewayContext
  readonly router: Router<GatewayRoute>
  readonly answers: Answers
  readonly inFlight: InFlight
  readonly tracing: Tracing
  readonly cors: Cors | undefined
  /** Undefined where the gateway is open to other machines: its names are theirs to know. */
  readonly checkHost: HostCheck | undefined
  readonly headers: readonly string[]
  /** Time for a request to arrive and be let in; its operation has a deadline of its own from then on. */
  readonly arrivalMs: number
  /** Stands for requests that match nothing. */
  readonly nowhere: GatewayRoute
}

/** Takes one request: gives it to its route, or answers what no route takes. Never throws. */
export function receive(reception: Reception, request: IncomingMessage, response: ServerResponse): void {
  const connection = reception.traffic.connections.of(request.socket)
  // Of a connection that was cut, requests may still come out of the parser.
  if (connection === undefined || connection.isGone || !reception.traffic.departures.begin(connection)) return
  const target = parseTarget(request.url ?? '')
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '')
  const match = typeof target === 'string' ? undefined : reception.router.match(method, target.path)
  const exchange = openExchange(reception, request, response, {
    connection,
    route: match?.to ?? reception.nowhere,
    values: match?.values ?? [],
    search: typeof target === 'string' ? '' : target.search,
  })
  try {
    reception.cors?.addTo(exchange.headers, request)
    welcome(reception, exchange)
    if (connection.isReserved && !HEALTH_ROUTES.has(exchange.route.id)) throw tooManyConnections()
    if (reception.host.draining() && !HEALTH_ROUTES.has(exchange.route.id)) throw stopping()
    if (typeof target === 'string') return refuseTarget(reception, exchange, target)
    if (match === undefined) return refuse(reception, exchange, target.path, method)
    const serving = match.to.serve(exchange)
    if (serving instanceof Promise) serving.catch((thrown: unknown) => reception.answers.fail(exchange, thrown))
  } catch (thrown) {
    reception.answers.fail(exchange, thrown)
  }
}

function tooManyConnections(): BanyanError {
  return new BanyanError('overloaded', 'all connections are busy; try again in a moment')
}

function openExchange(
  reception: Reception,
  request: IncomingMessage,
  response: ServerResponse,
  matched: Pick<Exchange, 'connection' | 'route' | 'values' | 'search'>,
): Exchange {
  const { runtime } = reception.host
  const correlationId = runtime.ids.uuid()
  const requestId = requestIdOf(request) ?? correlationId
  const { traceparent, tracestate } = request.headers
  const parent =
    traceparent === undefined ? undefined : parseTraceparent(String(traceparent), tracestate === undefined ? undefined : String(tracestate))
  const { method, path } = matched.route.route
  const span = reception.tracing.startSpan(`${method} ${path}`, 'server', parent)
  if (span.recording) {
    span.set('http.request.method', request.method ?? '')
    span.set('http.route', path)
  }
  const { traceId, spanId, flags } = span.trace
  const headers = [...reception.headers, 'x-request-id', requestId, 'traceresponse', `00-${traceId}-${spanId}-0${flags & 3}`]
  if (requestId !== correlationId) headers.push('x-correlation-id', correlationId)
  const startedAt = runtime.clock.monotonic()
  const exchange = new Exchange({
    ...matched,
    request,
    response,
    requestId,
    correlationId,
    startedAt,
    answerBy: startedAt + reception.arrivalMs,
    span,
    headers,
  })
  reception.inFlight.add(exchange)
  return exchange
}

/** The connection is closed with the answer, so that the next try reaches whoever takes over. */
function stopping(): BanyanError {
  return new BanyanError('unavailable', 'this process is stopping; nothing was done, try again', { retry: 'safe', retryAfterMs: 1_000 })
}

/** Answers what no route takes: preflights, wrong methods, unknown paths. */
function refuse({ gateway, answers, router, cors }: Reception, exchange: Exchange, path: string, method: string): void {
  if (!passAddress(gateway, exchange)) return
  const methods = router.methods(path)
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  if (methods.length === 0) throw new BanyanError('not_found', 'there is nothing at this path; see /docs for what there is')
  exchange.headers.push('allow', allow)
  if (method !== 'OPTIONS') throw new BanyanError('method_not_allowed', `this path takes ${allow}`)
  if (exchange.request.headers['access-control-request-method'] !== undefined) cors?.addPreflight(exchange.headers, exchange.request, allow)
  answers.send(exchange, 204, undefined, undefined)
}

/**
 * Lets the client send its body once the head is clear and meant for us. What an unclear request is about, or where it ends, is anybody's guess, and
 * whether one that waits to be welcomed still sends its body is, too: such connections are not used again.
 */
function welcome({ checkHost }: Reception, { request, response, headers }: Exchange): void {
  try {
    checkHead(request)
    checkHost?.(request)
    if (expectsContinue(request)) response.writeContinue()
  } catch (thrown) {
    headers.push('connection', 'close')
    throw thrown
  }
}

function refuseTarget({ gateway }: Reception, exchange: Exchange, problem: TargetProblem): void {
  if (!passAddress(gateway, exchange)) return
  throw problem === 'too_long'
    ? new BanyanError('uri_too_long', 'the path and query string are too long; send parameters in a body')
    : new BanyanError(
        'invalid_argument',
        'the path must be plain: no dot or empty segments, encoded slashes, backslashes, blanks or control characters',
      )
}

/** The route that stands for requests that match nothing. */
export function nowhere(meters: GatewayMeters): GatewayRoute {
  return {
    id: 'none',
    route: { method: 'GET', path: '(none)', segments: [] },
    meter: meters.route('none', 'none'),
    serve() {},
  }
}
