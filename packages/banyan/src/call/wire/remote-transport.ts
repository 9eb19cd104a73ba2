import { inputCheck, schemaCheck } from '../../contract/validator.ts'
import type { Clock } from '../../kernel/clock.ts'
import { remainingMs } from '../../kernel/deadline.ts'
import { BanyanError } from '../../kernel/error.ts'
import { findUnsendable } from '../../kernel/plain-json.ts'
import type { Header } from '../../network/headers.ts'
import type { Network, ReceivedAnswer } from '../../network/network.ts'
import type { CallReply, CallRequest, Transport } from '../transport.ts'
import { parseHeaderText } from './header-text.ts'
import { scopeHeaders } from './scope-headers.ts'
import type { Tickets } from './tickets.ts'
import { callPath, JSON_TYPE, WIRE, WIRE_VERSION } from './wire.ts'
import { readProblem } from './wire-error.ts'
import { jsonBytes, parseJsonBytes } from './wire-json.ts'

/** What calls to other processes need. */
export interface RemoteTransportOptions {
  readonly network: Network
  /** Name of this process, for its tickets. */
  readonly process: string
  readonly tickets: Tickets
  readonly clock: Clock
  /** Returns the address of a process that hosts the service; undefined when there is none. */
  readonly addressOf: (service: string) => string | undefined | Promise<string | undefined>
}

/** How long after its deadline a call is given up: until then the callee can say itself what became of it, which is more than silence says. */
const DEADLINE_GRACE_MS = 250

/** Calls services of other processes, over the wire that docs/wire-format.md describes. */
export function remoteTransport(options: RemoteTransportOptions): Transport {
  return { send: (request) => sendRemote(options, request) }
}

async function sendRemote(
  { network, process, tickets, clock, addressOf }: RemoteTransportOptions,
  request: CallRequest,
): Promise<CallReply> {
  const { service, operation, scope, signal } = request
  const address = await addressOf(service)
  if (address === undefined) throw new BanyanError('unavailable', `no running instance of service "${service}"; start one`)
  const body = jsonBytes(sendableInput(request))
  const leftMs = remainingMs(clock, scope.deadline)
  if (leftMs <= 0)
    throw new BanyanError('deadline_exceeded', `no time left to call ${service}.${operation}; it was not sent`, { retry: 'safe' })
  const ticket = tickets.issue({ process, principal: scope.principal, audience: service, operation })
  const headers: Header[] = [
    [WIRE.version, WIRE_VERSION],
    [WIRE.ticket, ticket],
    ['content-type', JSON_TYPE],
    ...scopeHeaders(scope, leftMs),
  ]
  const answer = await network.request({ address, path: callPath(request), headers, body, signal, timeoutMs: leftMs + DEADLINE_GRACE_MS })
  return receivedReply(answer, request)
}

/**
 * The callee checks the input. What JSON would change on its way must not get there changed: it is refused here, or left out where the contract
 * does not declare it, as the callee would do if it saw it.
 */
function sendableInput({ service, operation, definition, input }: CallRequest): unknown {
  if (input === undefined || !findUnsendable(input)) return input
  return inputCheck(definition.input).parse(input, `${service}.${operation}`)
}

async function receivedReply(answer: ReceivedAnswer, { service, operation, definition }: CallRequest): Promise<CallReply> {
  const bytes = await answer.body.bytes()
  const name = `${service}.${operation}`
  const body = answer.headers.get(WIRE.version) === WIRE_VERSION ? parsed(bytes) : NOT_OURS
  const error = answer.status === 200 || body === NOT_OURS ? undefined : readProblem(body)
  if (error) throw error
  if (answer.status !== 200 || body === NOT_OURS)
    throw new BanyanError(
      'outcome_unknown',
      `${name} was answered with status ${answer.status} by something that is no Banyan of wire version ${WIRE_VERSION}; it may have happened`,
    )
  const token = answer.headers.get(WIRE.token)
  return {
    // what a newer callee adds passes a boundary here as little as anywhere
    output: body === undefined ? undefined : schemaCheck(definition.output).declared(body),
    token: token === undefined ? undefined : parseHeaderText(token),
    ...(answer.headers.get(WIRE.replayed) === 'true' && { replayed: true }),
  }
}

const NOT_OURS = Symbol('not in the format of the wire')

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseJsonBytes(bytes)
  } catch {
    return NOT_OURS
  }
}
