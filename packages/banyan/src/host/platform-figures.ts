import type { CancelTimer } from '../kernel/clock.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { HostedService } from '../service/hosted/hosted-service.ts'
import type { Metrics } from '../telemetry/index.ts'
import { createLagFigures } from './lag-figures.ts'
import { declareMemoryFigures } from './memory-figures.ts'
import type { Asking } from './per-service.ts'
import { createSagaFigures } from './saga-figures.ts'
import { createStoreFigures } from './store-figures.ts'

/** Pause between two looks at the consumers; a scrape reads what the last look saw. */
const PERIOD_MS = 5_000

/** Keeps figures that must be read from stores ready for whoever scrapes. */
export interface PlatformFigures {
  start(): void
  stop(): void
}

/** Declares the platform's own metrics: the process, and how far consumers are behind, and which sagas are open. */
export function createPlatformFigures(
  { clock, log, memory }: Runtime,
  metrics: Metrics,
  services: () => Iterable<HostedService>,
): PlatformFigures {
  declareMemoryFigures(memory, metrics)
  let cancel: CancelTimer | undefined
  let stopped = false
  const asking = (what: string): Asking => ({
    clock,
    failed: (service, error) => void (stopped || log.warn(`${what} could not be read`, { service, error })),
  })
  const lags = createLagFigures({ ...asking('lag of consumers'), metrics, services })
  const sagas = createSagaFigures(asking('open sagas'), metrics)
  const sizes = createStoreFigures(asking('size of the store'), metrics)
  metrics.gauge({ name: 'process_cpu_seconds_total', help: 'CPU time of the process.' }, cpuSeconds)
  metrics.gauge({ name: 'process_resident_memory_bytes', help: 'Resident memory of the process.' }, () => process.memoryUsage.rss())

  async function look(): Promise<void> {
    for (const figures of [lags, sagas, sizes]) await figures.look(services())
    if (!stopped) cancel = clock.setTimer(PERIOD_MS, () => void look())
  }
  return {
    start: () => void look(),
    stop() {
      stopped = true
      cancel?.()
    },
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}
