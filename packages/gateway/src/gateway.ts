import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Edge as EdgePort, EdgeHost, EdgeOptions, RunningEdge } from 'banyan/host'
import { BanyanError, isLoopbackHost } from 'banyan/kernel'
import { createTracing, parseTraceparent, type Tracing } from 'banyan/telemetry'
import { type Answers, createAnswers } from './answers.ts'
import { checkOptions } from './check-options.ts'
import { checkStart } from './check-start.ts'
import { createClientAddress } from './client-address.ts'
import { type Cors, createCors } from './cors.ts'
import { createEdge, openRevocations } from './create-edge.ts'
import type { Edge } from './edge.ts'
import { createEdgeMeters, createRefused, type EdgeMeters } from './edge-meters.ts'
import type { EdgeRoute } from './edge-route.ts'
import { close, createEdgeServer, listen, REQUEST_MS } from './edge-server.ts'
import { Exchange } from './exchange.ts'
import { createFlow, type Flow } from './flow.ts'
import { createHostCheck, type HostCheck } from './host-names.ts'
import { type InFlight, watchInFlight } from './in-flight.ts'
import type { GatewayOptions } from './options.ts'
import { HEALTH_ROUTES } from './platform-routes.ts'
import { parseTarget, type TargetProblem } from './request-target.ts'
import { passAddress } from './rate-gate.ts'
import { checkHead, expectsContinue } from './request-head.ts'
import { requestIdOf } from './request-headers.ts'
import type { Router } from './router.ts'
import { compileRoutes } from './routes.ts'
import { DATA_HEADERS, STRICT_TRANSPORT } from './security-headers.ts'

/**
 * Creates the gateway: one port in front of all services. Routes, access rules and the API's reference come from their contracts. Throws `misuse`
 * for an option that there is not, or of a value that it must not have.
 * @example platform({ services, gateway: gateway({ tokens: { issuer, audience, keys: (call) => call(users).jwks({}) } }) })
 */
export function gateway(options: GatewayOptions = {}): EdgePort {
  checkOptions(options)
  return {
    async start(host, where) {
      checkStart(options, host)
      const running = createRunningGateway(options, host, where)
      const { port, address } = await listen(running.server, where, host.runtime.log)
      return { port, address, close: running.close }
    },
  } satisfies { start(host: EdgeHost, where: EdgeOptions): Promise<RunningEdge> }
}

/** Time that checking credentials may take at most: asking an issuer for keys, twice. */
const ADMISSION_MS = 15_000

interface RunningGateway {
  readonly server: Server
  close(timeoutMs: number): Promise<void>
}

/** What handling one request needs. */
interface Front {
  readonly host: EdgeHost
  readonly flow: Flow
  readonly edge: Edge
  readonly router: Router<EdgeRoute>
  readonly answers: Answers
  readonly inFlight: InFlight
  readonly tracing: Tracing
  readonly cors: Cors | undefined
  /** Undefined where the edge is open to other machines: its names are theirs to know. */
  readonly checkHost: HostCheck | undefined
  readonly headers: readonly string[]
  /** Time for a request to arrive and be let in; its operation has a deadline of its own from then on. */
  readonly arrivalMs: number
  /** Stands for requests that match nothing. */
  readonly nowhere: EdgeRoute
}

function createRunningGateway(options: GatewayOptions, host: EdgeHost, { hostname }: EdgeOptions): RunningGateway {
  const { clock, log, ids } = host.runtime
  let closing = false
  const inFlight = watchInFlight(clock, (exchange, error) => answers.fail(exchange, error))
  const refused = createRefused(host.metrics)
  const address = createClientAddress(options.trustedProxies ?? [])
  const flow = createFlow({ clock, limits: options.server ?? {}, address, refused })
  const meters = createEdgeMeters(host.metrics, {
    inFlight: () => inFlight.size,
    connections: () => flow.connections.size,
    unreadBytes: () => flow.departures.unreadBytes,
    arrivingBytes: () => flow.arrivals.bytes,
  })
  const answers = createAnswers({
    clock,
    log,
    faults: host.runtime.faults,
    closing: () => closing || host.draining(),
    accessLog: options.accessLog ?? false,
    departures: flow.departures,
    finished: inFlight.remove,
  })
  const revocations = options.tokens?.revocations && openRevocations(options.tokens.revocations, host)
  const edge = createEdge(options, { host, answers, address, arrivals: flow.arrivals, refused, revocations })
  const front: Front = {
    host,
    flow,
    edge,
    router: compileRoutes(edge, meters, options),
    answers,
    inFlight,
    tracing: options.tracing ?? createTracing({ ids }),
    cors: options.cors && createCors(options.cors),
    checkHost: isLoopbackHost(hostname) ? createHostCheck(options.hosts ?? []) : undefined,
    headers: options.https === true ? [...DATA_HEADERS, ...STRICT_TRANSPORT] : DATA_HEADERS,
    arrivalMs: (options.server?.requestMs ?? REQUEST_MS) + ADMISSION_MS,
    nowhere: nowhere(meters),
  }
  const server = createEdgeServer(options.server ?? {}, {
    admit: (socket) => flow.connections.admit(socket),
    handle: (request, response) => handle(front, request, response),
  })
  return {
    server,
    close(timeoutMs) {
      closing = true
      revocations?.stop()
      return close(server, clock, timeoutMs)
    },
  }
}

/** Takes one request. Never throws. */
function handle(front: Front, request: IncomingMessage, response: ServerResponse): void {
  const connection = front.flow.connections.of(request.socket)
  // Of a connection that was cut, requests may still come out of the parser.
  if (connection === undefined || connection.isGone || !front.flow.departures.begin(connection)) return
  const target = parseTarget(request.url ?? '')
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '')
  const match = typeof target === 'string' ? undefined : front.router.match(method, target.path)
  const exchange = openExchange(front, request, response, {
    connection,
    route: match?.to ?? front.nowhere,
    values: match?.values ?? [],
    search: typeof target === 'string' ? '' : target.search,
  })
  try {
    front.cors?.addTo(exchange.headers, request)
    welcome(front, exchange)
    if (connection.isReserved && !HEALTH_ROUTES.has(exchange.route.id)) throw tooManyConnections()
    if (front.host.draining() && !HEALTH_ROUTES.has(exchange.route.id)) throw stopping()
    if (typeof target === 'string') return refuseTarget(front, exchange, target)
    if (match === undefined) return refuse(front, exchange, target.path, method)
    const serving = match.to.serve(exchange)
    if (serving instanceof Promise) serving.catch((thrown: unknown) => front.answers.fail(exchange, thrown))
  } catch (thrown) {
    front.answers.fail(exchange, thrown)
  }
}

function tooManyConnections(): BanyanError {
  return new BanyanError('overloaded', 'all connections are busy; try again in a moment')
}

function openExchange(
  front: Front,
  request: IncomingMessage,
  response: ServerResponse,
  matched: Pick<Exchange, 'connection' | 'route' | 'values' | 'search'>,
): Exchange {
  const { runtime } = front.host
  const correlationId = runtime.ids.uuid()
  const requestId = requestIdOf(request) ?? correlationId
  const { traceparent, tracestate } = request.headers
  const parent =
    traceparent === undefined ? undefined : parseTraceparent(String(traceparent), tracestate === undefined ? undefined : String(tracestate))
  const { method, path } = matched.route.route
  const span = front.tracing.startSpan(`${method} ${path}`, 'server', parent)
  if (span.recording) {
    span.set('http.request.method', request.method ?? '')
    span.set('http.route', path)
  }
  const { traceId, spanId, flags } = span.trace
  const headers = [...front.headers, 'x-request-id', requestId, 'traceresponse', `00-${traceId}-${spanId}-0${flags & 3}`]
  if (requestId !== correlationId) headers.push('x-correlation-id', correlationId)
  const startedAt = runtime.clock.monotonic()
  const exchange = new Exchange({
    ...matched,
    request,
    response,
    requestId,
    correlationId,
    startedAt,
    answerBy: startedAt + front.arrivalMs,
    span,
    headers,
  })
  front.inFlight.add(exchange)
  return exchange
}

/** The connection is closed with the answer, so that the next try reaches whoever takes over. */
function stopping(): BanyanError {
  return new BanyanError('unavailable', 'this process is stopping; nothing was done, try again', { retry: 'safe', retryAfterMs: 1_000 })
}

/** Answers what no route takes: preflights, wrong methods, unknown paths. */
function refuse({ edge, answers, router, cors }: Front, exchange: Exchange, path: string, method: string): void {
  if (!passAddress(edge, exchange)) return
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
function welcome({ checkHost }: Front, { request, response, headers }: Exchange): void {
  try {
    checkHead(request)
    checkHost?.(request)
    if (expectsContinue(request)) response.writeContinue()
  } catch (thrown) {
    headers.push('connection', 'close')
    throw thrown
  }
}

function refuseTarget({ edge }: Front, exchange: Exchange, problem: TargetProblem): void {
  if (!passAddress(edge, exchange)) return
  throw problem === 'too_long'
    ? new BanyanError('uri_too_long', 'the path and query string are too long; send parameters in a body')
    : new BanyanError(
        'invalid_argument',
        'the path must be plain: no dot or empty segments, encoded slashes, backslashes, blanks or control characters',
      )
}

function nowhere(meters: EdgeMeters): EdgeRoute {
  return {
    id: 'none',
    route: { method: 'GET', path: '(none)', segments: [] },
    meter: meters.route('none', 'none'),
    serve() {},
  }
}
