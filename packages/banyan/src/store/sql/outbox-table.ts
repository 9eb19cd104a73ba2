import type { NewEvent, StoredEvent } from '../records/feed.ts'
import type { SqlValue } from '../sql.ts'

const EVENT_COLUMNS = `
  event_id TEXT NOT NULL, type TEXT NOT NULL, version INTEGER NOT NULL, event_key TEXT NOT NULL, occurred_at BIGINT NOT NULL,
  data TEXT NOT NULL, correlation_id TEXT NOT NULL, causation_id TEXT NOT NULL, traceparent TEXT NOT NULL`

/**
 * SQLite has one writer, so the order of rows is the order of commits and the row's number is the position.
 * AUTOINCREMENT, because without it the highest number would be used again after its row is deleted.
 */
export const SQLITE_OUTBOX = `CREATE TABLE banyan_outbox (position INTEGER PRIMARY KEY AUTOINCREMENT, ${EVENT_COLUMNS});
CREATE INDEX banyan_outbox_flow ON banyan_outbox (correlation_id);`

/**
 * PostgreSQL commits in another order than it counts, so `number` is not a position: a sequencer gives committed rows their
 * dense `position` afterwards, from the one row of `banyan_sequencer`.
 */
export const POSTGRES_OUTBOX = `
CREATE TABLE banyan_outbox (number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, position BIGINT UNIQUE, ${EVENT_COLUMNS});
CREATE INDEX banyan_outbox_flow ON banyan_outbox (correlation_id);
CREATE INDEX banyan_outbox_unsequenced ON banyan_outbox (number) WHERE position IS NULL;
CREATE TABLE banyan_sequencer (one INTEGER PRIMARY KEY CHECK (one = 1), position BIGINT NOT NULL);
INSERT INTO banyan_sequencer (one, position) VALUES (1, 0);`

/** Columns of a new event, in the order of {@link newEventValues}. */
export const NEW_EVENT_COLUMNS = 'event_id, type, version, event_key, occurred_at, data, correlation_id, causation_id, traceparent'

/** Columns of a {@link StoredEventRow}. */
export const STORED_EVENT_COLUMNS = `position, ${NEW_EVENT_COLUMNS}`

/** One row of `banyan_outbox` that has its position. */
export interface StoredEventRow {
  readonly position: number
  readonly event_id: string
  readonly type: string
  readonly version: number
  readonly event_key: string
  readonly occurred_at: number
  readonly data: string
  readonly correlation_id: string
  readonly causation_id: string
  readonly traceparent: string
}

/** Values of {@link NEW_EVENT_COLUMNS}. */
export function newEventValues(event: NewEvent): SqlValue[] {
  const { id, type, version, key, time, data, correlationId, causationId, traceparent } = event
  return [id, type, version, key, time, data, correlationId, causationId, traceparent]
}

/** Turns a row into an event. */
export function storedEvent(row: StoredEventRow): StoredEvent {
  return {
    position: row.position,
    id: row.event_id,
    type: row.type,
    version: row.version,
    key: row.event_key,
    time: row.occurred_at,
    data: row.data,
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    traceparent: row.traceparent,
  }
}
