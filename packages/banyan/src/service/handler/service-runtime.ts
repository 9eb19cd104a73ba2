import type { ClientFactory } from '../../call/client.ts'
import type { Contract } from '../../contract/contract.ts'
import type { BanyanError } from '../../kernel/error.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { ProjectionDefinition, TableName } from '../../projection/projection.ts'
import type { ReadModel } from '../reaction/read-model.ts'
import type { AnySaga } from '../../saga/index.ts'
import type { Scope } from '../../call/scope.ts'
import type { ApartTurns } from '../../store/apart-turns.ts'
import type { Store, StoreTransaction } from '../../store/store.ts'
import type { Metrics, Tracing } from '../../telemetry/index.ts'
import type { ServiceDefinition } from '../define/define.ts'
import type { Notifier } from './notifier.ts'

/** What stands of a service before anything runs its handlers. */
export interface ServiceBase {
  readonly name: string
  readonly definition: ServiceDefinition
  readonly store: Store
  /** Turns the store's handle into the service's words, by the variant that fits it. */
  readonly repository: (database: unknown) => object
  readonly runtime: Runtime
  readonly tracing: Tracing
  readonly metrics: Metrics
  readonly clients: ClientFactory<readonly Contract[]>
  readonly notifier: Notifier
  /** Turns of the handlers' long reads; those of operators and audits have their own. */
  readonly apartTurns: ApartTurns
  /** What the service opened at its start. */
  readonly resources: { readonly value: unknown }
  /** Tells that the log of a service turned out to be an older copy than this one has read. */
  readonly sourceIsOlder: (source: string, error: BanyanError) => void
  /** Throws `misuse` for a timer that the service does not list: nobody would fire it. */
  readonly assertTimer: (name: string) => void
}

/** What the handlers of one running service share. */
export interface ServiceRuntime extends ServiceBase {
  /** Starts a saga within a transaction. */
  startSaga(tx: StoreTransaction, saga: AnySaga, start: { id: string; input: unknown }, scope: Scope): Promise<void>
  signalSaga(tx: StoreTransaction, id: string, name: string, signal: { id?: string; data?: unknown }): Promise<void>
  requestRollback(tx: StoreTransaction, id: string, reason: string): Promise<boolean>
  /** Tells the timers that one is due at `at`, once it is durable. */
  timerScheduled(at: number): void
  /** Resolves when an operation can see the writes that its caller wants to see. */
  seeWrites(model: ReadModel, scope: Scope): Promise<void>
  /** What an operation reads through projections. */
  readModel(operation: string): ReadModel
  /** Names of a projection's tables in the generation that serves. */
  projectionTables(projection: ProjectionDefinition): TableName
}
