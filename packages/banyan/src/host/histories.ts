import { olderThanRead } from '../events/reading/log-history.ts'
import type { HostedService } from '../service/hosted/hosted-service.ts'
import type { ReadMark } from '../store/records/consumption-records.ts'

/** What one service has read of another's log. */
export interface ReadLog {
  readonly consumer: string
  readonly source: string
  readonly read: ReadMark
}

/** Lists how far a service has read the logs of others, and its own; what consumers of earlier releases read counts as well. */
export function readLogs(service: Pick<HostedService, 'store'>): Promise<ReadLog[]> {
  return service.store.read(async ({ consumption }) => {
    const logs: ReadLog[] = []
    for (const { consumer, source } of await consumption.cursors()) {
      const read = await consumption.lastRead(consumer, source)
      if (read) logs.push({ consumer, source, read })
    }
    return logs
  })
}

/**
 * Compares each service's log with what the others have read of it. One whose log lacks what was read is an older copy: it is told to take no
 * work. Whether anybody consumes right now does not matter, so a process learns it before it takes the first request.
 */
export async function checkHistories(services: ReadonlyMap<string, HostedService>): Promise<void> {
  for (const reader of services.values()) {
    for (const { source, read } of await readLogs(reader)) {
      const owner = services.get(source)
      if (!owner) continue
      const older = await olderThanRead(owner.feed, { source, service: reader.name, read })
      if (older) owner.refuse(older)
    }
  }
}
