import { AsyncLocalStorage } from 'node:async_hooks'
import { type Principal, servicePrincipal } from '../contract/access.ts'
import type { CallOptions, Clients, Contract } from '../contract/contract.ts'
import type { OperationDefinition } from '../contract/operation.ts'
import { type Clock, deadlineAfter, remainingMs } from '../kernel/index.ts'
import { BanyanError, misuse, toBanyanError } from '../kernel/error.ts'
import { callerKey } from './caller-key.ts'
import { receivedFrom } from './uncaught.ts'
import type { Progress } from './progress.ts'
import type { Scope } from './scope.ts'
import { sendUnlessAborted } from './cancellation.ts'
import type { CallReply, Transport } from './transport.ts'

const insideTransaction = new AsyncLocalStorage<string>()

/** Runs a transaction's body so that calls made within it are refused (law 4). */
export function refusingCalls<T>(service: string, body: () => Promise<T>): Promise<T> {
  return insideTransaction.run(service, body)
}

/** What a client needs besides the scope of the work that calls. */
export interface ClientOptions<U extends readonly Contract[] = readonly Contract[]> {
  /** Name of the calling service. */
  readonly caller: string
  readonly uses: U
  readonly transport: Transport
  readonly clock: Clock
}

/** Builds clients for one piece of work. Its progress, if given, tells whether a command was or may have been carried out. */
export type ClientFactory<U extends readonly Contract[]> = (scope: Scope, progress?: Progress) => Clients<U>

type Sender = { scope: Scope; progress: Progress | undefined }

/** Prepares typed clients of the declared dependencies; the returned factory is cheap enough to run per request. */
export function clientFactory<const U extends readonly Contract[]>(options: ClientOptions<U>): ClientFactory<U> {
  const prototypes = new Map(options.uses.map((contract) => [contract.name, clientPrototype(contract, options)]))
  return (scope, progress) => {
    const clients: Record<string, unknown> = {}
    for (const [name, prototype] of prototypes) {
      const client = Object.create(prototype) as Sender
      client.scope = scope
      client.progress = progress
      clients[name] = client
    }
    return clients as Clients<U>
  }
}

function clientPrototype(contract: Contract, options: ClientOptions): object {
  const principal = servicePrincipal(options.caller)
  const prototype: Record<string, unknown> = {}
  for (const [name, operation] of Object.entries(contract.operations))
    prototype[name] = function send(this: Sender, input: unknown, callOptions?: CallOptions): Promise<unknown> {
      return sendCall(options, principal, contract.name, name, operation, this, input, callOptions)
    }
  return prototype
}

async function sendCall(
  { caller, transport, clock }: ClientOptions,
  principal: Principal,
  service: string,
  operationName: string,
  operation: OperationDefinition,
  { scope, progress }: Sender,
  input: unknown,
  callOptions: CallOptions | undefined,
): Promise<unknown> {
  const open = insideTransaction.getStore()
  if (open !== undefined)
    misuse(`${caller} called ${service}.${operationName} inside a transaction of ${open}; call first, then open the transaction`)
  const deadline = deadlineAfter(clock, callOptions?.timeoutMs ?? operation.timeoutMs, scope.deadline)
  if (remainingMs(clock, deadline) <= 0)
    throw new BanyanError('deadline_exceeded', `no time left to call ${service}.${operationName}; it was not sent`, { retry: 'safe' })
  const sending = sendUnlessAborted(transport, {
    service,
    operation: operationName,
    definition: operation,
    input,
    scope: {
      ...scope,
      deadline,
      key: keyOf(principal, scope, callOptions?.key),
      callKey: undefined,
      plainKeys: undefined,
      waitMs: undefined,
      principal,
    },
    signal: callOptions?.signal,
  })
  try {
    const reply = await (progress && operation.kind === 'command' ? noting(progress, sending) : sending)
    return reply.output
  } catch (thrown) {
    throw receivedFrom(`${service}.${operationName}`, thrown)
  }
}

/** Two services that choose the same key never share an answer: a key carries its caller. */
function keyOf(principal: Principal, { callKey, plainKeys }: Scope, chosen: string | undefined): string | undefined {
  const key = chosen ?? callKey
  return key === undefined || plainKeys === true ? key : callerKey(principal, key)
}

/** Notes that a command was carried out, or may have been. */
async function noting(progress: Progress, sending: Promise<CallReply>): Promise<CallReply> {
  try {
    const reply = await sending
    progress.acted = true
    return reply
  } catch (thrown) {
    if (toBanyanError(thrown).retry === 'unknown') progress.acted = true
    throw thrown
  }
}
