import type { Principal } from '../../contract/access.ts'
import type { Clients, Contract, EventMap, EventType } from '../../contract/contract.ts'
import type { Errors, OperationDefinition, Output } from '../../contract/operation.ts'
import type { Duration } from '../../kernel/duration.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { IfSendable, Sendable } from '../../kernel/sendable.ts'
import type { ProjectionDefinition, TableName } from '../../projection/projection.ts'
import type { SagaDefinition, SagaStart } from '../../saga/saga.ts'
import type { SagaStatus } from '../../store/records/saga-records.ts'
import type { Sql, SqlReader } from '../../store/sql.ts'

/** What a transaction's body works with: the service's repository, and everything that commits with it (law 3). */
export type Transaction<C extends Contract, R extends object> = R & {
  /** Emits an event of the service's own contract; it leaves only if the transaction commits (P1). */
  emit<T extends EventType<C>>(type: T, data: EventMap<readonly [C]>[T & keyof EventMap<readonly [C]>]): void
  /** Starts a saga as part of this transaction (P7). Starting an id twice starts it once. */
  // oxlint-disable-next-line typescript/no-explicit-any -- any step context fits: the saga belongs to this service
  start<I>(saga: SagaDefinition<any, I, any>, start: SagaStart<I>): Promise<void>
  /** Sets a durable timer; the same id again replaces it (P11). */
  schedule<D>(timer: TimerDefinition<D>, entry: TimerEntry<D>): Promise<void>
  /** Removes a timer that has not fired. */
  unschedule(id: string): Promise<boolean>
  /** Sends a signal to a saga of this service (P12). */
  signal<D = undefined>(
    sagaId: string,
    name: string,
    options?: { readonly id?: string; readonly data?: D } & IfSendable<D, { readonly data: Sendable<D> }>,
  ): Promise<void>
  /** Asks a saga to roll back; it does so between two steps, unless it has committed. */
  requestRollback(sagaId: string, reason: string): Promise<boolean>
  /** Where a saga of this service stands; undefined when there is none of that id. */
  sagaStatus(sagaId: string): Promise<SagaStatus | undefined>
  /** Wakes whoever waits on `key` with `until`, once the transaction is durable. */
  notify(key: string): void
}

/** What is in reach of plain SQL only reads on a snapshot. */
type ReadingHalf<R extends object> = R extends { readonly sql: Sql } ? Omit<R, 'sql'> & { readonly sql: SqlReader } : R

/** What an audit query reads: the books themselves, on one snapshot, and no read model of them. */
export type AuditSnapshot<R extends object> = ReadingHalf<R>

/** A snapshot's body works with the repository's reading half and the projections. */
export type Snapshot<R extends object> = ReadingHalf<R> & {
  /** Names of a projection's tables in the generation that serves. */
  table(projection: ProjectionDefinition): TableName
}

/** What every handler gets. */
export interface HandlerContext<C extends Contract, U extends readonly Contract[], R extends object, S = undefined> {
  /** Typed clients of the declared dependencies. */
  readonly call: Clients<U>
  /**
   * The one transaction of this handler: state, events, timers, sagas, and the record that this request or event was handled,
   * commit together (P1). The body may await nothing but `tx`. The body may run again: after a conflict, or when another
   * transaction that shared its commit failed.
   */
  transaction<T>(body: (tx: Transaction<C, R>) => Promise<T> | T): Promise<T>
  /**
   * An earlier commit of its own, for an intent that must be durable before something is sent to the outside,
   * e.g. a payment attempt. After a crash the handler runs again and must find its intent.
   */
  checkpoint<T>(body: (tx: Transaction<C, R>) => Promise<T> | T): Promise<T>
  /** Reads one consistent snapshot. The body may run again, so it only reads. */
  read<T>(body: (tx: Snapshot<R>) => Promise<T> | T): Promise<T>
  /**
   * Reads one snapshot without holding the process, in the time that is left for this work. **When to use**: for what has no bound by its nature,
   * e.g. a search that a page's worth of rows did not answer. It takes longer to begin than `read`. Few run at a time, one of a service; fails with
   * `overloaded` when too many wait, and with `deadline_exceeded` when it takes too long.
   */
  readApart<T>(body: (tx: Snapshot<R>) => Promise<T> | T): Promise<T>
  /** Waits until `read` returns something else than undefined; asks again at each `notify(key)` and every now and then. Undefined when time is up. */
  until<T>(key: string, timeout: Duration, read: (tx: Snapshot<R>) => Promise<T | undefined>): Promise<T | undefined>
  /** What the service opened at its start, e.g. a payment provider. */
  readonly resources: S
  readonly log: Logger
  readonly principal: Principal
  /** Name of the business flow this work belongs to. */
  readonly correlationId: string
  /** Names the business flow that this request begins, e.g. by the order's id, so that its events and calls can be found by it. */
  flow(correlationId: string): void
  /** Epoch milliseconds. */
  now(): number
  /** A new UUIDv7. */
  id(): string
  /** Milliseconds that are left for this work. */
  remainingMs(): number
  /**
   * Whose line the request came over: an IPv4 address, or the /64 network of an IPv6 address; undefined for work that no request began.
   * It is personal: store and log a keyed hash of it at most.
   */
  readonly origin: string | undefined
  /** Tells whether nobody waits for the answer any more: the client hung up, the caller gave up, or the deadline passed. Ask before costly work begins. */
  abandoned(): boolean
}

/** What an operation's handler gets besides. */
export interface OperationContext<
  C extends Contract,
  U extends readonly Contract[],
  R extends object,
  S,
  D extends OperationDefinition,
> extends HandlerContext<C, U, R, S> {
  /** Answers with a declared error: rolls back what the transaction wrote, and remembers the answer for the call's key. */
  fail<K extends keyof Errors<D> & string>(code: K, data: Errors<D>[K]): never
  /**
   * Lets only the owner, users with one of `roles` or of the contract's roles, and other services pass; others get `not_found`, so that ids
   * cannot be probed. Asked again before the answer is repeated for its key, of the roles that the caller has by then. Call it before anything
   * is changed, or in the transaction that changes it.
   */
  permit(ownerId: string | undefined, ...roles: readonly string[]): void
  /** The call's idempotency key; undefined when it has none. */
  readonly key: string | undefined
  /** How long the caller is ready to wait for a settled answer, in milliseconds; 0 when it did not say so. */
  readonly waitMs: number
}

/** What a saga's step gets. */
export interface StepContext<C extends Contract, U extends readonly Contract[], R extends object, S> extends HandlerContext<C, U, R, S> {
  /** Key for the outside world: the same at every attempt of this step (P16). */
  readonly key: string
}

/** When a timer is due, and what its handler gets. */
export type TimerEntry<D> = { readonly id: string; readonly data: D } & (
  | {
      /** An appointment, in epoch milliseconds: never earlier, whatever becomes of the clock. */
      readonly at: number
    }
  | {
      /** A wait, in milliseconds, e.g. for work that is done every ten seconds: a clock that is set back does not prolong it. */
      readonly afterMs: number
    }
)

/** A durable timer's definition. */
export interface TimerDefinition<D = unknown> {
  readonly kind: 'timer'
  readonly name: string
  // oxlint-disable-next-line typescript/no-explicit-any -- the context type belongs to the defining service
  readonly handler: (data: D, context: any) => Promise<unknown>
}

/** The declared output of an operation, as its handler must return it. */
export type HandlerOutput<D> = Output<D> | Promise<Output<D>>
