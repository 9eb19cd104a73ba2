import { BanyanError, deadlineAfter, type Runtime, within } from 'banyan/kernel'
import type { ApartOptions, Commit, Feed, Store, StoreFeatures, StoreReader, StoreTransaction, TransactionOptions } from 'banyan/store'
import { ApartReader } from './apart-reader.ts'
import type { ConnectionTarget } from './connection-target.ts'
import { EventTail } from './event-tail.ts'
import { GroupWriter } from './group-writer.ts'
import type { Notifications } from './notifications.ts'
import { lockHash } from './outbox.ts'
import { PostgresFeed } from './postgres-feed.ts'
import { Sequencer } from './sequencer.ts'
import { SessionPool } from './session-pool.ts'
import { SnapshotReader } from './snapshot-reader.ts'
import { isConnectionLoss, toStatementError } from './sql-failure.ts'
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
  readonly notifications: Notifications
}

/** Longest wait at `close` for what is under way; a transaction has no longer either. */
const CLOSE_MS_MAX = 30_000
/** Added to the server's time limit before a connection counts as lost. */
const NETWORK_MS_MAX = 5_000

/** A service's schema in PostgreSQL. */
export class PostgresStore implements Store {
  readonly features: StoreFeatures
  readonly feed: Feed
  readonly #options: PostgresStoreOptions
  readonly #pool: SessionPool
  readonly #feed: PostgresFeed
  readonly #sequencer: Sequencer
  readonly #writer: GroupWriter
  readonly #reader: SnapshotReader
  readonly #apart: ApartReader
  #active = 0
  #closing: Promise<void> | undefined
  #whenQuiet: (() => void) | undefined

  constructor(options: PostgresStoreOptions) {
    const { service, target, runtime, notifications } = options
    const applicationName = `banyan ${service}`
    const tail = new EventTail()
    const channel = `banyan ${lockHash(target.schema)}`
    this.#options = options
    this.features = { adapter: 'postgres', durability: options.durability, shared: true }
    this.#pool = new SessionPool({
      target,
      runtime,
      applicationName,
      sessionsMax: options.poolMax,
      answerMsMax: options.statementTimeoutMs + NETWORK_MS_MAX,
    })
    this.#feed = new PostgresFeed({
      tail,
      log: runtime.log,
      query: (name, text, values) => this.#query(name, text, values),
      listenToOthers: (listener) => notifications.listen(channel, listener),
    })
    this.feed = this.#feed
    this.#sequencer = new Sequencer({ target, runtime, applicationName, tail, channel, grown: () => this.#feed.hint() })
    const context = { service, target, texts: new StatementTexts(), clock: runtime.clock }
    this.#reader = new SnapshotReader(this.#pool, context)
    this.#apart = new ApartReader(context, `${applicationName} apart`, (pid) =>
      this.#query('cancel', 'SELECT pg_cancel_backend($1)', [pid]),
    )
    this.#writer = new GroupWriter({
      pool: this.#pool,
      context,
      runtime,
      writers: options.writers,
      schemaHash: lockHash(target.schema),
      committedEvents: () => this.#sequencer.kick(),
    })
    this.#sequencer.start()
  }

  transaction<T>(body: (tx: StoreTransaction) => Promise<T>, options?: TransactionOptions): Promise<Commit<T>> {
    return this.#counted(() => this.#writer.transaction(body, options))
  }
  read<T>(body: (tx: StoreReader) => Promise<T>): Promise<T> {
    return this.#counted(() => this.#reader.read(body))
  }
  readApart<T>(body: (tx: StoreReader) => Promise<T>, options?: ApartOptions): Promise<T> {
    return this.#counted(() => this.#apart.read(body, options))
  }
  async ping(): Promise<void> {
    await this.#query('ping', 'SELECT 1', [])
  }
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw closedError()
    this.#active++
    try {
      return await work()
    } finally {
      if (--this.#active === 0) this.#whenQuiet?.()
    }
  }

  /** One statement by itself; tried once more when its connection turns out to be dead, since all of them only read. */
  #query(name: string, text: string, values: readonly Parameter[]): Promise<Row[]> {
    return this.#counted(async () => {
      for (let attempt = 1; ; attempt++) {
        const session = await this.#pool.acquire()
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
