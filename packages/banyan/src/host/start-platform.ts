import { localTransport } from '../call/local-transport.ts'
import type { LocalTransport, Transport } from '../call/transport.ts'
import type { AuditClient } from '../contract/audit.ts'
import type { Client, Contract } from '../contract/contract.ts'
import type { BanyanError } from '../kernel/error.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { type HostedService, hostService } from '../service/hosted/hosted-service.ts'
import { variantFor } from '../store/definition.ts'
import { createMetrics, createTracing, type Metrics, watchLoop } from '../telemetry/index.ts'
import type { PlatformAdmin } from './platform-admin.ts'
import type { RunningGateway } from './gateway.ts'
import { absentFeed } from './absent-feed.ts'
import { gatewayServices } from './gateway-service.ts'
import { checkHistories } from './histories.ts'
import type { HealthReport } from './health.ts'
import { declareHealthFigures } from './health-figures.ts'
import { createHealthMonitor, type HealthMonitor } from './health-monitor.ts'
import { createLogReaders, type LogReaders } from './log-readers.ts'
import { createReaderReports, type RemoteLog } from './reader-reports.ts'
import { place, type Placement } from './placement.ts'
import type { Platform } from './platform.ts'
import { createPlatformDrain, type PlatformDrain } from './platform-drain.ts'
import { auditClient, platformClient } from './platform-client.ts'
import { createPlatformFigures } from './platform-figures.ts'
import { type ChosenStores, platformStores } from './platform-stores.ts'
import { serviceAdmin } from './service-admin.ts'

/** How to run a platform. */
export interface StartOptions {
  readonly runtime: Runtime
  /** Where services keep their data; see also `stores` of the platform. */
  readonly stores: ChosenStores
  /** Directory for files that services keep besides their stores. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the gateway listens; without it the platform runs without a gateway. */
  readonly listen?: { readonly port: number; readonly hostname: string }
  /** Names of the services that this process hosts. Default: all that are implemented here. The others are `unavailable` from here. */
  readonly hosts?: readonly string[]
  /** Finds the logs of services that other processes host. Default: none is found; whoever reads one tries again and again. */
  readonly logs?: (service: string) => RemoteLog | undefined
  /** Puts something on the way of calls between services, e.g. a network that loses them. Default: nothing, they stay in the process. */
  readonly network?: (local: LocalTransport, runtime: Runtime) => Transport
  /** Secret by which the command line proves to the gateway, and the gateway to it, that both belong to this machine's operator. */
  readonly operatorKey?: string
}

/** A platform that runs in this process. */
export interface RunningPlatform {
  /** Port of the gateway; undefined without one. */
  readonly port: number | undefined
  /** Literal address that the gateway listens on; undefined without one. */
  readonly address: string | undefined
  readonly admin: PlatformAdmin
  readonly metrics: Metrics
  /** Those that run here. */
  readonly services: readonly HostedService[]
  health(): HealthReport
  /** A typed client that calls as the platform itself. For tests, seeds and tools. */
  client<C extends Contract>(contract: C): Client<C>
  /** Asks the audit queries of a service as the platform itself. For audits of one's own, and tests. */
  ask<C extends Contract>(contract: C): AuditClient<C>
  /**
   * Refuses new requests and calls with `unavailable`, and waits for those under way, 25 seconds at most: services that call before those that
   * are called. The process is not ready any more, and still answers for its health. Safe to call twice.
   */
  drain(): Promise<void>
  /** Drains and stops: gateway first, then services against their start order. Safe to call twice. */
  stop(): Promise<void>
}

/** Starts a platform: stores, services in dependency order, then the gateway. What was started is stopped again when a part fails. */
export async function startPlatform(platform: Platform, options: StartOptions): Promise<RunningPlatform> {
  const { runtime } = options
  const placement = place(platform, options.hosts)
  platform.settings.check?.(options.environment)
  const metrics = createMetrics()
  const monitor = createHealthMonitor(runtime)
  const hosted = new Map<string, HostedService>()
  const local = localTransport((name) => hosted.get(name), placement.absent)
  const transport = options.network?.(local, runtime) ?? local
  const readers = createLogReaders(platform, placement, hosted)
  const admin = platformAdmin(platform, options, { hosted, readers, transport })
  const figures = createPlatformFigures(runtime, metrics, () => hosted.values())
  const logOf = options.logs ?? noLog
  const reports = createReaderReports({ runtime, placement, services: () => hosted.values(), logOf })
  let isReady = false
  const unwatch = watchLoop({ ...runtime, metrics, isReady: () => isReady })
  let gateway: RunningGateway | undefined
  const drain = createPlatformDrain(platform, hosted, runtime.clock)

  const health = (): HealthReport => reported(placement, monitor.results(), drain.begun)
  declareHealthFigures(metrics, health, platform.contracts)
  async function stopAll(): Promise<void> {
    monitor.stop()
    figures.stop()
    await drain.drain(gateway) // first, and in this turn: what comes after the order to stop is refused
    await reports.stop()
    for (const service of [...hosted.values()].toReversed()) await service.close()
    unwatch()
  }
  try {
    await startServices(placement, options, { platform, hosted, readers, transport, metrics, monitor })
    reports.start()
    figures.start()
    if (platform.gateway && options.listen) {
      const services = gatewayServices(platform, placement, { hosted, logOf })
      const { environment, operatorKey } = options
      const host = { runtime, environment, services, transport, admin, metrics, operatorKey, health, draining: () => drain.begun }
      gateway = await platform.gateway.start(host, options.listen)
    }
    isReady = true
  } catch (thrown) {
    await stopAll().catch((error: unknown) => runtime.log.error('stopping after a failed start failed too', { error }))
    throw thrown
  }
  let stopping: Promise<void> | undefined
  return {
    port: gateway?.port,
    address: gateway?.address,
    admin,
    metrics,
    services: [...hosted.values()],
    health,
    ...callers(transport, drain, runtime),
    drain: () => drain.drain(),
    stop: () => (stopping ??= stopAll()),
  }
}

/** What calls as the platform itself. Audits only look, so they go on while it drains. */
function callers(transport: Transport, drain: PlatformDrain, runtime: Runtime): Pick<RunningPlatform, 'client' | 'ask'> {
  return {
    client: (contract) => platformClient(contract, drain.guarded(transport), runtime),
    ask: (contract) => auditClient(contract, transport, runtime),
  }
}

function reported({ hosted }: Placement, checks: HealthReport['checks'], isDraining: boolean): HealthReport {
  const hosts = hosted.map(({ name }) => name)
  return { live: true, ready: !isDraining && checks.every((check) => check.status !== 'fail'), hosts, checks }
}

interface Started {
  readonly platform: Platform
  readonly hosted: Map<string, HostedService>
  readonly readers: LogReaders
  readonly transport: Transport
  readonly metrics: Metrics
  readonly monitor: HealthMonitor
}

/** Brings all stores up to date, or none; opens them all first, because services read each other's events; then prepares and runs services in dependency order. */
async function startServices(placement: Placement, options: StartOptions, started: Started): Promise<void> {
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

function platformAdmin(
  platform: Platform,
  { directory, environment, runtime }: StartOptions,
  { hosted, readers, transport }: Pick<Started, 'hosted' | 'readers' | 'transport'>,
): PlatformAdmin {
  return {
    get services() {
      return [...hosted.values()].map((service) => serviceAdmin(service, readers))
    },
    hasInvariants: platform.invariants !== undefined,
    async violations() {
      const ask = <C extends Contract>(contract: C): AuditClient<C> => auditClient(contract, transport, runtime)
      return (await platform.invariants?.({ ask, directory, environment, now: runtime.clock.now() })) ?? []
    },
  }
}
