import type { Runtime } from '../../kernel/runtime.ts'
import { BanyanError, toBanyanError } from '../../kernel/error.ts'
import { PROBLEM_TYPE, retryAfterSeconds } from '../../kernel/problem.ts'
import type { Header } from '../../network/headers.ts'
import type { Listener, Network, NetworkAnswer, NetworkHandler, ReceivedRequest } from '../../network/network.ts'
import { newTrace } from '../../telemetry/trace-context.ts'
import type { CallReply, LocalTransport } from '../transport.ts'
import { headerText } from './header-text.ts'
import { receivedScope } from './scope-headers.ts'
import type { Tickets } from './tickets.ts'
import { JSON_TYPE, parseCallPath, WIRE, WIRE_VERSION } from './wire.ts'
import { wireProblem } from './wire-error.ts'
import { jsonBytes, parseJsonBytes } from './wire-json.ts'

/** What serving calls of other processes needs. */
export interface ServeCallsOptions {
  readonly network: Network
  /** Runs the operations of this process. */
  readonly local: LocalTransport
  /** Whom to believe. There is no way to serve without: a header alone would make anybody anyone. */
  readonly tickets: Tickets
  readonly runtime: Pick<Runtime, 'clock' | 'ids' | 'log'>
  /** Most bytes of an input as JSON. Default: the network's. */
  readonly inputBytesMax?: number
}

/** Serves calls of other processes, until the listener is closed. */
export function serveCalls(options: ServeCallsOptions): Promise<Listener> {
  const { inputBytesMax } = options
  return options.network.serve(callHandler(options), inputBytesMax === undefined ? {} : { requestBytesMax: inputBytesMax })
}

/** Builds what answers calls, for a listener that answers other things as well. */
export function callHandler(options: Omit<ServeCallsOptions, 'network' | 'inputBytesMax'>): NetworkHandler {
  return async (request) => {
    try {
      return success(await answerOf(request, options))
    } catch (thrown) {
      const error = toBanyanError(thrown)
      if (!(thrown instanceof BanyanError))
        options.runtime.log.error('a call of another process could not be served', { path: request.path, error: thrown })
      return problem(error)
    }
  }
}

async function answerOf(
  { path, headers, body, signal }: ReceivedRequest,
  { local, tickets, runtime }: Omit<ServeCallsOptions, 'network' | 'inputBytesMax'>,
): Promise<CallReply> {
  const at = runtime.clock.monotonic()
  const name = parseCallPath(path)
  if (!name) throw new BanyanError('not_found', `no operation has the path ${path}`)
  const version = headers.get(WIRE.version)
  if (version !== WIRE_VERSION)
    throw new BanyanError(
      'unavailable',
      `this process speaks version ${WIRE_VERSION} of the wire, not ${version ?? 'none'}; ask another one`,
    )
  const { principal } = tickets.accept(headers.get(WIRE.ticket), { audience: name.service, operation: name.operation })
  const scope = receivedScope(headers, { principal, at, signal, newTrace: () => newTrace(runtime.ids) })
  return local.send({ ...name, input: parseJsonBytes(await body.bytes()), scope })
}

function success({ output, token, replayed }: CallReply): NetworkAnswer {
  const headers: Header[] = [
    [WIRE.version, WIRE_VERSION],
    ['content-type', JSON_TYPE],
  ]
  if (token !== undefined) headers.push([WIRE.token, headerText(token)])
  if (replayed === true) headers.push([WIRE.replayed, 'true'])
  return { status: 200, headers, body: jsonBytes(output) }
}

function problem(error: BanyanError): NetworkAnswer {
  const headers: Header[] = [
    [WIRE.version, WIRE_VERSION],
    ['content-type', PROBLEM_TYPE],
  ]
  const seconds = retryAfterSeconds(error)
  if (seconds !== undefined) headers.push(['retry-after', String(seconds)])
  return { status: error.status, headers, body: new TextEncoder().encode(wireProblem(error)) }
}
