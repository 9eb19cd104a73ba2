import { AsyncResource } from 'node:async_hooks'
import type { Clock } from '../../kernel/clock.ts'
import { BanyanError } from '../../kernel/error.ts'
import { SqlRecords } from '../sql/sql-records.ts'
import type { StoreReader } from '../store.ts'
import { AWAITED_SOMETHING_ELSE } from '../turn-guard.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { SqliteSql } from './sqlite-sql.ts'
import type { StoreHealth } from './store-health.ts'
import type { Sql } from '../sql.ts'

/** More reads than this waiting mean that the process is far behind its load; better to refuse than to grow. */
const READS_QUEUED_MAX = 10_000

/** How long reads may hold one turn of the loop, in milliseconds, until those that still wait get the next one: a request hardly notices. */
export const READS_MS_PER_TURN = 10

/** A read that was asked for. An async resource, so that the body runs in its caller's context also when it had to wait. */
class Read extends AsyncResource {
  readonly body: (tx: StoreReader<Sql>) => Promise<unknown>
  readonly resolve: (value: never) => void
  readonly reject: (reason: unknown) => void
  sql: SqliteSql | undefined

  constructor(body: Read['body'], resolve: Read['resolve'], reject: Read['reject']) {
    super('banyan.read')
    this.body = body
    this.resolve = resolve
    this.reject = reject
  }
}

/**
 * Runs reads one after another on the store's read-only connection, each on one snapshot (S8).
 *
 * - R1 A body awaits nothing but its snapshot, so it ends within the microtasks of its turn; one that is still there in the next turn is
 *   aborted (S5).
 * - R2 A read sees everything that was committed before it began. Reads of one turn share a snapshot until something is committed: to begin
 *   one costs more than a small read, and with it goes the connection's cache.
 * - R3 When reads have held a turn for {@link READS_MS_PER_TURN}, others wait for the next one: whatever else the process does waits for that and the
 *   last read, not for all that were asked for at once.
 * - R4 No snapshot without a body outlives its turn or the next commit: it would keep the log from being moved into the database file.
 */
export class SnapshotQueue {
  readonly #connection: SqliteConnection
  readonly #clock: Clock
  readonly #now: () => number
  readonly #health: StoreHealth
  readonly #queue: Read[] = []
  #current: Read | undefined
  #snapshot: 'none' | 'current' | 'outdated' = 'none'
  #isWatching = false
  /** When the current read began, and how long reads have held this turn. */
  #beganMs = 0
  #heldMs = 0
  #idle: (() => void) | undefined

  constructor(connection: SqliteConnection, clock: Clock, health: StoreHealth) {
    this.#connection = connection
    this.#clock = clock
    this.#now = clock.now.bind(clock)
    this.#health = health
  }

  /** Runs `body` on a snapshot of everything that is committed now or later. */
  run<T>(body: (tx: StoreReader<Sql>) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const unusable = this.#health.error
      if (unusable) return reject(unusable)
      const read = new Read(body, resolve, reject)
      if (this.#current === undefined && this.#heldMs < READS_MS_PER_TURN) return this.#start(read)
      if (this.#queue.length >= READS_QUEUED_MAX)
        return reject(new BanyanError('overloaded', 'too many reads wait for the store; try again'))
      this.#queue.push(read)
    })
  }

  /** Makes way for a commit: later reads must see it, and it may want to move the log into the database file. May throw. */
  makeWay(): void {
    if (this.#current === undefined) this.#leave()
    else this.#snapshot = 'outdated'
  }

  /** Throws when the store answers no more. */
  assertUsable(): void {
    if (this.#health.error) throw this.#health.error
  }

  /** Resolves when no read is under way, and none of its snapshots. */
  async settle(): Promise<void> {
    if (this.#current !== undefined || this.#queue.length > 0) await new Promise<void>((resolve) => (this.#idle = resolve))
    try {
      this.#leave()
    } catch {
      // the connection is about to be closed, which ends it as well
    }
  }

  #start(read: Read): void {
    this.#current = read
    this.#beganMs = this.#clock.monotonic()
    try {
      this.#enter()
      read.sql = new SqliteSql(this.#connection, true)
      read.body(new SqlRecords(read.sql, this.#now)).then(
        (value) => this.#end(read, () => read.resolve(value as never)),
        (reason: unknown) => this.#end(read, () => read.reject(reason)),
      )
    } catch (thrown) {
      this.#end(read, () => read.reject(thrown))
    }
  }

  /** Sees to it that there is a snapshot of everything that is committed. */
  #enter(): void {
    if (this.#snapshot === 'outdated') this.#leave()
    if (this.#snapshot === 'none') this.#connection.begin()
    this.#snapshot = 'current'
    this.#watch(this.#current)
  }

  #leave(): void {
    if (this.#snapshot === 'none') return
    this.#snapshot = 'outdated' // until it is known to be over: one that could not be ended is ended before the next begins
    try {
      this.#connection.rollback()
      this.#snapshot = 'none'
    } finally {
      this.#health.note(this.#connection.failure)
    }
  }

  /** Ends what a failure left, if only a BEGIN that did not succeed, so that the next read begins anew. */
  #recover(): void {
    this.#snapshot = 'outdated'
    this.#leave()
  }

  #end(read: Read, settle: () => void): void {
    if (this.#current !== read) return
    read.sql?.end('is over')
    this.#current = undefined
    this.#heldMs += this.#clock.monotonic() - this.#beganMs
    try {
      if (this.#connection.failure) this.#recover()
    } catch (thrown) {
      read.reject(thrown)
    }
    settle()
    this.#goOn()
  }

  /** Starts the read that has waited longest, in this turn or in the next. */
  #goOn(): void {
    if (this.#queue.length === 0) return this.#idle?.()
    if (this.#heldMs >= READS_MS_PER_TURN) return this.#watch(undefined)
    const next = this.#queue.shift()
    next?.runInAsyncScope(this.#start, this, next)
  }

  /** Looks in the next turn; once per turn, however many reads there are. */
  #watch(watched: Read | undefined): void {
    if (this.#isWatching) return
    this.#isWatching = true
    this.#clock.soon(() => {
      this.#isWatching = false
      this.#heldMs = 0
      if (watched !== undefined && this.#current === watched) {
        watched.sql?.end('was aborted')
        this.#end(watched, () => watched.reject(new BanyanError('misuse', AWAITED_SOMETHING_ELSE)))
      }
      if (this.#current !== undefined) return this.#watch(this.#current)
      try {
        this.#leave()
      } catch {
        // the connection remembers it, and its health was noted: the next read is told
      }
      this.#goOn()
    })
  }
}
