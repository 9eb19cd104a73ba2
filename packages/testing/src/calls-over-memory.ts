import { hmacTickets, remoteTransport, serveCalls } from 'banyan/call'
import type { StartOptions } from 'banyan/host'
import { memoryNetwork } from 'banyan/network'

/** No secret: both ends are in the test's own process. */
const SECRET = 'calls-over-memory-within-one-process'

/**
 * Sends all calls between services over a network in memory, in the format of the wire: each behaves as if its service ran in another process.
 * For `testPlatform({ network })`, where a test shall hold for services apart as well.
 */
export function callsOverMemory(): NonNullable<StartOptions['network']> {
  return (local, runtime) => {
    const { clock } = runtime
    const network = memoryNetwork({ clock })
    const tickets = hmacTickets({ secrets: [SECRET], clock })
    const served = serveCalls({ network: network.process('callee'), local, tickets, runtime })
    const addressOf = async (): Promise<string> => (await served).address
    return remoteTransport({ network: network.process('caller'), process: 'caller', tickets, clock, addressOf })
  }
}
