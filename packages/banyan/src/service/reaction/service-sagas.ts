import type { Scope } from '../../call/scope.ts'
import { createSagaEngine, type SagaAdmin } from '../../saga/index.ts'
import type { AnySaga } from '../../saga/index.ts'
import type { StoreTransaction } from '../../store/store.ts'
import { WorkContext } from '../handler/handler-context.ts'
import type { ServiceBase, ServiceRuntime } from '../handler/service-runtime.ts'
import type { Work } from '../handler/work.ts'

/** The sagas of one running service. */
export interface ServiceSagas {
  start(): Promise<void>
  /** Stops taking sagas and waits for attempts under way. */
  stop(): Promise<void>
  startIn(tx: StoreTransaction, saga: AnySaga, start: { id: string; input: unknown }, scope: Scope): Promise<void>
  signalIn(tx: StoreTransaction, id: string, name: string, signal: { id?: string; data?: unknown }): Promise<void>
  requestRollbackIn(tx: StoreTransaction, id: string, reason: string): Promise<boolean>
  readonly admin: SagaAdmin
}

/** What one attempt of a step works with; a compensation also finds `output` and `error` on it. */
class StepWorkContext extends WorkContext {
  readonly key: string

  constructor(service: ServiceRuntime, work: Work, key: string) {
    super(service, work)
    this.key = key
  }
}

/** What the sagas of a service are built of, besides what it stands on. */
export interface ServiceSagasOptions {
  readonly definitions: readonly AnySaga[]
  readonly instance: string
  /** What their steps work with; asked for when a step begins. */
  readonly runtime: () => ServiceRuntime
}

/** Builds the saga engine of a service. */
export function createServiceSagas(
  { name, store, runtime, tracing }: ServiceBase,
  { definitions, instance, runtime: handlers }: ServiceSagasOptions,
): ServiceSagas {
  const engine = createSagaEngine({
    service: name,
    store,
    runtime,
    instance,
    definitions,
    tracing,
    stepContext: ({ scope, key, enlist, guard, progress, local }) =>
      new StepWorkContext(handlers(), { scope, after: enlist, atCheckpoint: guard, progress, mayActOutside: !local }, key),
  })
  return {
    start: () => engine.run(),
    stop: () => engine.stop(),
    startIn: (tx, saga, start, scope) => engine.start(tx, saga, start, scope),
    signalIn: (tx, id, signalName, signal) => engine.signal(tx, id, signalName, signal),
    requestRollbackIn: (tx, id, reason) => engine.requestRollback(tx, id, reason),
    admin: engine.admin,
  }
}
