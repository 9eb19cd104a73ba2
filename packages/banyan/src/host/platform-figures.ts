import type { CancelTimer } from '../kernel/clock.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { HostedService } from '../service/hosted-service.ts'
import type { Metrics } from '../telemetry/index.ts'
import { createLagFigures } from './lag-figures.ts'
import { declareMemoryFigures } from './memory-figures.ts'
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
  const sizes = createStoreFigures(clock, metrics)
  const sagas = createSagaFigures(clock, metrics)
  declareMemoryFigures(memory, metrics)
  let cancel: CancelTimer | undefined
  let stopped = false
  const failed = (service: string, error: unknown): void => {
    if (!stopped) log.warn('lag of consumers could not be read', { service, error })
  }
  const lags = createLagFigures({ clock, metrics, services, failed })
  metrics.gauge({ name: 'process_cpu_seconds_total', help: 'CPU time of the process.' }, cpuSeconds)
  metrics.gauge({ name: 'process_resident_memory_bytes', help: 'Resident memory of the process.' }, () => process.memoryUsage.rss())

  async function look(): Promise<void> {
    try {
      await lags.look(services())
      await sagas.look(services())
      await sizes.look(services())
    } catch (error) {
      if (!stopped) log.warn('open sagas and sizes of stores could not be read', { error })
    }
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
