import type { HostedService } from '../service/hosted/hosted-service.ts'
import type { Metrics } from '../telemetry/index.ts'
import { type Asking, perService } from './per-service.ts'

/** A person reacts in minutes, and a hundred thousand sleeping sagas take some time to count. */
const PERIOD_MS = 15_000

/** A service as far as its sagas are counted. */
export type SagaService = Pick<HostedService, 'name'> & { readonly store: Pick<HostedService['store'], 'read'> }

/** Keeps the numbers of open sagas ready for whoever scrapes. */
export interface SagaFigures {
  /** Counts again, if the last time is a while ago. */
  look(services: Iterable<SagaService>): Promise<void>
}

/** Declares the metric of sagas that have not ended. Alert on the status `stuck`: such a saga waits for a person (P9). */
export function createSagaFigures(asking: Asking, metrics: Metrics): SagaFigures {
  let lookedAt = -Infinity
  const { clock } = asking
  let readings: readonly { labels: string[]; value: number }[] = []
  metrics.gauge(
    { name: 'banyan_sagas_open', help: 'Sagas that have not ended; stuck ones wait for a person.', labels: ['service', 'saga', 'status'] },
    () => readings,
  )
  return {
    async look(services) {
      if (clock.monotonic() - lookedAt < PERIOD_MS) return
      lookedAt = clock.monotonic()
      readings = await perService(asking, services, readingsOf)
    },
  }
}

async function readingsOf(service: SagaService) {
  const open = await service.store.read((tx) => tx.sagas.countOpen())
  return open.map(({ name, status, count }) => ({ labels: [service.name, name, status], value: count }))
}
