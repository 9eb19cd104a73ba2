import { clientFactory } from '../call/client.ts'
import type { Scope } from '../call/scope.ts'
import type { Transport } from '../call/transport.ts'
import { servicePrincipal } from '../contract/access.ts'
import type { CallOptions, Client, Contract } from '../contract/contract.ts'
import { deadlineAfter } from '../kernel/deadline.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { newTrace } from '../telemetry/trace-context.ts'

/** Time a call of a tool or a test may take. */
const CALL_TIMEOUT_MS = 60_000

/** Builds a client that calls as the platform itself, each call a flow of its own. */
export function platformClient<C extends Contract>(contract: C, transport: Transport, { clock, ids }: Runtime): Client<C> {
  const clientsFor = clientFactory({ caller: 'platform', uses: [contract], transport, clock })
  type Calls = Record<string, (input: unknown, options?: CallOptions) => Promise<unknown>>

  function freshScope(): Scope {
    const requestId = ids.uuid()
    return {
      principal: servicePrincipal('platform'),
      deadline: deadlineAfter(clock, CALL_TIMEOUT_MS),
      trace: newTrace(ids),
      correlationId: requestId,
      causationId: requestId,
    }
  }
  const operations = Object.keys(contract.operations).map((name) => [
    name,
    (input: unknown, options?: CallOptions) => (clientsFor(freshScope()) as Record<string, Calls>)[contract.name]?.[name]?.(input, options),
  ])
  return Object.fromEntries(operations) as Client<C>
}
