import { assertReadersFit, type ReaderPosition, type ReaderRecord, type ReaderRecords } from '../records/reader-records.ts'
import type { Sql } from '../sql.ts'

interface ReaderRow {
  readonly service: string
  readonly consumer: string
  readonly position: number
  readonly seen_at: number
  readonly forgotten_at: number | null
}

/** Readers of the log in SQL. */
export class SqlReaderRecords implements ReaderRecords {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async acknowledge(service: string, consumers: readonly ReaderPosition[], now: number): Promise<void> {
    assertReadersFit(service, consumers.length)
    const named = new Set(consumers.map(({ consumer }) => consumer))
    const known = await this.#sql.all<ReaderRow>(OF_SERVICE, service)
    for (const { consumer, forgotten_at } of known)
      if (forgotten_at === null && !named.has(consumer)) await this.#sql.run(REMOVE, service, consumer)
    for (const { consumer, position } of consumers) await this.#sql.run(SEE, service, consumer, position, now)
  }

  async list(): Promise<readonly ReaderRecord[]> {
    return (await this.#sql.all<ReaderRow>(ALL)).map(({ service, consumer, position, seen_at, forgotten_at }) => ({
      service,
      consumer,
      position,
      seenAt: seen_at,
      forgottenAt: forgotten_at ?? undefined,
    }))
  }

  async forget(service: string, consumer: string, now: number): Promise<boolean> {
    return (await this.#sql.run(FORGET, service, consumer, now, now)) === 1
  }
}

const COLUMNS = 'service, consumer, position, seen_at, forgotten_at'
const ALL = `SELECT ${COLUMNS} FROM banyan_reader ORDER BY service, consumer`
const OF_SERVICE = `SELECT ${COLUMNS} FROM banyan_reader WHERE service = ?`
const REMOVE = 'DELETE FROM banyan_reader WHERE service = ? AND consumer = ?'
const SEE = `INSERT INTO banyan_reader (service, consumer, position, seen_at, forgotten_at) VALUES (?, ?, ?, ?, NULL)
  ON CONFLICT (service, consumer) DO UPDATE SET position = excluded.position, seen_at = excluded.seen_at, forgotten_at = NULL`
const FORGET = `INSERT INTO banyan_reader (service, consumer, position, seen_at, forgotten_at) VALUES (?, ?, 0, ?, ?)
  ON CONFLICT (service, consumer) DO UPDATE SET forgotten_at = excluded.forgotten_at WHERE banyan_reader.forgotten_at IS NULL`
