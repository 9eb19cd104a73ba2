import { clientFactory } from 'banyan/call'
import { type Client, type Contract, servicePrincipal } from 'banyan/contract'
import type { GatewayHost } from 'banyan/host'
import { deadlineAfter } from 'banyan/kernel'
import { newTrace } from 'banyan/telemetry'
import type { GatewayCalls } from '../options/options.ts'

/** Name under which the gateway calls services in its own matters, such as keys of tokens. */
const CALLER = 'gateway'
/** Time such a call may take. */
const CALL_MS = 5_000

/** Returns clients that call in the gateway's own name; each client is good for calls made at once. */
export function gatewayCalls({ runtime, transport }: GatewayHost): GatewayCalls {
  const { clock, ids } = runtime
  return <C extends Contract>(contract: C): Client<C> => {
    const requestId = ids.uuid()
    const scope = {
      principal: servicePrincipal(CALLER),
      deadline: deadlineAfter(clock, CALL_MS),
      trace: newTrace(ids),
      correlationId: requestId,
      causationId: requestId,
    }
    const clients = clientFactory({ caller: CALLER, uses: [contract], transport, clock })(scope)
    return (clients as Record<string, Client<C>>)[contract.name] as Client<C>
  }
}
