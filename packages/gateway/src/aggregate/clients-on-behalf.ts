import { callerKey, receivedFrom, type Scope, sendUnlessAborted, type Transport } from 'banyan/call'
import type { CallOptions, Clients, Contract } from 'banyan/contract'
import { BanyanError, type Clock, deadlineAfter, misuse, remainingMs } from 'banyan/kernel'

/** Builds clients for one request. */
export type ClientsOnBehalf = (scope: Scope) => Clients<readonly Contract[]>

type Sender = { readonly scope: Scope }

/**
 * Prepares clients that call in the name of whoever sent the request, so that every service's own access rules hold for what an
 * aggregate shows. A service's clients call in the service's name instead; an aggregate has no rights of its own.
 */
export function clientsOnBehalf(uses: readonly Contract[], transport: Transport, clock: Clock): ClientsOnBehalf {
  const prototypes = uses.map((contract) => [contract.name, prototypeOf(contract, transport, clock)] as const)
  return (scope) =>
    Object.fromEntries(prototypes.map(([name, prototype]) => [name, Object.assign(Object.create(prototype), { scope })])) as Clients<
      readonly Contract[]
    >
}

function prototypeOf({ name: service, operations }: Contract, transport: Transport, clock: Clock): object {
  const prototype: Record<string, unknown> = {}
  for (const [operation, definition] of Object.entries(operations)) {
    const { timeoutMs, access } = definition
    prototype[operation] = async function send(this: Sender, input: unknown, options?: CallOptions): Promise<unknown> {
      if (access === 'internal')
        misuse(
          `an aggregate called ${service}.${operation}, which is internal; it has no rights of its own, so call what its users may call`,
        )
      const deadline = deadlineAfter(clock, options?.timeoutMs ?? timeoutMs, this.scope.deadline)
      if (remainingMs(clock, deadline) <= 0)
        throw new BanyanError('deadline_exceeded', `no time left to call ${service}.${operation}; it was not sent`, { retry: 'safe' })
      const scope: Scope = {
        ...this.scope,
        deadline,
        key: options?.key === undefined ? undefined : callerKey(this.scope.principal, options.key),
        waitMs: undefined,
      }
      try {
        return (await sendUnlessAborted(transport, { service, operation, definition, input, scope, signal: options?.signal })).output
      } catch (thrown) {
        throw receivedFrom(`${service}.${operation}`, thrown)
      }
    }
  }
  return prototype
}
