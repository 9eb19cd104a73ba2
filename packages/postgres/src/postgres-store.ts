import { BanyanError, deadlineAfter, type Runtime, within } from 'banyan/kernel'
import type { ApartOptions, Commit, Feed, Store, StoreFeatures, StoreReader, StoreTransaction, TransactionOptions, Sql } from 'banyan/store'
import { ApartReader } from './apart-reader.ts'
import type { ConnectionTarget } from './connection-target.ts'
import { EventTail } from './event-tail.ts'
import { GroupWriter } from './group-writer.ts'
import { lockHash } from './outbox.ts'
import { POSTGRES_FEATURES } from './postgres-features.ts'
import { PostgresFeed } from './postgres-feed.ts'
import { LockWatch } from './lock-watch.ts'
import type { PostgresServer } from './postgres-server.ts'
import { SequencerSessions } from './sequencer-sessions.ts'
import { Sequencer } from './sequencer.ts'
import { SessionPool } from './session-pool.ts'
import { SnapshotReader } from './snapshot-reader.ts'
import { isConnectionLoss, isMissing, toStatementError } from './sql-failure.ts'
import { StatementTexts } from './statement-text.ts'
import type { Parameter } from './values.ts'
import type { Row } from './wire-batch.ts'

/** What a store is made with, after its schema is up to date. */
export interface PostgresStoreOptions {
  readonly service: string
  readonly target: ConnectionTarget
  readonly runtime: Runtime
  readonly poolMax: number
  readonly writers: number
  readonly statementTimeoutMs: number
  readonly durability: 'power' | 'process'
  readonly server: PostgresServer
}

/** Longest wait at `close` for what is under way; a transaction has no longer either. */
const CLOSE_MS_MAX = 30_000
/** Events that get no positions for so long are worth a warning; they get them within milliseconds. */
const LATE_MS = 5_000
/** Added to the server's time limit before a connection counts as lost. */
const NETWORK_MS_MAX = 5_000

/** A service's schema in PostgreSQL. */
export class PostgresStore implements Store<Sql> {
  readonly features: StoreFeatures
  readonly feed: Feed
  readonly #options: PostgresStoreOptions
  readonly #pool: SessionPool
  readonly #feed: PostgresFeed
  readonly #sequencer: Sequencer
  readonly #writer: GroupWriter
  readonly #reader: SnapshotReader
  readonly #apart: ApartReader
  /** Drawn when the schema was made; a schema that was dropped and made again has another. */
  #identity: string | undefined
  /** Why nothing is done any more: what was opened is not there. */
  #lost: BanyanError | undefined
  readonly #locks: LockWatch
  /** Says to the server's others that this store is closed. */
  readonly #left: () => void
  #active = 0
  #closing: Promise<void> | undefined
  #whenQuiet: (() => void) | undefined

  constructor(options: PostgresStoreOptions) {
    const { service, target, runtime, server } = options
    const { budget } = server
    const tail = new EventTail()
    const lockTimedOut = (): void => this.#locks.waited()
    this.#locks = new LockWatch({ target, service, runtime, query: (name, text, values) => this.#query(name, text, values) })
    const channel = `banyan ${lockHash(target.schema)}`
    this.#options = options
    this.features = { ...POSTGRES_FEATURES, durability: options.durability }
    this.#pool = new SessionPool({
      target,
      runtime,
      purpose: target.schema,
      budget,
      sessionsMax: options.poolMax,
      answerMsMax: options.statementTimeoutMs + NETWORK_MS_MAX,
      lockTimedOut,
    })
    this.#feed = new PostgresFeed({
      tail,
      log: runtime.log,
      query: (name, text, values) => this.#query(name, text, values),
      listenToOthers: (listener) => server.listener(target, runtime).listen(channel, listener),
    })
    this.feed = this.#feed
    const sessions = new SequencerSessions({ target, clock: runtime.clock, pool: this.#pool, budget, lockTimedOut })
    this.#sequencer = new Sequencer({ target, runtime, sessions, tail, channel, grown: () => this.#feed.hint() })
    const context = { service, target, texts: new StatementTexts(), clock: runtime.clock }
    this.#reader = new SnapshotReader(this.#pool, context)
    const cancel = (pid: number): Promise<unknown> => this.#query('cancel', 'SELECT pg_cancel_backend($1)', [pid])
    this.#apart = new ApartReader({ context, budget, lockTimedOut, cancel })
    this.#writer = new GroupWriter({
      pool: this.#pool,
      context,
      runtime,
      writers: options.writers,
      schemaHash: lockHash(target.schema),
      committedEvents: () => this.#sequencer.kick(),
    })
    this.#sequencer.start()
    this.#left = server.opened((name, text, values) => this.#query(name, text, values), target, runtime)
  }

  transaction<T>(body: (tx: StoreTransaction<Sql>) => Promise<T>, options?: TransactionOptions): Promise<Commit<T>> {
    return this.#counted(() => this.#writer.transaction(body, options))
  }
  read<T>(body: (tx: StoreReader<Sql>) => Promise<T>): Promise<T> {
    return this.#counted(() => this.#reader.read(body))
  }
  readApart<T>(body: (tx: StoreReader<Sql>) => Promise<T>, options?: ApartOptions): Promise<T> {
    return this.#counted(() => this.#apart.read(body, options))
  }
  async ping(): Promise<void> {
    this.#assertSame(await this.#readIdentity())
  }
  /** Learns which data it works on; {@link ping} compares. To be called once, before the store is handed out. */
  async recognise(): Promise<void> {
    this.#identity = await this.#readIdentity()
  }
  hindrance(): string | undefined {
    const waitingMs = this.eventsWaitMs()
    const late = waitingMs < LATE_MS ? [] : [`its events have waited ${Math.round(waitingMs / 1_000)} s for their positions`]
    const said = [...late, ...(this.#locks.blockedBy === undefined ? [] : [this.#locks.blockedBy])]
    return said.length === 0 ? undefined : said.join('; ')
  }
  eventsWaitMs(): number {
    return this.#sequencer.waitingMs
  }
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw closedError()
    if (this.#lost !== undefined) throw this.#lost
    this.#active++
    try {
      return await work()
    } finally {
      if (--this.#active === 0) this.#whenQuiet?.()
    }
  }

  /** Undefined when the schema or its tables are gone. */
  async #readIdentity(): Promise<string | undefined> {
    try {
      const [row] = await this.#query('identity', "SELECT value FROM banyan_meta WHERE name = 'identity'", [], { urgent: true })
      return row?.['value'] as string | undefined
    } catch (error) {
      if (isMissing((error as Error).cause)) return undefined
      throw error
    }
  }
  /** Lasting: what this process knows of the data, positions and cursors and sagas, is not true of others. */
  #assertSame(found: string | undefined): void {
    if (found === this.#identity) return
    const { target, runtime, service } = this.#options
    const where = `the schema "${target.schema}" of PostgreSQL at ${target.shown}`
    const what = found === undefined ? 'is gone' : 'was dropped and made again'
    this.#lost = new BanyanError(
      'unavailable',
      `${where} ${what} since this process opened it; restore the data if they are missed, then restart the process`,
    )
    runtime.log.error('the data are not those that were opened; nothing is done any more', { service, error: this.#lost })
    throw this.#lost
  }

  /** One statement by itself; tried once more when its connection turns out to be dead, since all of them only read. */
  #query(name: string, text: string, values: readonly Parameter[], order: { urgent?: boolean } = {}): Promise<Row[]> {
    return this.#counted(async () => {
      for (let attempt = 1; ; attempt++) {
        const session = await this.#pool.acquire(order)
        try {
          const [result] = await session.send([{ text, name, values }])
          return result?.rows ?? []
        } catch (error) {
          if (attempt > 1 || !isConnectionLoss(error)) throw toStatementError(error, this.#options.target)
        } finally {
          this.#pool.release(session)
        }
      }
    })
  }

  async #close(): Promise<void> {
    const { clock, log } = this.#options.runtime
    this.#feed.close()
    this.#left()
    this.#locks.stop()
    try {
      await within(clock, deadlineAfter(clock, CLOSE_MS_MAX), 'the store', this.#drain())
    } catch {
      log.warn('closing the store cut what was still under way', { service: this.#options.service })
      this.#sequencer.destroy()
      this.#pool.destroy()
    }
  }
  async #drain(): Promise<void> {
    if (this.#active > 0) await new Promise<void>((resolve) => (this.#whenQuiet = resolve))
    await this.#sequencer.stop()
    await this.#pool.close()
  }
}

function closedError(): BanyanError {
  return new BanyanError('unavailable', 'the store is closed; open it again or send the request to another instance')
}
