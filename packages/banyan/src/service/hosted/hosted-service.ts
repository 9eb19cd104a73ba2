import type { LocalService } from '../../call/local-transport.ts'
import type { Transport } from '../../call/transport.ts'
import type { Contract } from '../../contract/contract.ts'
import { type Deadline, deadlineAfter, within } from '../../kernel/deadline.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { Consumer } from '../../events/index.ts'
import { type StoreVariant, variantFor } from '../../store/definition.ts'
import type { Feed } from '../../store/records/feed.ts'
import type { ReaderPosition } from '../../store/records/reader-records.ts'
import type { StoreFactory } from '../../store/factory.ts'
import type { Store } from '../../store/store.ts'
import type { Metrics, Tracing } from '../../telemetry/index.ts'
import type { ServiceConsumers } from '../reaction/consumers.ts'
import { createHistoryGuard, guardedStore, type HistoryGuard } from './history-guard.ts'
import { createOpenCalls } from './open-calls.ts'
import { openRawRoutes, type RawHandler } from './raw-routes.ts'
import type { Service, ServiceContext } from '../define/service-parts.ts'
import type { ServiceProjections } from '../reaction/service-projections.ts'
import type { ServiceSagas } from '../reaction/service-sagas.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'
import { standaloneContext } from '../handler/standalone-context.ts'
import { type BanyanError, misuse } from '../../kernel/error.ts'
import { buildService, type ServiceMaterial } from './build-service.ts'
import { serviceInvoker } from './invoker.ts'
import { type HealthCheck, serviceChecks } from './service-checks.ts'
import { serviceDirectory, takeOverFiles } from './service-files.ts'

/** What a process gives to the services that it hosts. */
export interface HostOptions {
  readonly runtime: Runtime
  readonly stores: StoreFactory
  readonly transport: Transport
  readonly metrics: Metrics
  readonly tracing: Tracing
  /** Directory below which each service has one for its files. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Told when a service's log turned out to be an older copy than what was read of it. */
  readonly sourceIsOlder: (source: string, reason: BanyanError) => void
}

/** A service that runs in this process. */
export interface HostedService extends LocalService {
  readonly name: string
  readonly contract: Contract
  readonly feed: Feed
  readonly store: Store
  /** Turns the store's handle into the service's words; for tools and tests. */
  readonly repository: (database: unknown) => object
  readonly runtime: Runtime
  readonly consumers: ServiceConsumers
  readonly projections: ServiceProjections
  readonly sagas: ServiceSagas
  /** Raw routes, once `prepare` has run. */
  readonly raw: RawHandler | undefined
  /** Named health checks: each throws what is wrong, or returns in words what is slow or late. */
  readonly checks: ReadonlyMap<string, HealthCheck>
  /** Opens resources and runs the service's own preparation, unless work is refused. */
  prepare(): Promise<void>
  /**
   * Starts sagas, timers, consumers, projections and retention; nothing when work is refused. `feedOf` finds the logs of other services,
   * `consumedUpTo` tells what all consumers have of this service's own.
   */
  run(feedOf: (service: string) => Feed | undefined, consumedUpTo: () => Promise<number>): Promise<void>
  /** Takes no work from now on, because its data are an older copy; see {@link HistoryGuard}. */
  readonly refuse: (reason: BanyanError) => void
  /** Notes what all consumers of a service in another process have durably consumed of this log; see `ReaderRecords.acknowledge`. */
  acknowledge(service: string, consumers: readonly ReaderPosition[]): Promise<void>
  /** Consumers of this service, also those that rebuild its projections elsewhere, with their sources; undefined while it does not run. */
  readers(): Promise<readonly Pick<Consumer, 'consumer' | 'source'>[] | undefined>
  /**
   * Refuses new calls and raw requests with `unavailable`, waits for those under way, then stops consumers, timers and sagas the same way.
   * What is not done by `deadline` is left, and goes on at the next start. Default: {@link DRAIN_MS} from now.
   */
  drain(deadline?: Deadline): Promise<void>
  /** Closes resources and the store. */
  close(): Promise<void>
  /** Calls `listener` at each `tx.notify(key)` in this process and when the log may have grown. Returns how to stop. */
  listen(key: string, listener: () => void): () => void
}

/** Time given to what is under way when a service drains: two calls that take as long as they may by default. */
const DRAIN_MS = 20_000

/** Time that is always left to let go of what is held: claims, leases, sagas that rest. */
const PART_MS_MIN = 1_000

/** Opens a service's store and makes its operations callable; nothing runs by itself before `run`. */
export async function hostService(service: Service, options: HostOptions): Promise<HostedService> {
  const { runtime, stores } = options
  const guard = createHistoryGuard(service.name, runtime.log)
  const { migrations, repository } = fittingVariant(service, stores)
  const store = guardedStore(await stores.open({ service: service.name, migrations, runtime }), guard)
  await followNewestId(store, runtime)
  return hosted(service, options, { guard, store, repository: repository as ServiceMaterial['repository'] })
}

interface Opened extends Pick<ServiceMaterial, 'store' | 'repository'> {
  readonly guard: HistoryGuard
}

function hosted(service: Service, options: HostOptions, { guard, store, repository }: Opened): HostedService {
  const { runtime, directory, environment } = options
  const { definition, parts, name } = service
  const instance = runtime.ids.uuid()
  const built = buildService(service, { ...options, store, repository, instance })
  const { sagas, timers, projections, retention, consumers, resources } = built
  const calls = createOpenCalls(name, runtime.clock)
  const context = (): ServiceContext => standaloneContext(built.runtime)
  let raw: RawHandler | undefined
  let state: 'starting' | 'running' | 'draining' = 'starting'
  let draining: Promise<void> | undefined

  return {
    name,
    contract: definition.contract,
    feed: store.feed,
    store,
    repository,
    runtime,
    consumers,
    projections,
    sagas,
    get raw() {
      return raw
    },
    checks: serviceChecks({ parts, store, guard, projections, context }),
    invoke: serviceInvoker(service, built.runtime, { guard, calls }),
    refuse: guard.refuse,
    acknowledge: (reader, consumers) => acknowledge(store, { reader, consumers, now: runtime.clock.now() }),
    async prepare() {
      if (guard.refusal) return
      takeOverFiles(directory, name, definition.files)
      await resources.open({ runtime, directory: serviceDirectory(directory, name), environment })
      await parts.prepare?.(context())
      if (parts.routes) raw = await openRawRoutes({ service: name, routes: parts.routes, open: context, calls, log: runtime.log })
    },
    async run(feedOf, consumedUpTo) {
      if (guard.refusal) return
      await sagas.start()
      timers.start()
      await Promise.all([consumers.start(feedOf, instance), projections.start(feedOf, instance)])
      retention.start(consumedUpTo)
      state = 'running'
    },
    readers: async () => (state === 'running' ? [...consumers.running(), ...(await projections.readers())] : undefined),
    drain(deadline = deadlineAfter(runtime.clock, DRAIN_MS)) {
      const workers = state === 'running' ? [consumers, projections, timers, sagas, retention] : []
      state = 'draining'
      return (draining ??= drainInTurn({ name, runtime }, deadline, [
        () => calls.drain(deadline),
        () => Promise.all([raw?.close(), ...workers.map((worker) => worker.stop())]),
      ]))
    },
    async close() {
      await resources.close()
      await store.close()
    },
    listen: (key, listener) => listen(built.runtime, key, listener),
  }
}

/** Picks the variant of the store, and refuses projections whose tables it could not keep. */
function fittingVariant({ name, definition, parts }: Service, stores: StoreFactory): StoreVariant {
  const offer = stores.offer(name)
  const misfit = parts.projections.find(({ engine }) => !offer.engines.includes(engine))
  if (misfit)
    misuse(
      `projection "${misfit.name}" of ${name} keeps its tables in "${misfit.engine}", and the store "${offer.adapter}" does not speak it; ` +
        'choose another store for the service',
    )
  return variantFor(name, definition.store, offer)
}

/** Calls come first: what they wait for, e.g. the end of a saga, still goes on. One that does not end in time keeps nothing else from its end. */
async function drainInTurn(
  { name, runtime }: Pick<ServiceRuntime, 'name' | 'runtime'>,
  deadline: Deadline,
  parts: readonly (() => Promise<unknown>)[],
): Promise<void> {
  for (const part of parts) {
    const least = deadlineAfter(runtime.clock, PART_MS_MIN)
    const end = least.at > deadline.at ? least : deadline
    await within(runtime.clock, end, `the drain of ${name}`, part()).catch((error: unknown) =>
      runtime.log.warn('a service stops before all is done; what is left goes on at its next start', { service: name, error }),
    )
  }
}

async function acknowledge(
  store: Store,
  { reader, consumers, now }: { readonly reader: string; readonly consumers: readonly ReaderPosition[]; readonly now: number },
): Promise<void> {
  await store.transaction((tx) => tx.readers.acknowledge(reader, consumers, now))
}

function listen({ notifier, store }: ServiceRuntime, key: string, listener: () => void): () => void {
  const stops = [notifier.listen(key, listener), store.feed.subscribe(listener)]
  return () => stops.forEach((stop) => stop())
}

/** Ids stay ascending when the clock was set back since the last one was given. */
async function followNewestId(store: Store, { ids }: Runtime): Promise<void> {
  const newest = await store.read((tx) => tx.log.newestId())
  if (newest !== undefined) ids.follow(newest)
}
