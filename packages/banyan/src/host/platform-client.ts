import { clientFactory } from '../call/client.ts'
import type { Scope } from '../call/scope.ts'
import type { Transport } from '../call/transport.ts'
import { receivedFrom } from '../call/uncaught.ts'
import { PLATFORM } from '../contract/access.ts'
import { type AuditClient, auditCall } from '../contract/audit.ts'
import type { CallOptions, Client, Contract } from '../contract/contract.ts'
import { deadlineAfter } from '../kernel/deadline.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { newTrace } from '../telemetry/trace-context.ts'

/** Time a call of a tool or a test may take. */
const CALL_TIMEOUT_MS = 60_000

/** Builds a client that calls as the platform itself, each call a flow of its own. */
export function platformClient<C extends Contract>(contract: C, transport: Transport, runtime: Runtime): Client<C> {
  const clientsFor = clientFactory({ caller: PLATFORM.subject, uses: [contract], transport, clock: runtime.clock })
  type Calls = Record<string, (input: unknown, options?: CallOptions) => Promise<unknown>>
  const operations = Object.keys(contract.operations).map((name) => [
    name,
    (input: unknown, options?: CallOptions) =>
      (clientsFor(platformScope(runtime, CALL_TIMEOUT_MS)) as Record<string, Calls>)[contract.name]?.[name]?.(input, options),
  ])
  return Object.fromEntries(operations) as Client<C>
}

/** Builds what asks the audit queries of a service, over the transport of calls: a service that runs elsewhere answers as well. */
export function auditClient<C extends Contract>(contract: C, transport: Transport, runtime: Runtime): AuditClient<C> {
  const queries = Object.entries(contract.audits).map(([name, definition]) => [
    name,
    async (input: unknown) => {
      const call = { service: contract.name, operation: auditCall(name), definition }
      try {
        return (await transport.send({ ...call, input, scope: platformScope(runtime, definition.timeoutMs) })).output
      } catch (thrown) {
        throw receivedFrom(`${call.service}.${call.operation}`, thrown)
      }
    },
  ])
  return Object.fromEntries(queries) as AuditClient<C>
}

function platformScope({ clock, ids }: Runtime, timeoutMs: number): Scope {
  const requestId = ids.uuid()
  return {
    principal: PLATFORM,
    deadline: deadlineAfter(clock, timeoutMs),
    trace: newTrace(ids),
    correlationId: requestId,
    causationId: requestId,
  }
}
