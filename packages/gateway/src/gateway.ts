import type { Server } from 'node:http'
import type { Gateway, GatewayHost, ListenOptions, RunningGateway } from 'banyan/host'
import { isLoopbackHost } from 'banyan/kernel'
import { createTracing } from 'banyan/telemetry'
import { createAnswers } from './http/answers.ts'
import { checkOptions } from './options/check-options.ts'
import { checkStart } from './options/check-start.ts'
import { createClientAddress } from './http/client-address.ts'
import { createCors } from './http/cors.ts'
import { createContext, openRevocations } from './create-context.ts'
import { createGatewayMeters, createRefused } from './http/gateway-meters.ts'
import { close, createHttpServer, listen, REQUEST_MS } from './http/http-server.ts'
import { createTraffic } from './http/traffic.ts'
import { createHostCheck } from './request/host-names.ts'
import { watchInFlight } from './http/in-flight.ts'
import type { GatewayOptions } from './options/options.ts'
import { nowhere, type Reception, receive } from './reception.ts'
import { compileRoutes } from './routes/routes.ts'
import { DATA_HEADERS, STRICT_TRANSPORT } from './http/security-headers.ts'

/**
 * Creates the gateway: one port in front of all services. Routes, access rules and the API's reference come from their contracts. Throws `misuse`
 * for an option that there is not, or of a value that it must not have.
 * @example platform({ services, gateway: gateway({ tokens: { issuer, audience, keys: (call) => call(users).jwks({}) } }) })
 */
export function gateway(options: GatewayOptions = {}): Gateway {
  checkOptions(options)
  return {
    async start(host, where) {
      checkStart(options, host)
      const built = buildGateway(options, host, where)
      const { port, address } = await listen(built.server, where, host.runtime.log)
      return { port, address, close: built.close }
    },
  } satisfies { start(host: GatewayHost, where: ListenOptions): Promise<RunningGateway> }
}

/** Time that checking credentials may take at most: asking an issuer for keys, twice. */
const ADMISSION_MS = 15_000

/** A gateway that is built and does not listen yet. */
interface BuiltGateway {
  readonly server: Server
  close(timeoutMs: number): Promise<void>
}

function buildGateway(options: GatewayOptions, host: GatewayHost, { hostname }: ListenOptions): BuiltGateway {
  const { clock, log, ids } = host.runtime
  let closing = false
  const inFlight = watchInFlight(clock, (exchange, error) => answers.fail(exchange, error))
  const refused = createRefused(host.metrics)
  const address = createClientAddress(options.trustedProxies ?? [])
  const traffic = createTraffic({ clock, limits: options.server ?? {}, address, refused })
  const meters = createGatewayMeters(host.metrics, {
    inFlight: () => inFlight.size,
    connections: () => traffic.connections.size,
    unreadBytes: () => traffic.departures.unreadBytes,
    arrivingBytes: () => traffic.arrivals.bytes,
  })
  const answers = createAnswers({
    clock,
    log,
    faults: host.runtime.faults,
    closing: () => closing || host.draining(),
    accessLog: options.accessLog ?? false,
    departures: traffic.departures,
    finished: inFlight.remove,
  })
  const revocations = options.tokens?.revocations && openRevocations(options.tokens.revocations, host)
  const context = createContext(options, { host, answers, address, arrivals: traffic.arrivals, refused, revocations })
  const reception: Reception = {
    host,
    traffic,
    gateway: context,
    router: compileRoutes(context, meters, options),
    answers,
    inFlight,
    tracing: options.tracing ?? createTracing({ ids }),
    cors: options.cors && createCors(options.cors),
    checkHost: isLoopbackHost(hostname) ? createHostCheck(options.hosts ?? []) : undefined,
    headers: options.https === true ? [...DATA_HEADERS, ...STRICT_TRANSPORT] : DATA_HEADERS,
    arrivalMs: (options.server?.requestMs ?? REQUEST_MS) + ADMISSION_MS,
    nowhere: nowhere(meters),
  }
  const server = createHttpServer(options.server ?? {}, {
    admit: (socket) => traffic.connections.admit(socket),
    handle: (request, response) => receive(reception, request, response),
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
