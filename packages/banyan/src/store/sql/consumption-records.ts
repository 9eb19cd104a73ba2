import { BanyanError } from '../../kernel/error.ts'
import type { EventMark } from '../records/feed.ts'
import type {
  AttemptRecord,
  ConsumptionRecords,
  CursorRecord,
  ParkedFilter,
  ParkedRecord,
  ReadMark,
} from '../records/consumption-records.ts'
import type { Sql } from '../sql.ts'
import { boundedLimit } from '../records/bounded-limit.ts'
import { IS_PARKED, KEYS_UNDERWAY, listParked, PARK, PARKED_COUNT, REDRIVING_KEYS } from './parked-table.ts'

/**
 * Records of consumption in SQL.
 * Invariant: a statement that records or advances checks the epoch itself, and on PostgreSQL locks the cursor's row while it does:
 * whoever takes over meanwhile waits for it, and an attempt of an earlier epoch that comes later is refused (P14).
 */
export class SqlConsumptionRecords implements ConsumptionRecords {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async cursor(consumer: string, source: string, start = 0): Promise<CursorRecord> {
    const found = await this.#find(consumer, source)
    if (found) return found
    await this.#sql.run(CREATE_CURSOR, consumer, source, start)
    return (await this.#find(consumer, source)) ?? { consumer, source, position: start, epoch: 0 }
  }

  async takeOver(consumer: string, source: string, start = 0): Promise<CursorRecord> {
    const row = await this.#sql.get<CursorRecord>(TAKE_OVER, consumer, source, start)
    return cursorRecord(row as CursorRecord)
  }

  async record(consumer: string, source: string, { position, id }: EventMark, epoch: number): Promise<boolean> {
    const query = this.#sql.dialect === 'postgres' ? RECORD_LOCKED : RECORD
    if ((await this.#sql.run(query, position, id, consumer, source, epoch, position)) === 1) return true
    await this.#refuseOldEpoch(consumer, source, epoch)
    return false
  }

  async recorded(consumer: string, source: string): Promise<number[]> {
    const rows = await this.#sql.all<{ position: number }>(RECORDED, consumer, source)
    return rows.map(({ position }) => position)
  }

  async advance(consumer: string, source: string, position: number, epoch: number, read?: EventMark): Promise<void> {
    const { position: readTo, id } = read ?? NOTHING_READ
    const advanced = this.#sql.run(ADVANCE, position, position, readTo, id, readTo, readTo, consumer, source, epoch)
    const [changed] = await Promise.all([advanced, this.#sql.run(FORGET_CONSUMED, consumer, source, position)])
    if (changed === 0) await this.#refuseOldEpoch(consumer, source, epoch)
  }

  async lastRead(consumer: string, source: string): Promise<ReadMark | undefined> {
    const row = await this.#sql.get<{ position: number; id: string | null }>(
      LAST_READ,
      consumer,
      source,
      consumer,
      source,
      consumer,
      source,
    )
    return row && { position: row.position, id: row.id ?? undefined }
  }

  async rewind(consumer: string, source: string, { position, id }: ReadMark): Promise<number> {
    await this.#sql.run(REWIND, position, position, position, id ?? null, consumer, source)
    for (const table of ['banyan_consumed', 'banyan_attempt'])
      await this.#sql.run(`DELETE FROM ${table} WHERE consumer = ? AND source = ? AND ABS(position) > ?`, consumer, source, position)
    return this.#sql.run('DELETE FROM banyan_parked WHERE consumer = ? AND source = ? AND position > ?', consumer, source, position)
  }

  async cursors(): Promise<CursorRecord[]> {
    const rows = await this.#sql.all<CursorRecord>('SELECT consumer, source, position, epoch FROM banyan_cursor ORDER BY consumer, source')
    return rows.map(cursorRecord)
  }

  async forget(consumer: string): Promise<void> {
    for (const table of ['banyan_cursor', 'banyan_consumed', 'banyan_attempt', 'banyan_parked']) {
      await this.#sql.run(`DELETE FROM ${table} WHERE consumer = ?`, consumer)
    }
  }

  async countAttempt(consumer: string, source: string, position: number, nextAt = 0): Promise<number> {
    const row = await this.#sql.get<{ attempts: number }>(COUNT_ATTEMPT, consumer, source, position, nextAt)
    return (row as { attempts: number }).attempts
  }

  attempts(consumer: string, source: string, limit: number): Promise<AttemptRecord[]> {
    const query =
      'SELECT position, attempts, next_at AS "nextAt" FROM banyan_attempt WHERE consumer = ? AND source = ? ORDER BY position LIMIT ?'
    return this.#sql.all<AttemptRecord>(query, consumer, source, boundedLimit(limit))
  }

  async clearAttempts(consumer: string, source: string, position: number): Promise<void> {
    await this.#sql.run('DELETE FROM banyan_attempt WHERE consumer = ? AND source = ? AND position = ?', consumer, source, position)
  }

  async park(record: ParkedRecord): Promise<void> {
    const { consumer, source, position, key, event, state, attempts, error, parkedAt } = record
    await this.#sql.run(PARK, consumer, source, position, key, event, state, attempts, error, parkedAt)
  }

  async unpark(consumer: string, source: string, position: number): Promise<boolean> {
    const query = 'DELETE FROM banyan_parked WHERE consumer = ? AND source = ? AND position = ?'
    return (await this.#sql.run(query, consumer, source, position)) === 1
  }

  parked(filter: ParkedFilter): Promise<ParkedRecord[]> {
    return listParked(this.#sql, filter)
  }

  async parkedKeys(consumer: string, source: string, limit: number): Promise<string[]> {
    const query = 'SELECT DISTINCT event_key FROM banyan_parked WHERE consumer = ? AND source = ? ORDER BY event_key LIMIT ?'
    const rows = await this.#sql.all<{ event_key: string }>(query, consumer, source, limit)
    return rows.map(({ event_key }) => event_key)
  }

  async isParked(consumer: string, source: string, key: string): Promise<boolean> {
    return (await this.#sql.get(IS_PARKED, consumer, source, key)) !== undefined
  }

  async redrivingKeys(consumer: string, source: string, limit: number): Promise<string[]> {
    const rows = await this.#sql.all<{ event_key: string }>(REDRIVING_KEYS, consumer, source, boundedLimit(limit))
    return rows.map(({ event_key: key }) => key)
  }

  async parkedCount(consumer: string, source: string, limit: number): Promise<number> {
    return (await this.#sql.get<{ count: number }>(PARKED_COUNT, consumer, source, limit))?.count ?? 0
  }

  async keysUnderway(consumer: string, source: string, limit: number): Promise<string[]> {
    const rows = await this.#sql.all<{ event_key: string }>(KEYS_UNDERWAY, consumer, source, boundedLimit(limit))
    return rows.map(({ event_key }) => event_key)
  }

  markParked(consumer: string, source: string, key: string, state: ParkedRecord['state']): Promise<number> {
    const query = 'UPDATE banyan_parked SET state = ? WHERE consumer = ? AND source = ? AND event_key = ?'
    return this.#sql.run(query, state, consumer, source, key)
  }

  async #find(consumer: string, source: string): Promise<CursorRecord | undefined> {
    const row = await this.#sql.get<CursorRecord>(FIND_CURSOR, consumer, source)
    return row && cursorRecord(row)
  }

  async #refuseOldEpoch(consumer: string, source: string, epoch: number): Promise<void> {
    const current = await this.#find(consumer, source)
    if (current?.epoch === epoch) return
    const now = current ? `now belongs to epoch ${current.epoch}` : 'has no cursor any more'
    throw new BanyanError('fenced', `consumer "${consumer}" of "${source}" ${now}, this attempt to epoch ${epoch}; it must not commit`)
  }
}

function cursorRecord({ consumer, source, position, epoch }: CursorRecord): CursorRecord {
  return { consumer, source, position, epoch }
}

const FIND_CURSOR = 'SELECT consumer, source, position, epoch FROM banyan_cursor WHERE consumer = ? AND source = ?'

const CREATE_CURSOR = `INSERT INTO banyan_cursor (consumer, source, position, epoch) VALUES (?, ?, ?, 0)
  ON CONFLICT (consumer, source) DO NOTHING`

const TAKE_OVER = `INSERT INTO banyan_cursor (consumer, source, position, epoch) VALUES (?, ?, ?, 1)
  ON CONFLICT (consumer, source) DO UPDATE SET epoch = banyan_cursor.epoch + 1
  RETURNING consumer, source, position, epoch`

/** One statement in the normal case: is it new, is it above the cursor, is the epoch still ours. */
const recordText = (lock: string): string => `INSERT INTO banyan_consumed (consumer, source, position, event_id)
  SELECT consumer, source, CAST(? AS BIGINT), CAST(? AS TEXT) FROM banyan_cursor
  WHERE consumer = ? AND source = ? AND epoch = ? AND position < ?${lock}
  ON CONFLICT (consumer, source, position) DO NOTHING`

const RECORD = recordText('')
const RECORD_LOCKED = recordText(' FOR SHARE')

const RECORDED = `SELECT d.position FROM banyan_consumed AS d JOIN banyan_cursor AS c ON c.consumer = d.consumer AND c.source = d.source
  WHERE d.consumer = ? AND d.source = ? AND d.position > c.position ORDER BY d.position`

const ADVANCE = `UPDATE banyan_cursor SET position = CASE WHEN position < ? THEN ? ELSE position END,
    read_id = CASE WHEN read_position < ? THEN ? ELSE read_id END, read_position = CASE WHEN read_position < ? THEN ? ELSE read_position END
  WHERE consumer = ? AND source = ? AND epoch = ?`

/** Moves no mark: every event has a position above it. */
const NOTHING_READ = { position: 0, id: null }

/** Of one position the row with the id counts: a cursor that an earlier release moved has none. */
const LAST_READ = `SELECT position, id FROM (
    SELECT position, NULL AS id FROM banyan_cursor WHERE consumer = ? AND source = ?
    UNION ALL SELECT read_position, read_id FROM banyan_cursor WHERE consumer = ? AND source = ?
    UNION ALL SELECT position, event_id FROM (SELECT position, event_id FROM banyan_consumed WHERE consumer = ? AND source = ?
      ORDER BY position DESC LIMIT 1) AS newest) AS known
  ORDER BY position DESC, CASE WHEN id IS NULL THEN 1 ELSE 0 END LIMIT 1`

const REWIND = `UPDATE banyan_cursor SET position = CASE WHEN position > ? THEN ? ELSE position END, read_position = ?, read_id = ?, epoch = epoch + 1
  WHERE consumer = ? AND source = ?`

const FORGET_CONSUMED = 'DELETE FROM banyan_consumed WHERE consumer = ? AND source = ? AND position <= ?'

const COUNT_ATTEMPT = `INSERT INTO banyan_attempt (consumer, source, position, attempts, next_at) VALUES (?, ?, ?, 1, ?)
  ON CONFLICT (consumer, source, position) DO UPDATE SET attempts = banyan_attempt.attempts + 1, next_at = excluded.next_at
  RETURNING attempts`
