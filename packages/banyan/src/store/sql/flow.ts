import type { StoredEvent } from '../feed.ts'
import type { SqlReader } from '../sql.ts'
import { boundedLimit } from './bounded-limit.ts'
import { STORED_EVENT_COLUMNS, storedEvent, type StoredEventRow } from './outbox-table.ts'

const FLOW = `SELECT ${STORED_EVENT_COLUMNS} FROM banyan_outbox WHERE correlation_id = ? AND position IS NOT NULL ORDER BY position LIMIT ?`

/** Returns the events of one business flow in a service's own log, oldest first. For people who follow a flow, not for consumers. */
export async function eventsOfFlow(sql: SqlReader, correlationId: string, limit: number): Promise<StoredEvent[]> {
  const rows = await sql.all<StoredEventRow>(FLOW, correlationId, boundedLimit(limit))
  return rows.map(storedEvent)
}
