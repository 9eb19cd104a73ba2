import type { HostedService } from '../service/hosted/hosted-service.ts'
import type { Placement } from './placement.ts'

/**
 * Tells which events at the beginning of a service's log no consumer needs: those before the last one that each has durably consumed. What
 * stands in the consumers' databases counts, not their memory, because that is where they go on after a crash; and there they ask for the event
 * they consumed last, to know the log by it. A rebuild counts like a consumer, wherever it runs. The largest number when nobody listens; 0 while a service of the platform does not run.
 */
export async function consumedUpTo({ elsewhere }: Placement, services: Iterable<HostedService>, source: string): Promise<number> {
  if (elsewhere.length > 0) return 0
  let position = Number.MAX_SAFE_INTEGER
  for (const service of services) {
    const consumers = await service.readers()
    if (consumers === undefined) return 0
    const cursors = await service.store.read((tx) => tx.consumption.cursors())
    for (const reader of consumers) {
      if (reader.source !== source) continue
      const cursor = cursors.find((one) => one.consumer === reader.consumer && one.source === source)
      position = Math.min(position, Math.max(0, (cursor?.position ?? 0) - 1))
    }
  }
  return position
}
