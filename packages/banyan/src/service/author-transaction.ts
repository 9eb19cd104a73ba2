import type { Scope } from '../call/scope.ts'
import { schemaCheck } from '../contract/validator.ts'
import { misuse } from '../kernel/error.ts'
import { toJson } from '../kernel/json.ts'
import type { AnySaga } from '../saga/index.ts'
import type { StoreTransaction } from '../store/store.ts'
import { formatTraceparent } from '../telemetry/trace-context.ts'
import type { TimerDefinition } from './context.ts'
import type { ServiceRuntime } from './service-runtime.ts'
import type { Work } from './work.ts'

/** Builds what a transaction's body works with: the repository, and all that commits with it. */
export function authorTransaction(service: ServiceRuntime, store: StoreTransaction, work: Work): object {
  const { scope } = work
  return Object.assign(service.definition.store.repository(store.sql), {
    sql: store.sql,
    emit: (type: string, data: Record<string, unknown>) => emit(service, store, work.scope, type, data),
    start: (saga: AnySaga, start: { id: string; input: unknown }) => service.startSaga(store, saga, start, work.scope),
    schedule: (timer: TimerDefinition, entry: { id: string; at: number; data: unknown }) => schedule(service, store, scope, timer, entry),
    unschedule: (id: string) => store.timers.cancel(id),
    signal: (sagaId: string, name: string, signal = {}) => service.signalSaga(store, sagaId, name, signal),
    requestRollback: (sagaId: string, reason: string) => service.requestRollback(store, sagaId, reason),
    notify: (key: string) => store.afterCommit(() => service.notifier.notify(key)),
  })
}

function emit(
  { definition, runtime, name }: ServiceRuntime,
  store: StoreTransaction,
  scope: Scope,
  type: string,
  data: Record<string, unknown>,
): void {
  const event = definition.contract.events[type]
  if (!event) misuse(`service ${name} emitted "${type}", which its contract does not have; add it to events`)
  schemaCheck(event.data).parse(data, `event ${type}`)
  store.emit({
    id: runtime.ids.uuid(),
    type,
    version: event.version,
    key: String(data[event.key]),
    time: runtime.clock.now(),
    data: toJson(data),
    correlationId: scope.correlationId,
    causationId: scope.causationId,
    traceparent: formatTraceparent(scope.trace),
  })
}

async function schedule(
  service: ServiceRuntime,
  store: StoreTransaction,
  scope: Scope,
  timer: TimerDefinition,
  entry: { id: string; at: number; data: unknown },
): Promise<void> {
  await store.timers.schedule({
    id: entry.id,
    name: timer.name,
    dueAt: entry.at,
    data: toJson(entry.data),
    attempts: 0,
    correlationId: scope.correlationId,
  })
  store.afterCommit(() => service.timerScheduled(entry.at))
}
