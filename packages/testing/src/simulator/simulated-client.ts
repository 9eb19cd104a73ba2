import type { CallReply, CallRequest, Transport } from 'banyan/call'
import { type CallOptions, type Client, type Contract, type OperationDefinition, type Principal, servicePrincipal } from 'banyan/contract'
import { BanyanError, type Ids, type Random, toBanyanError } from 'banyan/kernel'
import { newTrace } from 'banyan/telemetry'
import type { HistoryRecorder } from '../history/history-recorder.ts'

/** Who calls, and how patiently. */
export interface SimulatedClientOptions {
  /** Names the client in the history; one does one thing at a time. Default `client`. */
  readonly name?: string
  /** Who it is. Default: the platform itself, which may do everything. */
  readonly principal?: Principal
  /** How long it is ready to wait for a settled answer (`Prefer: wait`), in milliseconds. Default: not at all. */
  readonly waitMs?: number
}

/** What clients of a run share. */
export interface ClientSurroundings {
  /** The way to the process of the moment; it refuses while there is none. */
  readonly transport: Transport
  readonly recorder: HistoryRecorder
  readonly random: Random
  readonly ids: Ids
  readonly monotonic: () => number
  pass(delayMs: number, label: string): Promise<void>
}

/** Time one try may take. */
const TRY_MS = 30_000
const PAUSE_FIRST_MS = 50
const PAUSE_MAX_MS = 5_000
/** Tries of one call: enough for every crash and outage of a run. */
const TRIES_MAX = 200

/**
 * Builds a client outside of the platform, which survives its crashes. It tries again what may be tried again, as a good client does:
 * queries and commands with a key, until an answer comes; other commands only when they certainly were not carried out.
 */
export function simulatedClient<C extends Contract>(
  contract: C,
  options: SimulatedClientOptions,
  surroundings: ClientSurroundings,
): Client<C> {
  const calls = Object.entries(contract.operations).map(([name, definition]) => {
    const { kind, timeoutMs } = definition
    const send = async (input: unknown, { key, timeoutMs: ownMs }: CallOptions = {}): Promise<unknown> => {
      const { recorder } = surroundings
      const request = {
        process: options.name ?? 'client',
        operation: `${contract.name}.${name}`,
        input,
        ...(key === undefined ? {} : { key }),
      }
      const tryMs = ownMs ?? Math.max(TRY_MS, timeoutMs)
      return recorder.record(request, async () => {
        const call = {
          service: contract.name,
          operation: name,
          definition,
          input,
          key,
          tryMs,
          isRepeatable: kind === 'query' || key !== undefined,
        }
        return (await patient(call, options, surroundings)).output
      })
    }
    return [name, send]
  })
  return Object.fromEntries(calls) as Client<C>
}

interface PatientCall {
  readonly service: string
  readonly operation: string
  readonly definition: OperationDefinition
  readonly input: unknown
  readonly key: string | undefined
  readonly tryMs: number
  readonly isRepeatable: boolean
}

async function patient(call: PatientCall, options: SimulatedClientOptions, surroundings: ClientSurroundings): Promise<CallReply> {
  let mayHaveHappened = false
  for (let count = 1; ; count++) {
    try {
      return await surroundings.transport.send(requestOf(call, options, surroundings))
    } catch (thrown) {
      const error = toBanyanError(thrown)
      const mayRepeat = error.retry === 'safe' || (error.retry === 'unknown' && call.isRepeatable)
      mayHaveHappened ||= error.retry === 'unknown'
      if (!mayRepeat) throw error
      if (count >= TRIES_MAX) throw mayHaveHappened ? outcomeUnknown(call, error) : error
      const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** Math.min(count, 10))
      await surroundings.pass(pauseMs * (0.5 + surroundings.random.next() / 2), 'client.pause')
    }
  }
}

/** The last of many tries was not carried out; one before it may have been. */
function outcomeUnknown({ service, operation }: PatientCall, cause: BanyanError): BanyanError {
  return new BanyanError('outcome_unknown', `${service}.${operation} was not answered in ${TRIES_MAX} tries; it may have happened`, {
    cause,
  })
}

function requestOf(
  { service, operation, definition, input, key, tryMs }: PatientCall,
  { principal = servicePrincipal('platform'), waitMs }: SimulatedClientOptions,
  { ids, monotonic }: ClientSurroundings,
): CallRequest {
  const id = ids.uuid()
  const deadline = { at: monotonic() + tryMs + (waitMs ?? 0) }
  const scope = { principal, deadline, trace: newTrace(ids), correlationId: id, causationId: id, key, waitMs }
  return { service, operation, definition, input, scope }
}

/** Tells errors that leave open whether an operation happened from those that settle it. */
export function isUnknown(error: unknown): boolean {
  return !(error instanceof BanyanError) || error.retry === 'unknown'
}
