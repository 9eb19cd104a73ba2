import type { ParkedFilter, ParkedRecord } from '../records.ts'
import type { SqlReader, SqlValue } from '../sql.ts'
import { boundedLimit } from './bounded-limit.ts'

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

/** Inserts or replaces a parked event. */
export const PARK = `INSERT INTO banyan_parked (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (consumer, source, position) DO UPDATE SET event_key = excluded.event_key, event = excluded.event,
    state = excluded.state, attempts = excluded.attempts, error = excluded.error, parked_at = excluded.parked_at`

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
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const query = `SELECT ${COLUMNS} FROM banyan_parked ${where} ORDER BY position, consumer, source LIMIT ?`
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
