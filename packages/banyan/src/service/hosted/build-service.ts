import { clientFactory } from '../../call/client.ts'
import type { Transport } from '../../call/transport.ts'
import { type BanyanError, misuse } from '../../kernel/error.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { ApartTurns } from '../../store/apart-turns.ts'
import type { Store } from '../../store/store.ts'
import type { Metrics, Tracing } from '../../telemetry/index.ts'
import { retentionPolicy } from '../define/retention.ts'
import type { Service } from '../define/service-parts.ts'
import { createNotifier } from '../handler/notifier.ts'
import type { ServiceBase, ServiceRuntime } from '../handler/service-runtime.ts'
import { createOwnWrites } from '../own-writes/own-writes.ts'
import { createConsumers, type ServiceConsumers } from '../reaction/consumers.ts'
import { createServiceProjections, type ServiceProjections } from '../reaction/service-projections.ts'
import { createServiceSagas, type ServiceSagas } from '../reaction/service-sagas.ts'
import { createTimerPump, type TimerPump } from '../reaction/timer-pump.ts'
import { createRetentionJob, type RetentionJob } from '../retention/retention-job.ts'
import { ServiceResources } from './resources.ts'

/** What a service is built of. */
export interface ServiceMaterial {
  readonly runtime: Runtime
  readonly transport: Transport
  readonly metrics: Metrics
  readonly tracing: Tracing
  /** Told when a service's log turned out to be an older copy than what was read of it. */
  readonly sourceIsOlder: (source: string, reason: BanyanError) => void
  readonly store: Store
  /** Of the variant that fits the store. */
  readonly repository: (database: unknown) => object
  /** Names this running copy. */
  readonly instance: string
}

/** A service that is built; nothing of it runs yet. */
export interface BuiltService {
  /** What its handlers share. */
  readonly runtime: ServiceRuntime
  readonly resources: ServiceResources
  readonly sagas: ServiceSagas
  readonly timers: TimerPump
  readonly projections: ServiceProjections
  readonly consumers: ServiceConsumers
  readonly retention: RetentionJob
}

/** Long reads of handlers, which strangers may cause: one at a time, so that operators and audits still get a turn, and few that wait for it. */
const HANDLERS_APART = { runningMax: 1, waitingMax: 16 }

/**
 * Builds a service bottom up: what all handlers share, then what their transactions reach (projections, sagas, timers), then the runtime that is
 * made of these, then what only runs handlers. Sagas and timers also run handlers; they ask for the runtime when they do, once all is built.
 */
export function buildService(service: Service, material: ServiceMaterial): BuiltService {
  const { name, parts } = service
  const resources = new ServiceResources(service.definition.resources)
  const base = serviceBase(service, material, resources)
  const projections = createServiceProjections(base, service)
  const sagas = createServiceSagas(base, { definitions: parts.sagas, instance: material.instance, runtime: () => runtime })
  const timers = createTimerPump(base, { timers: parts.timers, runtime: () => runtime })
  const runtime = serviceRuntime(base, { projections, sagas, timers })
  const retention = createRetentionJob(base, retentionPolicy(name, parts.retention))
  const consumers = createConsumers(runtime, service, () => projections.consumers())
  return { runtime, resources, sagas, timers, projections, consumers, retention }
}

function serviceBase({ name, definition, parts }: Service, material: ServiceMaterial, resources: ServiceResources): ServiceBase {
  const { store, repository, runtime, transport, metrics, tracing, sourceIsOlder } = material
  return {
    name,
    definition,
    store,
    repository,
    runtime,
    tracing,
    metrics,
    clients: clientFactory({ caller: name, uses: definition.uses, transport, clock: runtime.clock }),
    notifier: createNotifier(),
    apartTurns: new ApartTurns(HANDLERS_APART),
    resources,
    sourceIsOlder,
    assertTimer(timer) {
      if (!parts.timers.some((listed) => listed.name === timer))
        misuse(`timer "${timer}" is scheduled but not part of service ${name}; add it to timers`)
    },
  }
}

function serviceRuntime(
  base: ServiceBase,
  { projections, sagas, timers }: Pick<BuiltService, 'projections' | 'sagas' | 'timers'>,
): ServiceRuntime {
  return {
    ...base,
    startSaga: sagas.startIn,
    signalSaga: sagas.signalIn,
    requestRollback: sagas.requestRollbackIn,
    timerScheduled: timers.scheduled,
    seeWrites: createOwnWrites(base.runtime.clock).see,
    readModel: projections.readModel,
    projectionTables: (projection) => projections.tables(projection.name),
  }
}
