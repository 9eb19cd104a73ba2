import type { RunningPlatform, ServiceAdmin } from 'banyan/host'
import type { ParkedRecord } from 'banyan/store'

/** States of a saga that nothing will change by itself. */
const ENDED: ReadonlySet<string> = new Set(['completed', 'compensated'])
/**
 * An event during which the process died again and again is parked as the suspect; in a simulator the crash was to blame. Its redrive may come
 * while what it needs is away, and parks it again: then it is redriven once more, as a person would.
 */
const SUSPECT = /the process ended \d+ times|^unavailable: /
const PARKED_MAX = 100

/**
 * Tells what in a platform has not come to rest: sagas that are not over, events that are not consumed or are parked; empty when all is done.
 * Redrives suspects of crashes on the way, so that a later look finds them consumed.
 */
export async function openWork({ admin }: RunningPlatform): Promise<readonly string[]> {
  return (await Promise.all(admin.services.map(openWorkOf))).flat()
}

async function openWorkOf(service: ServiceAdmin): Promise<readonly string[]> {
  const name = service.service
  const [sagas, lags, parked] = await Promise.all([service.sagaCounts(), service.lag(), service.parked({ limit: PARKED_MAX })])
  await redriveSuspects(service, parked)
  return [
    ...sagas.filter(({ status }) => !ENDED.has(status)).map((saga) => `${saga.count} sagas ${saga.name} of ${name} are ${saga.status}`),
    ...lags
      .filter(({ position, head }) => position < head)
      .map(({ consumer, source, position, head }) => `${name} (${consumer}) consumed ${position} of ${head} events of ${source}`),
    ...parked.map(({ source, key, error }) => `${name} parked an event of ${source} with key ${key}: ${error ?? 'behind another'}`),
  ]
}

async function redriveSuspects(service: ServiceAdmin, parked: readonly ParkedRecord[]): Promise<void> {
  for (const { consumer, source, key, state, error } of parked)
    if (state === 'failed' && SUSPECT.test(error ?? ''))
      await service.redrive(consumer, source, key, { actor: 'simulator', reason: 'the simulator killed the process, not this event' })
}
