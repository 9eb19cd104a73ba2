import type { Clock } from '../kernel/clock.ts'
import type { HostedService } from '../service/hosted-service.ts'
import { type StoreSize, storeSize } from '../store/sql/store-size.ts'
import type { Metrics } from '../telemetry/index.ts'

/** Sizes of stores change slowly, and PostgreSQL asks its file system for them. */
const PERIOD_MS = 60_000

/** Keeps what stores hold ready for whoever scrapes. */
export interface StoreFigures {
  /** Measures the stores again, if the last time is a minute ago. */
  look(services: Iterable<HostedService>): Promise<void>
}

/** Declares the metrics of stores' sizes. */
export function createStoreFigures(clock: Pick<Clock, 'now' | 'monotonic'>, metrics: Metrics): StoreFigures {
  const sizes = new Map<string, StoreSize>()
  let lookedAt = -Infinity
  const labels = ['service']
  const perService = (value: (size: StoreSize) => number | undefined) => () =>
    [...sizes].flatMap(([service, size]) => {
      const reading = value(size)
      return reading === undefined ? [] : [{ labels: [service], value: reading }]
    })
  metrics.gauge(
    { name: 'banyan_store_bytes', help: "Bytes of a service's store on disk.", labels },
    perService((size) => size.bytes),
  )
  metrics.gauge(
    { name: 'banyan_store_free_bytes', help: 'Bytes of a store that removed rows have left for new ones.', labels },
    perService((size) => size.freeBytes),
  )
  metrics.gauge(
    { name: 'banyan_log_events', help: "Events in a service's log.", labels },
    perService((size) => size.events),
  )
  metrics.gauge(
    { name: 'banyan_log_oldest_event_age_seconds', help: "Age of the oldest event in a service's log.", labels },
    perService(({ oldestEventAt }) => (oldestEventAt === undefined ? undefined : Math.max(0, clock.now() - oldestEventAt) / 1_000)),
  )
  return {
    async look(services) {
      if (clock.monotonic() - lookedAt < PERIOD_MS) return
      lookedAt = clock.monotonic()
      for (const service of services) sizes.set(service.name, await service.store.read((tx) => storeSize(tx.sql)))
    },
  }
}
