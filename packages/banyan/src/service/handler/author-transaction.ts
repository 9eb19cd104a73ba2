import type { Scope } from '../../call/scope.ts'
import { schemaCheck } from '../../contract/validator.ts'
import { misuse } from '../../kernel/error.ts'
import { assertPathId } from '../../kernel/path-id.ts'
import { plainJson, toJson } from '../../kernel/json.ts'
import type { AnySaga } from '../../saga/index.ts'
import type { StoreTransaction } from '../../store/store.ts'
import { formatTraceparent } from '../../telemetry/trace-context.ts'
import type { TimerDefinition, TimerEntry } from '../define/context.ts'
import type { ServiceRuntime } from './service-runtime.ts'
import type { Work } from './work.ts'

/** Builds what a transaction's body works with: the repository, and all that commits with it. */
export function authorTransaction(service: ServiceRuntime, store: StoreTransaction, work: Work): object {
  return Object.assign(new AuthorTransaction(service, store, work), service.repository(store.database))
}

/** What commits with the repository's changes. Bodies take it apart by name, so each part is a getter: only what is used is made. */
class AuthorTransaction {
  readonly #service: ServiceRuntime
  readonly #store: StoreTransaction
  readonly #work: Work

  constructor(service: ServiceRuntime, store: StoreTransaction, work: Work) {
    this.#service = service
    this.#store = store
    this.#work = work
  }
  get emit() {
    return (type: string, data: Record<string, unknown>): void => emit(this.#service, this.#store, this.#work.scope, type, data)
  }
  get start() {
    return (saga: AnySaga, start: { id: string; input: unknown }) => this.#service.startSaga(this.#store, saga, start, this.#work.scope)
  }
  get schedule() {
    return (timer: TimerDefinition, entry: TimerEntry<unknown>) => schedule(this.#service, this.#store, this.#work.scope, timer, entry)
  }
  get unschedule() {
    return (id: string) => this.#store.timers.cancel(id)
  }
  get signal() {
    return (sagaId: string, name: string, signal = {}) => this.#service.signalSaga(this.#store, sagaId, name, signal)
  }
  get requestRollback() {
    return (sagaId: string, reason: string) => this.#service.requestRollback(this.#store, sagaId, reason)
  }
  get sagaStatus() {
    return async (sagaId: string) => (await this.#store.sagas.find(sagaId))?.status
  }
  get notify() {
    return (key: string): void => this.#store.afterCommit(() => this.#service.notifier.notify(key))
  }
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
  const declared = schemaCheck(event.data).own(data, `event ${type} of service ${name}`) as Record<string, unknown>
  store.emit({
    id: runtime.ids.uuid(),
    type,
    version: event.version,
    key: String(declared[event.key]),
    time: runtime.clock.now(),
    data: toJson(declared),
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
  entry: TimerEntry<unknown>,
): Promise<void> {
  service.assertTimer(timer.name)
  assertPathId(`the id of timer "${timer.name}" of ${service.name}`, entry.id)
  const now = service.runtime.clock.now()
  const dueAt = 'at' in entry ? entry.at : now + entry.afterMs
  if (!Number.isSafeInteger(dueAt))
    misuse(
      `timer "${timer.name}" of ${service.name} needs the moment at which it is due, in whole epoch milliseconds, or afterMs, in whole ` +
        `milliseconds; got ${'at' in entry ? entry.at : entry.afterMs}`,
    )
  await store.timers.schedule({
    id: entry.id,
    name: timer.name,
    dueAt,
    ...('at' in entry ? {} : { waitsSince: now }),
    data: plainJson(entry.data, `the data of timer "${timer.name}"`),
    attempts: 0,
    correlationId: scope.correlationId,
  })
  store.afterCommit(() => service.timerScheduled(dueAt))
}
