import { httpNetwork } from '../../network/http/http-network.ts'
import type { Listener, Network } from '../../network/network.ts'
import { memoryNetwork } from '../../network/memory/memory-network.ts'
import { hmacTickets } from '../wire/hmac-tickets.ts'
import { remoteTransport } from '../wire/remote-transport.ts'
import { serveCalls } from '../wire/serve-calls.ts'
import type { Placement } from './equal-calls.fixture.ts'
import { testEqualCalls } from './equal-calls.testsuite.ts'
import { type Clock, systemClock } from '../../kernel/clock.ts'

const SECRET = 'a-secret-of-the-tests-that-is-long-enough'
const system = systemClock()
/** Networks give nothing up here, so that a busy machine does not silence a callee: what a caller does then is tested with the wire. */
const clock: Clock = { ...system, setTimer: (delayMs, callback) => (delayMs === 0 ? system.setTimer(0, callback) : () => {}) }

testEqualCalls('in one process', () => ({ network: undefined, async [Symbol.asyncDispose]() {} }))

testEqualCalls('over memory', () => {
  const network = memoryNetwork({ clock })
  return overNetwork(network.process('caller'), network.process('callee'))
})

testEqualCalls('over HTTP', () => overNetwork(httpNetwork({ clock }), httpNetwork({ clock })))

/** Sends all calls over a network, as if each service ran elsewhere. */
function overNetwork(caller: Network & Partial<Disposable>, callee: Network & Partial<Disposable>): Placement {
  const tickets = hmacTickets({ secrets: [SECRET], clock })
  let served: Promise<Listener> | undefined
  return {
    network(local, runtime) {
      const listener = (served = serveCalls({ network: callee, local, tickets, runtime }))
      return remoteTransport({
        network: caller,
        process: 'caller',
        tickets,
        clock: runtime.clock,
        addressOf: async () => (await listener).address,
      })
    },
    async [Symbol.asyncDispose]() {
      await (await served)?.close(0)
      caller[Symbol.dispose]?.()
      callee[Symbol.dispose]?.()
    },
  }
}
