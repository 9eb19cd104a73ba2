import type { ApartOptions } from './apart.ts'
import type { Feed, NewEvent } from './records/feed.ts'
import type { AuditRecords } from './records/audit-records.ts'
import type { ConsumptionRecords } from './records/consumption-records.ts'
import type { IdempotencyRecords } from './records/idempotency-records.ts'
import type { TimerRecords } from './records/timer-records.ts'
import type { GenerationRecords } from './records/generation-records.ts'
import type { HoldRecords } from './records/hold-records.ts'
import type { LogRecords } from './records/log-records.ts'
import type { ReaderRecords } from './records/reader-records.ts'
import type { RetentionRecords } from './records/retention-records.ts'
import type { LeaseRecords, SagaRecords } from './records/saga-records.ts'

/**
 * THE STORE PORT: one service's own database. `D` is the engine's own handle, which nobody above the port looks into but a service's repository.
 *
 * Promises, one test of the conformance suite each:
 * - S1 All that one `transaction` writes (own tables, events, records) becomes durable together or not at all (P1).
 * - S2 `transaction` resolves only after its commit is durable in the store's class (P4).
 * - S3 A body that throws leaves nothing behind, and does not disturb transactions that commit with it. A statement that fails dooms its
 *      transaction, also when the body catches the error or did not wait for it.
 * - S4 Transactions behave as if run one after another: no lost update, no write skew. Where the database refuses one for that, the body
 *      runs again; so a body must have no effects but on its store. Each body runs in its caller's async context.
 * - S5 A body may await nothing but its store. One that awaits anything else is aborted with `misuse` (law 4).
 * - S6 Positions of events are dense and ascending; no event is skipped by a reader, whoever commits when; equal keys keep commit order (P5).
 *      Retention may remove the oldest ones; a read that needs a removed one fails and says so.
 * - S7 An event is readable only when it is durable.
 * - S8 `read` sees one consistent snapshot of committed data and cannot write. Its body may run again.
 * - S9 A full or failing disk makes transactions fail with `storage_full` or `unavailable`; nothing half done is ever visible.
 * - S10 A second process that may not share the store, a damaged or newer database are refused at `open` with an error that says what to do.
 * - S11 `readApart` holds nobody: commits and reads go on while a statement of it runs. At its time limit, or when its signal aborts, it ends
 *      with `deadline_exceeded` or `cancelled`, and so does the statement that runs. Else it is as `read`.
 * - S12 A reader that names the event it read last is refused a log that has another one there, or ends before it: an older copy, whose next
 *      events it would take for those it has consumed.
 * - S13 A text with NUL or half a surrogate pair, and a record larger than its bound (see `bounds.ts`), are refused with `misuse` by the call that
 *      brings them, before anything commits. Every other text comes back as it was.
 *      A transaction emits no more events than `emitted-events.ts` says.
 * - S14 A page of the log ends with the event with which its data reach the bytes that were asked for, and of events whose type nobody asked
 *      for large data are not read: memory is bounded whatever was emitted, and nothing is left out.
 * - S15 When the data that were opened are removed, or others put in their place, `ping` says so and nothing is done any more.
 * - S16 What is read for lists and looks is bounded by bytes as well: lists for people say that a text is large instead of holding it, and of
 *      timers that are due come as many as fit.
 * - S17 A store says what holds it up although it answers (`hindrance`), and how long events that are committed may have waited for their
 *      positions (`eventsWaitMs`); when all is well nothing, and milliseconds. Both are answered at once, from memory.
 * - S18 What runs by itself, with every request or for every saga costs by what is due or asked for, however much waits or has ended.
 */
export interface Store<D = unknown> {
  readonly features: StoreFeatures
  readonly feed: Feed
  /** Runs `body` in a transaction and resolves when it is durable (S1–S5). */
  transaction<T>(body: (tx: StoreTransaction<D>) => Promise<T>, options?: TransactionOptions): Promise<Commit<T>>
  /** Runs `body` on one snapshot (S8). */
  read<T>(body: (tx: StoreReader<D>) => Promise<T>): Promise<T>
  /**
   * Runs `body` on one snapshot without holding the process (S11). **When to use**: for audits, lists for people and whatever else has no bound by
   * its nature; a read of a page by an index is faster with `read`.
   */
  readApart<T>(body: (tx: StoreReader<D>) => Promise<T>, options?: ApartOptions): Promise<T>
  /** Checks that the store answers; throws what is wrong. For health checks. */
  ping(): Promise<void>
  /** What holds it up although it answers, for people, e.g. a lock of somebody else; undefined when nothing does (S17). Costs nothing. */
  hindrance?(): string | undefined
  /**
   * How long events that are committed may have waited for their positions, in milliseconds; milliseconds when all is well. Until then no consumer
   * sees them, and they count in no lag. Undefined where a commit gives events their positions (S17). Costs nothing.
   */
  eventsWaitMs?(): number
  /** Waits for transactions under way, then closes. Calls after it fail with `unavailable`. */
  close(): Promise<void>
}

/**
 * How adapters differ. Each adapter declares its own in one constant, from which `docs/stores.md` is made; the conformance suite checks what can be
 * checked from inside of a process.
 */
export interface StoreFeatures {
  /** Name of the adapter, e.g. `sqlite`. */
  readonly adapter: string
  /** Kind of engine whose variant of a service's store it keeps, e.g. `sql`. */
  readonly engine: string
  /**
   * How S4 is kept. `serial`: one transaction runs at a time, and each body once. `serializable`: they run side by side, and a body whose transaction the
   * engine refuses for another's sake runs again.
   */
  readonly isolation: 'serial' | 'serializable'
  /** `power`: a commit survives a power cut. `process`: it survives the death of the process only. `none`: it survives nothing. */
  readonly durability: 'power' | 'process' | 'none'
  /** Whether several processes may host the same service on this store. */
  readonly shared: boolean
  /** `kept`: events leave the log by the service's retention alone. `bounded`: the engine itself lets go of the oldest ones when they are many. */
  readonly log: 'kept' | 'bounded'
  /** What bounds how much a service may keep: the `disk` of the process, its `memory`, or those of a `server`. */
  readonly size: 'disk' | 'memory' | 'server'
}

/** How a transaction differs from others. */
export interface TransactionOptions {
  /**
   * Begins before those that wait already. For the few on which all others depend: a lease that is renewed behind a long queue is lost, and
   * then the queue is in vain. Adapters whose queue is short by nature may ignore it. Default false.
   */
  readonly urgent?: boolean
}

/** What a committed transaction returned. */
export interface Commit<T> {
  readonly value: T
  /** Names the last event it emitted, for `Feed.positionOf`; undefined when it emitted none. */
  readonly token: string | undefined
}

/** A transaction under way. */
export interface StoreTransaction<D = unknown> {
  /** The engine's own handle, for the repository of the service: plain SQL, collections of documents. */
  readonly database: D
  readonly idempotency: IdempotencyRecords
  readonly consumption: ConsumptionRecords
  readonly timers: TimerRecords
  readonly sagas: SagaRecords
  readonly leases: LeaseRecords
  readonly audit: AuditRecords
  readonly retention: RetentionRecords
  readonly holds: HoldRecords
  readonly generations: GenerationRecords
  readonly log: LogRecords
  readonly readers: ReaderRecords
  /** Adds an event; it is written after everything else, so that key order is commit order. */
  emit(event: NewEvent): void
  /**
   * Runs `work` when the body has ended; when it throws, the transaction fails with its error. For writes whose answer the body does not need:
   * their statements may share a round trip with those of other transactions, while the body's own wait for each answer.
   * A work asks for its statements together: what it asks for after an answer may come behind statements of other transactions.
   */
  beforeCommit(work: () => Promise<unknown>): void
  /** Calls `callback` once after the commit is durable, never when it fails. */
  afterCommit(callback: () => void): void
}

/** A snapshot. Methods that write throw. */
export type StoreReader<D = unknown> = Omit<StoreTransaction<D>, 'emit' | 'beforeCommit' | 'afterCommit'>
