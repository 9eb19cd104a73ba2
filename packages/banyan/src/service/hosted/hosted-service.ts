import { clientFactory } from '../../call/client.ts'
import type { LocalService } from '../../call/local-transport.ts'
import type { Transport } from '../../call/transport.ts'
import type { Contract } from '../../contract/contract.ts'
import { type Deadline, deadlineAfter, within } from '../../kernel/deadline.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { Consumer } from '../../events/index.ts'
import { ApartTurns } from '../../store/apart-turns.ts'
import type { Feed } from '../../store/records/feed.ts'
import type { StoreFactory } from '../../store/factory.ts'
import { newestId } from '../../store/sql/newest-id.ts'
import type { SqlReader } from '../../store/sql.ts'
import type { Store } from '../../store/store.ts'
import type { Metrics, Tracing } from '../../telemetry/index.ts'
import { createConsumers, type ServiceConsumers } from '../reaction/consumers.ts'
import { createHistoryGuard, guardedStore, type HistoryGuard } from './history-guard.ts'
import { createNotifier } from '../handler/notifier.ts'
import { type OperationRunner, operationRunner } from '../operation/operation-runner.ts'
import { createOpenCalls, type OpenCalls } from './open-calls.ts'
import { openRawRoutes, type RawHandler } from './raw-routes.ts'
import type { Service, ServiceContext } from '../define/service-parts.ts'
import { retentionPolicy } from '../define/retention.ts'
import { createRetentionJob } from '../retention/retention-job.ts'
import { createServiceProjections, type ServiceProjections } from '../reaction/service-projections.ts'
import { createServiceSagas, type ServiceSagas } from '../reaction/service-sagas.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'
import { standaloneContext } from '../handler/standalone-context.ts'
import { createTimerPump, type TimerPump } from '../reaction/timer-pump.ts'
import { BanyanError, misuse } from '../../kernel/error.ts'

/** What a process gives to the services that it hosts. */
export interface HostOptions {
  readonly runtime: Runtime
  readonly stores: StoreFactory
  readonly transport: Transport
  readonly metrics: Metrics
  readonly tracing: Tracing
  /** Directory for services' own files. */
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
  /** Reads the tables without holding the process; for audits, whose statements have no bound by their nature. */
  readSql<T>(read: (sql: SqlReader) => Promise<T>): Promise<T>
}

/** Looks whether something holds. Throws what does not; returns a warning in words, if there is one. */
export type HealthCheck = () => Promise<unknown>

/** Time given to what is under way when a service drains: two calls that take as long as they may by default. */
const DRAIN_MS = 20_000

/** Time that is always left to let go of what is held: claims, leases, sagas that rest. */
const PART_MS_MIN = 1_000

/** Long reads of handlers, which strangers may cause: one at a time, so that operators and audits still get a turn, and few that wait for it. */
const HANDLERS_APART = { runningMax: 1, waitingMax: 16 }

/** Time of one look of an audit into one service: a statement over some million rows. */
const AUDIT_MS_MAX = 60_000

/** Opens a service's store and makes its operations callable; nothing runs by itself before `run`. */
export async function hostService(service: Service, options: HostOptions): Promise<HostedService> {
  const { runtime } = options
  const { definition, parts, name } = service
  const guard = createHistoryGuard(name, runtime.log)
  const store = guardedStore(await options.stores.open({ service: name, migrations: definition.store.migrations, runtime }), guard)
  await followNewestId(store, runtime)
  const shared = serviceRuntime(service, options, store)
  const instance = runtime.ids.uuid()
  const { sagas, timers, projections, retention, consumers } = createWorkers(shared, service, instance)
  const calls = createOpenCalls(name, runtime.clock)
  const context = (): ServiceContext => standaloneContext(shared)
  let raw: RawHandler | undefined
  let state: 'starting' | 'running' | 'draining' = 'starting'
  let draining: Promise<void> | undefined

  return {
    name,
    contract: definition.contract,
    feed: store.feed,
    store,
    runtime,
    consumers,
    projections,
    sagas,
    get raw() {
      return raw
    },
    checks: healthChecks(service, store, { guard, projections, context }),
    invoke: invoker(service, shared, { guard, calls }),
    refuse: guard.refuse,
    async prepare() {
      if (guard.refusal) return
      shared.resources = await definition.resources?.({ runtime, directory: options.directory, environment: options.environment })
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
      return (draining ??= drainInTurn(shared, deadline, [
        () => calls.drain(deadline),
        () => Promise.all([raw?.close(), ...workers.map((worker) => worker.stop())]),
      ]))
    },
    async close() {
      await dispose(shared.resources)
      await store.close()
    },
    listen: (key, listener) => listen(shared, key, listener),
    readSql: (read) => store.readApart((tx) => read(tx.sql), { timeoutMs: AUDIT_MS_MAX }),
  }
}

function serviceRuntime(
  service: Service,
  { runtime, transport, tracing, metrics, sourceIsOlder }: HostOptions,
  store: Store,
): ServiceRuntime & Connected {
  const { name, definition, parts } = service
  return {
    name,
    definition,
    store,
    runtime,
    tracing,
    metrics,
    clients: clientFactory({ caller: name, uses: definition.uses, transport, clock: runtime.clock }),
    notifier: createNotifier(),
    apartTurns: new ApartTurns(HANDLERS_APART),
    resources: undefined,
    sagas: undefined,
    timers: undefined,
    projections: undefined,
    startSaga(tx, saga, start, scope) {
      return (this.sagas as ServiceSagas).startIn(tx, saga, start, scope)
    },
    signalSaga(tx, id, signalName, signal) {
      return (this.sagas as ServiceSagas).signalIn(tx, id, signalName, signal)
    },
    requestRollback(tx, id, reason) {
      return (this.sagas as ServiceSagas).requestRollbackIn(tx, id, reason)
    },
    assertTimer(timer) {
      if (!parts.timers.some((listed) => listed.name === timer))
        misuse(`timer "${timer}" is scheduled but not part of service ${name}; add it to timers`)
    },
    timerScheduled(at) {
      this.timers?.scheduled(at)
    },
    sourceIsOlder,
    projectionTables(projection) {
      return (this.projections as ServiceProjections).tables(projection.name)
    },
  }
}

/** Parts that need the service's runtime and that the runtime needs. */
interface Connected {
  sagas: ServiceSagas | undefined
  timers: TimerPump | undefined
  projections: ServiceProjections | undefined
}

/** Makes what works by itself once the service runs, and lets the service's runtime know of it. */
function createWorkers(shared: ServiceRuntime & Connected, service: Service, instance: string) {
  const { name, parts } = service
  const sagas = createServiceSagas(shared, parts.sagas, instance)
  const timers = createTimerPump(shared, parts.timers)
  const projections = createServiceProjections(shared, service)
  Object.assign(shared, { sagas, timers, projections } satisfies Connected)
  const retention = createRetentionJob(shared, retentionPolicy(name, parts.retention))
  const consumers = createConsumers(shared, service, () => projections.consumers())
  return { sagas, timers, projections, retention, consumers }
}

/** Calls come first: what they wait for, e.g. the end of a saga, still goes on. One that does not end in time keeps nothing else from its end. */
async function drainInTurn(
  { name, runtime }: ServiceRuntime,
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

/** What every call has to pass. */
interface Entrance {
  readonly guard: HistoryGuard
  readonly calls: OpenCalls
}

function invoker({ name, definition, parts }: Service, shared: ServiceRuntime, { guard, calls }: Entrance): LocalService['invoke'] {
  const runners = new Map<string, OperationRunner>()
  for (const handler of parts.operations) {
    const operation = definition.contract.operations[handler.name]
    if (operation) runners.set(handler.name, operationRunner(shared, operation, handler))
  }
  return async (request) => {
    const runner = runners.get(request.operation)
    if (!runner) throw new BanyanError('not_found', `service ${name} has no operation "${request.operation}"`)
    guard.assertCurrent()
    calls.begin()
    try {
      return await runner.run(request)
    } finally {
      calls.end()
    }
  }
}

function listen({ notifier, store }: ServiceRuntime, key: string, listener: () => void): () => void {
  const stops = [notifier.listen(key, listener), store.feed.subscribe(listener)]
  return () => stops.forEach((stop) => stop())
}

/** What the checks of a service look at, besides its store. */
interface Checked {
  readonly guard: HistoryGuard
  readonly projections: ServiceProjections
  readonly context: () => ServiceContext
}

function healthChecks({ parts }: Service, store: Store, { guard, projections, context }: Checked): ReadonlyMap<string, HealthCheck> {
  const checks = new Map<string, HealthCheck>([
    ['store', () => checkStore(store)],
    ['history', async () => refuseOlder(guard)],
  ])
  for (const { name } of parts.projections) checks.set(`projection:${name}`, () => projections.checkCurrent(name))
  for (const [name, check] of Object.entries(parts.health)) checks.set(name, () => check(context()))
  return checks
}

async function checkStore(store: Store): Promise<string | undefined> {
  await store.ping()
  return store.hindrance?.()
}

function refuseOlder({ refusal }: HistoryGuard): void {
  if (refusal) throw refusal
}

/** Disposes of what the service opened: the whole if it can be disposed of, otherwise each part that can. */
async function dispose(resources: unknown): Promise<void> {
  if (typeof resources !== 'object' || resources === null) return
  const owners = isDisposable(resources) ? [resources] : Object.values(resources)
  for (const owner of owners) {
    if (typeof owner !== 'object' || owner === null) continue
    if (Symbol.asyncDispose in owner) await (owner as AsyncDisposable)[Symbol.asyncDispose]()
    else if (Symbol.dispose in owner) (owner as Disposable)[Symbol.dispose]()
  }
}

function isDisposable(value: object): boolean {
  return Symbol.asyncDispose in value || Symbol.dispose in value
}

/** Ids stay ascending when the clock was set back since the last one was given. */
async function followNewestId(store: Store, { ids }: Runtime): Promise<void> {
  const newest = await store.read((tx) => newestId(tx.sql))
  if (newest !== undefined) ids.follow(newest)
}
