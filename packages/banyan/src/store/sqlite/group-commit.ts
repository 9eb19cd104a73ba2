import { AsyncResource } from 'node:async_hooks'
import { BanyanError } from '../../kernel/error.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { EVENT_UNITS_PER_TRANSACTION_MAX } from '../records/emitted-events.ts'
import type { StoredEvent } from '../records/feed.ts'
import type { Commit, StoreTransaction } from '../store.ts'
import type { CommitTurns, WaitingStore } from './commit-turns.ts'
import type { SnapshotQueue } from './snapshot-queue.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import type { SqliteFeed } from './sqlite-feed.ts'
import { SqliteTransaction } from './sqlite-transaction.ts'
import type { StoreHealth } from './store-health.ts'
import type { Sql } from '../sql.ts'
import { storePoints } from '../fault-points.ts'
import { AWAITED_SOMETHING_ELSE, TurnGuard } from '../turn-guard.ts'

/** Transactions per commit: at some 20 µs each, the loop is busy for about 5 ms, and the sync is long paid for. */
const BATCH_TRANSACTIONS_MAX = 256

/** Once its bodies took so long, a batch commits what it has; the rest waits for another turn, and the loop comes to others in between. */
const BATCH_MS_MAX = 50
/** Characters of events in a batch, after which it commits what it has: they are in memory until then. */
const BATCH_UNITS_MAX = EVENT_UNITS_PER_TRANSACTION_MAX

/** More transactions than this waiting mean that the process is far behind its load; better to refuse than to grow. */
const TRANSACTIONS_QUEUED_MAX = 10_000

/** Calls `commit` when the batch is on the disk, or with why it never will be; a process that dies before has lost it. */
export type Sync = (commit: (failure?: unknown) => void) => void

/** What a group commit works on. */
export interface GroupCommitParts {
  readonly service: string
  readonly runtime: Runtime
  readonly connection: SqliteConnection
  readonly feed: SqliteFeed
  readonly snapshots: SnapshotQueue
  readonly health: StoreHealth
  /** Decides which of the process's stores commits next. */
  readonly turns: CommitTurns
  /** Lets time pass between the last body and the commit. Default: none; COMMIT itself syncs. */
  readonly sync?: Sync | undefined
}

/** A savepoint copies each page that its body changes, a third of the price of a transaction. After a body failed, this many batches have them. */
const GUARDED_BATCHES = 100

type Body = (tx: StoreTransaction<Sql>) => Promise<unknown>

/** A transaction that was asked for. An async resource, so that the body runs in its caller's context: it sees its own trace, not the batch's. */
class Job extends AsyncResource {
  readonly body: Body
  readonly resolve: (commit: Commit<never>) => void
  readonly reject: (reason: unknown) => void
  transaction: SqliteTransaction | undefined
  state: 'queued' | 'running' | 'written' | 'failed' = 'queued'
  value: unknown
  reason: unknown
  events: StoredEvent[] | undefined

  constructor(body: Body, resolve: Job['resolve'], reject: Job['reject']) {
    super('banyan.transaction')
    this.body = body
    this.resolve = resolve
    this.reject = reject
  }
}

/**
 * Runs transactions in batches: all that queued until it is this store's turn share one BEGIN … COMMIT and so one sync.
 *
 * Owns the writing connection. Invariants:
 * - I1 Bodies run one after another: a body sees what those before it wrote, and undoes only its own. Where bodies seldom fail they have no
 *   savepoints; then a failure undoes the batch, and all of it runs again with savepoints, as the port allows (S4).
 * - I2 Nothing of a batch is answered before its COMMIT returned (S2).
 * - I3 A body awaits nothing but this connection, which answers at once, so a batch ends within the microtasks of its turn.
 *   One that is still running in the next turn awaits something else and is aborted (S5).
 */
export class GroupCommit implements WaitingStore {
  readonly #parts: GroupCommitParts
  readonly #now: () => number
  readonly #points: ReturnType<typeof storePoints>
  readonly #guard: TurnGuard
  #queue: Job[] = []
  #batch: Job[] = []
  #index = 0
  /** When the batch began, and the characters of what it emitted. */
  #began = 0
  #units = 0
  /** Batches that still get savepoints. */
  #guarded = 0
  /** Whether a drain is scheduled or under way. */
  #busy = false
  #idle: (() => void) | undefined

  constructor(parts: GroupCommitParts) {
    this.#parts = parts
    this.#now = parts.runtime.clock.now.bind(parts.runtime.clock)
    this.#points = storePoints(parts.service)
    this.#guard = new TurnGuard(parts.runtime.clock, () => this.#abortCurrent())
  }

  /** Runs `body` in a transaction; resolves when it is durable. */
  run<T>(body: (tx: StoreTransaction<Sql>) => Promise<T>): Promise<Commit<T>> {
    return new Promise<Commit<T>>((resolve, reject) => {
      const { error } = this.#parts.health
      if (error) return reject(error)
      if (this.#queue.length >= TRANSACTIONS_QUEUED_MAX) {
        return reject(new BanyanError('overloaded', 'too many transactions wait for the store; try again in a moment'))
      }
      this.#queue.push(new Job(body, resolve, reject))
      if (!this.#busy) this.#schedule()
    })
  }

  /** Resolves when no transaction waits or runs. */
  async settle(): Promise<void> {
    if (this.#busy) await new Promise<void>((resolve) => (this.#idle = resolve))
  }

  #schedule(): void {
    this.#busy = true
    this.#parts.turns.ask(this)
  }

  /** How many transactions wait for the next batch. */
  get waiting(): number {
    return this.#queue.length
  }

  /** Runs and commits the next batch. Called by {@link CommitTurns}. */
  begin(): void {
    this.#batch = this.#takeBatch()
    if (this.#guarded > 0) this.#guarded--
    this.#run()
  }

  /** Whether bodies are undone one by one. A batch of one is undone as a whole. */
  get #hasSavepoints(): boolean {
    return this.#guarded > 0 && this.#batch.length > 1
  }

  #run(): void {
    const { connection, health, runtime } = this.#parts
    this.#index = 0
    this.#units = 0
    this.#began = runtime.clock.monotonic()
    try {
      if (health.fatal) throw health.fatal
      runtime.faults.at(this.#points.beforeBegin)
      connection.begin()
    } catch (thrown) {
      return this.#failBatch(thrown)
    }
    this.#guard.watch()
    this.#next()
  }

  #takeBatch(): Job[] {
    if (this.#queue.length > BATCH_TRANSACTIONS_MAX) return this.#queue.splice(0, BATCH_TRANSACTIONS_MAX)
    const batch = this.#queue
    this.#queue = []
    return batch
  }

  #next(): void {
    if (this.#index > 0 && this.#isLong()) this.#queue.unshift(...this.#batch.splice(this.#index))
    const job = this.#batch[this.#index]
    if (job === undefined) return this.#commit()
    const { connection } = this.#parts
    try {
      if (this.#hasSavepoints) connection.savepoint()
    } catch (thrown) {
      return this.#failBatch(thrown)
    }
    job.transaction = new SqliteTransaction(connection, this.#now)
    job.state = 'running'
    job.runInAsyncScope(this.#runBody, this, job, job.transaction)
  }

  #isLong(): boolean {
    return this.#units > BATCH_UNITS_MAX || this.#parts.runtime.clock.monotonic() - this.#began > BATCH_MS_MAX
  }

  #runBody(job: Job, transaction: SqliteTransaction): void {
    try {
      job.body(transaction).then(
        (value) => this.#written(job, transaction, value),
        (reason: unknown) => this.#failed(job, transaction, reason),
      )
    } catch (thrown) {
      this.#failed(job, transaction, thrown)
    }
  }

  #written(job: Job, transaction: SqliteTransaction, value: unknown): void {
    if (job.state !== 'running' || job.transaction !== transaction) return
    const concluded = transaction.conclude()
    if (concluded !== undefined) {
      concluded.then(
        () => this.#written(job, transaction, value),
        (reason: unknown) => this.#failed(job, transaction, reason),
      )
      return
    }
    const { connection, runtime } = this.#parts
    try {
      job.events = transaction.finish(connection)
      if (connection.failure) throw connection.failure.error
      runtime.faults.at(this.#points.afterBody)
      if (this.#hasSavepoints) connection.release()
    } catch (thrown) {
      return this.#failed(job, transaction, thrown)
    }
    for (const { data } of job.events ?? []) this.#units += data.length
    job.state = 'written'
    job.value = value
    this.#index++
    this.#next()
  }

  #failed(job: Job, transaction: SqliteTransaction, reason: unknown): void {
    if (job.state !== 'running' || job.transaction !== transaction) return
    const { connection } = this.#parts
    transaction.end('failed')
    job.state = 'failed'
    job.reason = connection.failure?.error ?? reason
    if (connection.failure) return this.#failBatch(connection.failure.error)
    if (this.#batch.length > 1 && !this.#hasSavepoints) return this.#runAgain()
    try {
      if (this.#hasSavepoints) connection.rollbackToSavepoint()
    } catch (thrown) {
      return this.#failBatch(thrown)
    }
    this.#index++
    this.#next()
  }

  /** Undoes a batch without savepoints and runs it with them, so that only the body that failed is undone. */
  #runAgain(): void {
    this.#guarded = GUARDED_BATCHES
    try {
      this.#parts.connection.rollback()
    } catch (thrown) {
      return this.#failBatch(thrown)
    }
    for (const job of this.#batch) {
      job.transaction?.end('was undone, and runs again')
      job.state = 'queued'
      job.events = undefined
    }
    this.#run()
  }

  #commit(): void {
    if (!this.#batch.some(({ state }) => state === 'written')) return this.#failBatch(undefined)
    const { sync } = this.#parts
    if (sync) sync((failure) => (failure === undefined ? this.#commitNow() : this.#failBatch(failure)))
    else this.#commitNow()
  }

  #commitNow(): void {
    const { connection, runtime, snapshots } = this.#parts
    try {
      runtime.faults.at(this.#points.beforeCommit)
      snapshots.makeWay()
      connection.commit()
    } catch (thrown) {
      return this.#failBatch(thrown)
    }
    for (const { events } of this.#batch) if (events) this.#parts.feed.append(events)
    try {
      runtime.faults.at(this.#points.afterCommit)
    } catch (thrown) {
      for (const job of this.#batch) job.reject(job.state === 'failed' ? job.reason : thrown)
      return this.#end(true)
    }
    this.#answer()
    this.#end(true)
  }

  #answer(): void {
    for (const job of this.#batch) {
      if (job.state === 'failed') {
        job.reject(job.reason)
        continue
      }
      const last = job.events?.at(-1)
      job.resolve({ value: job.value as never, token: last && String(last.position) })
      for (const callback of job.transaction?.callbacks ?? []) this.#call(callback)
    }
  }

  #call(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.#parts.runtime.log.error('a callback after a commit failed', { error })
    }
  }

  /**
   * Rolls everything back. All are told `reason`, also those whose body failed before: it may have failed because of what others had written,
   * and that is gone. Without a reason nothing was written, and each is told its own.
   */
  #failBatch(reason: unknown): void {
    const { connection, health } = this.#parts
    const { failure } = connection
    try {
      connection.rollback()
    } catch {
      // what made the batch fail is what the callers need to hear; the connection remembers this one
    }
    health.note(failure ?? connection.failure)
    for (const job of this.#batch) {
      job.transaction?.end('failed')
      job.reject(reason ?? job.reason)
    }
    this.#end(false)
  }

  #end(mayHaveEvents: boolean): void {
    if (mayHaveEvents && this.#batch.some(({ events }) => events)) this.#parts.feed.notify()
    this.#batch = []
    this.#busy = false
    if (this.#queue.length > 0) return this.#schedule()
    this.#idle?.()
  }

  #abortCurrent(): void {
    const job = this.#batch[this.#index]
    if (job?.state !== 'running') return
    this.#guard.watch()
    this.#failed(job, job.transaction as SqliteTransaction, new BanyanError('misuse', AWAITED_SOMETHING_ELSE))
  }
}
