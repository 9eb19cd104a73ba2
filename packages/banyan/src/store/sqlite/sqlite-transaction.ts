import { EmittedEvents } from '../records/emitted-events.ts'
import type { NewEvent, StoredEvent } from '../records/feed.ts'
import { NEW_EVENT_COLUMNS, newEventValues } from '../sql/outbox-table.ts'
import { SqlRecords } from '../sql/sql-records.ts'
import type { StoreTransaction } from '../store.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { SqliteSql } from './sqlite-sql.ts'
import type { Sql } from '../sql.ts'

const INSERT_EVENT = `INSERT INTO banyan_outbox (${NEW_EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** One transaction under way on the store's writing connection. */
export class SqliteTransaction extends SqlRecords implements StoreTransaction<Sql> {
  readonly #sql: SqliteSql
  #events: EmittedEvents | undefined
  #works: (() => Promise<unknown>)[] | undefined
  #callbacks: (() => void)[] | undefined

  constructor(connection: SqliteConnection, now: () => number) {
    const sql = new SqliteSql(connection, false)
    super(sql, now)
    this.#sql = sql
  }

  emit(event: NewEvent): void {
    this.#sql.assertUsable()
    this.#events ??= new EmittedEvents()
    this.#events.add(event)
  }

  beforeCommit(work: () => Promise<unknown>): void {
    this.#sql.assertUsable()
    if (this.#works) this.#works.push(work)
    else this.#works = [work]
  }

  afterCommit(callback: () => void): void {
    this.#sql.assertUsable()
    if (this.#callbacks) this.#callbacks.push(callback)
    else this.#callbacks = [callback]
  }

  /** Begins what was left for before the commit; undefined when nothing was. */
  conclude(): Promise<unknown> | undefined {
    const works = this.#works
    if (works === undefined) return undefined
    this.#works = undefined
    return Promise.all(works.map(async (work) => work()))
  }

  /** What to call once it is durable. */
  get callbacks(): readonly (() => void)[] | undefined {
    return this.#callbacks
  }

  /** Ends it and writes its events, last of all. Returns them with their positions. Throws when a statement of the body failed. */
  finish(connection: SqliteConnection): StoredEvent[] | undefined {
    const { failure } = this.#sql
    this.end('is over')
    if (failure !== undefined) throw failure
    return this.#events?.list.map((event) => stored(event, connection.insert(INSERT_EVENT, newEventValues(event))))
  }

  /** Refuses every later use; `why` completes the sentence "the transaction …". */
  end(why: string): void {
    this.#sql.end(why)
  }
}

/** Written out, because a spread costs several times as much and every event of the platform passes here. */
function stored(event: NewEvent, position: number): StoredEvent {
  const { id, type, version, key, time, data, correlationId, causationId, traceparent } = event
  return { position, id, type, version, key, time, data, correlationId, causationId, traceparent }
}
