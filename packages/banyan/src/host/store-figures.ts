import type { HostedService } from '../service/hosted/hosted-service.ts'
import type { StoreSize } from '../store/records/log-records.ts'
import type { Metrics } from '../telemetry/index.ts'
import { type Asking, perService } from './per-service.ts'

/** Sizes of stores change slowly, and PostgreSQL asks its file system for them. */
const PERIOD_MS = 60_000

/** Keeps what stores hold ready for whoever scrapes. */
export interface StoreFigures {
  /** Measures the stores again, if the last time is a minute ago. */
  look(services: Iterable<HostedService>): Promise<void>
}

/** Declares the metrics of stores' sizes. */
export function createStoreFigures(asking: Asking, metrics: Metrics): StoreFigures {
  const { clock } = asking
  let sizes: readonly { service: string; size: StoreSize }[] = []
  let lookedAt = -Infinity
  const labels = ['service']
  const ofEach = (value: (size: StoreSize) => number | undefined) => () =>
    sizes.flatMap(({ service, size }) => {
      const reading = value(size)
      return reading === undefined ? [] : [{ labels: [service], value: reading }]
    })
  metrics.gauge(
    { name: 'banyan_store_bytes', help: "Bytes of a service's store on disk.", labels },
    ofEach((size) => size.bytes),
  )
  metrics.gauge(
    { name: 'banyan_store_free_bytes', help: 'Bytes of a store that removed rows have left for new ones.', labels },
    ofEach((size) => size.freeBytes),
  )
  metrics.gauge(
    { name: 'banyan_log_events', help: "Events in a service's log.", labels },
    ofEach((size) => size.events),
  )
  metrics.gauge(
    { name: 'banyan_log_oldest_event_age_seconds', help: "Age of the oldest event in a service's log.", labels },
    ofEach(({ oldestEventAt }) => (oldestEventAt === undefined ? undefined : Math.max(0, clock.now() - oldestEventAt) / 1_000)),
  )
  return {
    async look(services) {
      if (clock.monotonic() - lookedAt < PERIOD_MS) return
      lookedAt = clock.monotonic()
      sizes = await perService(asking, services, async ({ name, store }) => [
        { service: name, size: await store.read((tx) => tx.log.size()) },
      ])
    },
  }
}
