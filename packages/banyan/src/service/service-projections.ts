import type { ConsumerLag } from './consumers.ts'
import { misuse } from '../kernel/error.ts'
import type { TableName } from '../projection/projection.ts'
import type { Feed } from '../store/feed.ts'
import type { Service } from './service.ts'
import type { ServiceRuntime } from './service-runtime.ts'

/** The read models of one running service. */
export interface ServiceProjections {
  start(feedOf: (service: string) => Feed | undefined, instance: string): Promise<void>
  stop(): Promise<void>
  /** Names of a projection's tables in the generation that serves. */
  tables(projection: string): TableName
  /** Resolves when all projections have consumed what `token` names in the service's own log. Throws `deadline_exceeded` with the lag. */
  waitForOwnWrite(token: string, timeoutMs: number): Promise<void>
  lag(): Promise<readonly ConsumerLag[]>
  /** Fills a new generation from the log while the present one serves. */
  rebuild(projection: string): Promise<void>
}

export function createServiceProjections(_shared: ServiceRuntime, _service: Service): ServiceProjections {
  return {
    async start() {},
    async stop() {},
    tables: () => misuse('no projections'),
    async waitForOwnWrite() {},
    lag: async () => [],
    async rebuild() {},
  }
}
