import type { Transport } from '../call/transport.ts'
import { deadlineAfter } from '../kernel/deadline.ts'
import type { Clock } from '../kernel/clock.ts'
import type { HostedService } from '../service/hosted/hosted-service.ts'
import { isStopping } from '../service/hosted/open-calls.ts'
import type { RunningGateway } from './gateway.ts'
import type { Platform } from './platform.ts'

/** Time given to all that is under way when a process drains: it must end before Kubernetes' default grace of 30 s does. */
const DRAIN_MS = 25_000
/** Of that, for the requests at a gateway that closes; what is left is for the services behind it. */
const GATEWAY_DRAIN_MS = 20_000

/** How a platform comes to rest. */
export interface PlatformDrain {
  /** True from the moment it was asked for. */
  readonly begun: boolean
  /** Refuses what comes and waits for what is under way; a gateway that is given is closed first. The second time it waits for the first. */
  drain(gateway?: RunningGateway): Promise<void>
  /** Lets calls from outside in until the drain begins; those between services go on as long as who calls is under way. */
  guarded(transport: Transport): Transport
}

/** Builds the drain of one platform. */
export function createPlatformDrain(platform: Platform, hosted: ReadonlyMap<string, HostedService>, clock: Clock): PlatformDrain {
  let begun = false
  let drained: Promise<void> | undefined

  /** Each service once all that call it are done: what is under way there may still need it. */
  async function drainServices(deadlineAt: number): Promise<void> {
    const ends = new Map<string, Promise<void>>()
    for (const { name } of platform.services.toReversed()) {
      const callers = platform.services.filter(({ definition }) => definition.uses.some((used) => used.name === name))
      ends.set(
        name,
        drainAfter(
          callers.map((caller) => ends.get(caller.name) as Promise<void>),
          hosted.get(name),
          deadlineAt,
        ),
      )
    }
    await Promise.all(ends.values())
  }
  return {
    get begun() {
      return begun
    },
    async drain(gateway) {
      begun = true
      const { at } = deadlineAfter(clock, DRAIN_MS)
      await gateway?.close(GATEWAY_DRAIN_MS)
      await (drained ??= drainServices(at))
    },
    guarded: (transport) => ({
      send: async (request) => (begun ? Promise.reject(isStopping(request.service)) : transport.send(request)),
    }),
  }
}

async function drainAfter(callers: readonly Promise<void>[], service: HostedService | undefined, deadlineAt: number): Promise<void> {
  await Promise.all(callers)
  await service?.drain({ at: deadlineAt })
}
