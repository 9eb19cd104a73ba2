import type { HostedService } from '../service/hosted-service.ts'

/**
 * Tells up to which position of a service's log every consumer has durably consumed: what stands in the consumers' databases, not in
 * memory, because that is where they go on after a crash. The largest number when nobody listens; 0 while a service of the platform does not run.
 */
export async function consumedUpTo(services: Iterable<HostedService>, source: string): Promise<number> {
  let position = Number.MAX_SAFE_INTEGER
  for (const service of services) {
    const consumers = service.readers()
    if (consumers === undefined) return 0
    const cursors = await service.store.read((tx) => tx.consumption.cursors())
    for (const reader of consumers) {
      if (reader.source !== source) continue
      const cursor = cursors.find((one) => one.consumer === reader.consumer && one.source === source)
      position = Math.min(position, cursor?.position ?? 0)
    }
  }
  return position
}
