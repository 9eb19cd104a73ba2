import { localTransport } from '../call/local-transport.ts'
import type { LocalTransport, Transport } from '../call/transport.ts'
import type { AuditClient } from '../contract/audit.ts'
import type { Client, Contract } from '../contract/contract.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { HostedService } from '../service/hosted/hosted-service.ts'
import { createMetrics, type Metrics, watchLoop } from '../telemetry/index.ts'
import type { PlatformAdmin } from './platform-admin.ts'
import type { RunningGateway } from './gateway.ts'
import { gatewayServices } from './gateway-service.ts'
import type { HealthReport } from './health.ts'
import { declareHealthFigures } from './health-figures.ts'
import { createHealthMonitor } from './health-monitor.ts'
import { createLogReaders } from './log-readers.ts'
import { createReaderReports, type RemoteLog } from './reader-reports.ts'
import { place, type Placement } from './placement.ts'
import type { Platform } from './platform.ts'
import { createPlatformDrain, type PlatformDrain } from './platform-drain.ts'
import { auditClient, platformClient } from './platform-client.ts'
import { createPlatformFigures } from './platform-figures.ts'
import type { ChosenStores } from './platform-stores.ts'
import { runningAdmin } from './running-admin.ts'
import { startServices } from './start-services.ts'

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
  const admin = runningAdmin(platform, { ...options, hosted, readers, transport })
  const figures = createPlatformFigures(runtime, metrics, () => hosted.values())
  const logOf = options.logs ?? (() => undefined)
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
