import type { RunningPlatform } from 'banyan/host'

/** States of a saga that nothing will change by itself. */
const ENDED: ReadonlySet<string> = new Set(['completed', 'compensated'])
/** An event during which the process died again and again is parked as the suspect; in a simulator the crash was to blame. */
const SUSPECT = /the process ended \d+ times/
const PARKED_MAX = 100

/**
 * Tells what in a platform has not come to rest: sagas that are not over, events that are not consumed or are parked.
 * Suspects of crashes are redriven on the way.
 */
export async function idleness({ admin }: RunningPlatform): Promise<readonly string[]> {
  const perService = await Promise.all(
    admin.services.map(async (service) => {
      const name = service.service
      const [sagas, lags, parked] = await Promise.all([service.sagaCounts(), service.lag(), service.parked({ limit: PARKED_MAX })])
      const suspects = parked.filter(({ state, error }) => state === 'failed' && SUSPECT.test(error ?? ''))
      for (const { consumer, source, key } of suspects)
        await service.redrive(consumer, source, key, { actor: 'simulator', reason: 'the simulator killed the process, not this event' })
      return [
        ...sagas.filter(({ status }) => !ENDED.has(status)).map((saga) => `${saga.count} sagas ${saga.name} of ${name} are ${saga.status}`),
        ...lags
          .filter(({ position, head }) => position < head)
          .map(({ consumer, source, position, head }) => `${name} (${consumer}) consumed ${position} of ${head} events of ${source}`),
        ...parked.map(({ source, key, error }) => `${name} parked an event of ${source} with key ${key}: ${error ?? 'behind another'}`),
      ]
    }),
  )
  return perService.flat()
}
