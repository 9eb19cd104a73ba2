import type { ParkedFilter, ParkedRecord } from '../records/consumption-records.ts'
import type { SqlReader, SqlValue } from '../sql.ts'
import { boundedLimit } from '../records/bounded-limit.ts'
import { columnsWith } from './columns.ts'
import { shown } from './shown.ts'

interface ParkedRow {
  readonly consumer: string
  readonly source: string
  readonly position: number
  readonly event_key: string
  readonly event: string
  readonly state: ParkedRecord['state']
  readonly attempts: number
  readonly error: string | null
  readonly parked_at: number
}

const COLUMNS = 'consumer, source, position, event_key, event, state, attempts, error, parked_at'
const SHOWN_COLUMNS = columnsWith(COLUMNS, { event: shown('event') })

/** Inserts or replaces a parked event. */
export const PARK = `INSERT INTO banyan_parked (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (consumer, source, position) DO UPDATE SET event_key = excluded.event_key, event = excluded.event,
    state = excluded.state, attempts = excluded.attempts, error = excluded.error, parked_at = excluded.parked_at`

/** Whether a key has parked events: consumer, source, key. */
export const IS_PARKED = 'SELECT 1 AS found FROM banyan_parked WHERE consumer = ? AND source = ? AND event_key = ? LIMIT 1'

/** Counts parked events up to a bound, which keeps the cost of looking at many of them the same: consumer, source, bound. */
export const PARKED_COUNT =
  'SELECT COUNT(*) AS count FROM (SELECT 1 AS one FROM banyan_parked WHERE consumer = ? AND source = ? LIMIT ?) AS counted'

// Keys are joined with nothing, so that SQLite does not walk all parked events in the order of their keys for the sake of DISTINCT.

/** Keys without a failed event: consumer, source, limit. */
export const KEYS_UNDERWAY = `SELECT DISTINCT p.event_key || '' AS event_key FROM banyan_parked AS p
  WHERE p.consumer = ? AND p.source = ? AND p.state IN ('redriving', 'waiting') AND NOT EXISTS (SELECT 1 FROM banyan_parked AS f
    WHERE f.consumer = p.consumer AND f.source = p.source AND f.event_key = p.event_key AND f.state = 'failed') LIMIT ?`

/** Keys that somebody asked to redrive: consumer, source, limit. */
export const REDRIVING_KEYS = `SELECT DISTINCT event_key || '' AS event_key FROM banyan_parked
  WHERE consumer = ? AND source = ? AND state = 'redriving' LIMIT ?`

/** Lists parked events, oldest position first. */
export async function listParked(sql: SqlReader, filter: ParkedFilter): Promise<ParkedRecord[]> {
  const conditions: string[] = []
  const values: SqlValue[] = []
  const compare = (column: string, value: string | undefined): void => {
    if (value === undefined) return
    conditions.push(`${column} = ?`)
    values.push(value)
  }
  compare('consumer', filter.consumer)
  compare('source', filter.source)
  compare('event_key', filter.key)
  compare('state', filter.state)
  if (filter.after !== undefined) {
    conditions.push('(position, consumer, source) > (?, ?, ?)')
    values.push(filter.after.position, filter.after.consumer, filter.after.source)
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const query = `SELECT ${filter.brief ? SHOWN_COLUMNS : COLUMNS} FROM banyan_parked ${where} ORDER BY position, consumer, source LIMIT ?`
  const rows = await sql.all<ParkedRow>(query, ...values, boundedLimit(filter.limit))
  return rows.map(parkedRecord)
}

function parkedRecord(row: ParkedRow): ParkedRecord {
  return {
    consumer: row.consumer,
    source: row.source,
    position: row.position,
    key: row.event_key,
    event: row.event,
    state: row.state,
    attempts: row.attempts,
    error: row.error,
    parkedAt: row.parked_at,
  }
}
