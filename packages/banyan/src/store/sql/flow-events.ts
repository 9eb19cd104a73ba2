import type { FlowEvents } from '../records/log-records.ts'
import type { SqlReader } from '../sql.ts'
import { boundedLimit } from '../records/bounded-limit.ts'
import { columnsWith } from './columns.ts'
import { shown } from './shown.ts'
import { STORED_EVENT_COLUMNS, storedEvent, type StoredEventRow } from './outbox-table.ts'

const FLOW = `SELECT ${columnsWith(STORED_EVENT_COLUMNS, { data: shown('data') })} FROM banyan_outbox WHERE correlation_id = ? AND position IS NOT NULL ORDER BY position LIMIT ?`

/** Returns the first events of one business flow in a service's own log, `limit` at most. For people who follow a flow, not for consumers. */
export async function eventsOfFlow(sql: SqlReader, correlationId: string, limit: number): Promise<FlowEvents> {
  const most = boundedLimit(limit)
  const rows = await sql.all<StoredEventRow>(FLOW, correlationId, most + 1)
  return { events: rows.slice(0, most).map(storedEvent), more: rows.length > most }
}
