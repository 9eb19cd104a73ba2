import type { Clock } from '../kernel/clock.ts'
import type { HostedService } from '../service/hosted-service.ts'
import { openSagas } from '../store/sql/open-sagas.ts'
import type { Metrics } from '../telemetry/index.ts'

/** A person reacts in minutes, and a hundred thousand sleeping sagas take some time to count. */
const PERIOD_MS = 15_000

/** Keeps the numbers of open sagas ready for whoever scrapes. */
export interface SagaFigures {
  /** Counts again, if the last time is a while ago. */
  look(services: Iterable<HostedService>): Promise<void>
}

/** Declares the metric of sagas that have not ended. Alert on the status `stuck`: such a saga waits for a person (P9). */
export function createSagaFigures(clock: Pick<Clock, 'monotonic'>, metrics: Metrics): SagaFigures {
  let lookedAt = -Infinity
  let readings: { labels: string[]; value: number }[] = []
  metrics.gauge(
    { name: 'banyan_sagas_open', help: 'Sagas that have not ended; stuck ones wait for a person.', labels: ['service', 'saga', 'status'] },
    () => readings,
  )
  return {
    async look(services) {
      if (clock.monotonic() - lookedAt < PERIOD_MS) return
      lookedAt = clock.monotonic()
      const perService = [...services].map(async (service) =>
        (await service.store.read((tx) => openSagas(tx.sql))).map(({ name, status, count }) => ({
          labels: [service.name, name, status],
          value: count,
        })),
      )
      readings = (await Promise.all(perService)).flat()
    },
  }
}
