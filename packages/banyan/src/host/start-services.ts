import type { Transport } from '../call/transport.ts'
import type { BanyanError } from '../kernel/error.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { type HostedService, hostService } from '../service/hosted/hosted-service.ts'
import { variantFor } from '../store/definition.ts'
import { createTracing, type Metrics } from '../telemetry/index.ts'
import { absentFeed } from './absent-feed.ts'
import type { HealthMonitor } from './health-monitor.ts'
import { checkHistories } from './histories.ts'
import type { LogReaders } from './log-readers.ts'
import type { Placement } from './placement.ts'
import type { Platform } from './platform.ts'
import { type ChosenStores, platformStores } from './platform-stores.ts'
import type { RemoteLog } from './reader-reports.ts'

/** How services are started. */
export interface ServiceStart {
  readonly runtime: Runtime
  readonly stores: ChosenStores
  /** Directory below which each service has one for its files. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Finds the logs of services that other processes host. Default: none is found. */
  readonly logs?: (service: string) => RemoteLog | undefined
}

/** What starting services fills and tells. */
export interface StartedServices {
  readonly platform: Platform
  /** Filled in start order. */
  readonly hosted: Map<string, HostedService>
  readonly readers: LogReaders
  readonly transport: Transport
  readonly metrics: Metrics
  readonly monitor: HealthMonitor
}

/** Brings all stores up to date, or none; opens them all first, because services read each other's events; then prepares and runs services in dependency order. */
export async function startServices(placement: Placement, options: ServiceStart, started: StartedServices): Promise<void> {
  const { platform, hosted, readers, transport, metrics, monitor } = started
  const stores = platformStores(platform, options.stores, { environment: options.environment, readOnly: false })
  const { runtime, directory, environment, logs = noLog } = options
  const tracing = createTracing({ ids: runtime.ids, work: runtime.work })
  const sourceIsOlder = (source: string, reason: BanyanError): void => hosted.get(source)?.refuse(reason)
  await stores.upgrade?.(
    placement.hosted.map(({ name, definition }) => ({
      service: name,
      migrations: variantFor(name, definition.store, stores.offer(name)).migrations,
      runtime,
    })),
  )
  for (const service of placement.hosted) {
    const one = await hostService(service, { runtime, stores, transport, metrics, tracing, directory, environment, sourceIsOlder })
    hosted.set(service.name, one)
    for (const [name, check] of one.checks) monitor.add(`${service.name}:${name}`, check)
  }
  await checkHistories(hosted)
  for (const service of hosted.values()) await service.prepare()
  for (const service of hosted.values())
    await service.run(
      (source) => hosted.get(source)?.feed ?? logs(source)?.feed ?? absentFeed(() => placement.absent(source)),
      () => readers.consumedUpTo(service),
    )
  // where another process may be the one that reads, only a look at what is stored tells
  if ([...hosted.values()].some(({ store }) => store.features.shared)) monitor.add('platform:histories', () => checkHistories(hosted))
  await monitor.round()
  monitor.start()
}

function noLog(): undefined {
  return undefined
}
