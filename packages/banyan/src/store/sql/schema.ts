import type { Migration } from '../migration.ts'
import { POSTGRES_OUTBOX, SQLITE_OUTBOX } from './outbox-table.ts'
import { RESTING_SAGAS } from './resting-sagas.ts'

/** Where the databases differ in the definition of a table. */
interface Words {
  /** A key that the database counts up by itself and never uses twice. */
  readonly serial: string
  /** Appended to tables of small rows that are only ever found by their key: SQLite then keeps one tree instead of two. */
  readonly keyed: string
}

const SQLITE: Words = { serial: 'INTEGER PRIMARY KEY AUTOINCREMENT', keyed: ' WITHOUT ROWID' }
const POSTGRES: Words = { serial: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY', keyed: '' }

/** Ids that start so belong to the toolkit; a service's own migrations may not use it. */
export const TOOLKIT_MIGRATION_PREFIX = 'banyan-'

/**
 * Ended sagas by their age, and parked events by what is to be done with them: neither is ever looked for among all the others.
 */
const RETENTION_INDEXES = `
CREATE INDEX banyan_saga_ended ON banyan_saga (updated_at, id) WHERE status IN ('completed', 'compensated');
CREATE INDEX banyan_parked_state ON banyan_parked (consumer, source, state, position);`

/** Since when a timer waits that is no appointment. */
const WAITS = 'ALTER TABLE banyan_timer ADD COLUMN waits_since BIGINT'

/** Whom the handler of a kept answer let pass. */
const PERMITS = 'ALTER TABLE banyan_idempotency ADD COLUMN permits TEXT'

/** Whether the keys of a saga's calls carry its service; those that were begun before go on without. */
const CALLER_KEYS = 'ALTER TABLE banyan_saga ADD COLUMN caller_keys INTEGER NOT NULL DEFAULT 0'

/**
 * Sagas that have not ended by who has them, what they are and when they wake; timers by since when they wait; parked events of a key in their
 * order. What is not due is not read.
 */
const REST_INDEXES = `
DROP INDEX banyan_parked_key;
CREATE INDEX banyan_parked_key ON banyan_parked (consumer, source, event_key, position);
DROP INDEX banyan_saga_open;
CREATE INDEX banyan_saga_rest ON banyan_saga (owner, name, version, wake_at, status, id) WHERE status NOT IN ('completed', 'compensated');
CREATE INDEX banyan_timer_waits ON banyan_timer (waits_since) WHERE waits_since IS NOT NULL;`

/**
 * The toolkit's own tables in a service's database, all named `banyan_…`. They stand beside the service's tables because the
 * records must commit with the service's changes (P1). Times are epoch milliseconds, documents JSON text, booleans 0 and 1.
 */
export const toolkitMigrations: readonly Migration[] = [
  { id: 'banyan-001-outbox', sql: { sqlite: SQLITE_OUTBOX, postgres: POSTGRES_OUTBOX } },
  variants('banyan-002-consumption', consumptionTables),
  variants('banyan-003-requests', requestTables),
  variants('banyan-004-sagas', sagaTables),
  variants('banyan-005-readers', readerTables),
  { id: 'banyan-006-retention', sql: RETENTION_INDEXES },
  {
    id: 'banyan-007-history',
    sql: { sqlite: history('lower(hex(randomblob(16)))'), postgres: history("replace(CAST(gen_random_uuid() AS TEXT), '-', '')") },
  },
  { id: 'banyan-008-pauses', sql: 'ALTER TABLE banyan_attempt ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;' },
  { id: 'banyan-009-waits', sql: WAITS },
  { id: 'banyan-010-permits', sql: PERMITS },
  { id: 'banyan-011-rests', sql: { sqlite: `${REST_INDEXES}${RESTING_SAGAS}`, postgres: REST_INDEXES } },
  variants('banyan-012-log-readers', logReaderTable),
  { id: 'banyan-013-caller-keys', sql: CALLER_KEYS },
]

function variants(id: string, text: (words: Words) => string): Migration {
  return { id, sql: { sqlite: text(SQLITE), postgres: text(POSTGRES) } }
}

function consumptionTables({ keyed }: Words): string {
  return `
CREATE TABLE banyan_cursor (
  consumer TEXT NOT NULL, source TEXT NOT NULL, position BIGINT NOT NULL, epoch BIGINT NOT NULL,
  PRIMARY KEY (consumer, source))${keyed};
CREATE TABLE banyan_consumed (
  consumer TEXT NOT NULL, source TEXT NOT NULL, position BIGINT NOT NULL,
  PRIMARY KEY (consumer, source, position))${keyed};
CREATE TABLE banyan_attempt (
  consumer TEXT NOT NULL, source TEXT NOT NULL, position BIGINT NOT NULL, attempts INTEGER NOT NULL,
  PRIMARY KEY (consumer, source, position))${keyed};
CREATE TABLE banyan_parked (
  consumer TEXT NOT NULL, source TEXT NOT NULL, position BIGINT NOT NULL, event_key TEXT NOT NULL, event TEXT NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL, error TEXT, parked_at BIGINT NOT NULL,
  PRIMARY KEY (consumer, source, position));
CREATE INDEX banyan_parked_key ON banyan_parked (consumer, source, event_key);`
}

function requestTables({ serial, keyed }: Words): string {
  return `
CREATE TABLE banyan_idempotency (
  scope TEXT NOT NULL, request_key TEXT NOT NULL, fingerprint TEXT NOT NULL, state TEXT NOT NULL, reply TEXT, expires_at BIGINT NOT NULL,
  PRIMARY KEY (scope, request_key))${keyed};
CREATE INDEX banyan_idempotency_expiry ON banyan_idempotency (expires_at);
CREATE TABLE banyan_timer (
  id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, due_at BIGINT NOT NULL, data TEXT NOT NULL, attempts INTEGER NOT NULL,
  correlation_id TEXT NOT NULL);
CREATE INDEX banyan_timer_due ON banyan_timer (due_at, id);
CREATE TABLE banyan_audit (
  number ${serial}, happened_at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL);`
}

function sagaTables({ serial, keyed }: Words): string {
  return `
CREATE TABLE banyan_saga (
  id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL, output TEXT, failure TEXT,
  committed INTEGER NOT NULL, rollback_requested TEXT, wake_at BIGINT, deadline_at BIGINT, owner TEXT, epoch BIGINT NOT NULL,
  correlation_id TEXT NOT NULL, traceparent TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE INDEX banyan_saga_open ON banyan_saga (wake_at) WHERE status NOT IN ('completed', 'compensated');
CREATE INDEX banyan_saga_correlation ON banyan_saga (correlation_id);
CREATE TABLE banyan_saga_step (
  saga_id TEXT NOT NULL, name TEXT NOT NULL, step_number INTEGER NOT NULL, state TEXT NOT NULL, output TEXT, error TEXT,
  attempts INTEGER NOT NULL, compensation_attempts INTEGER NOT NULL, started_at BIGINT NOT NULL, ended_at BIGINT,
  PRIMARY KEY (saga_id, name))${keyed};
CREATE TABLE banyan_saga_signal (
  number ${serial}, saga_id TEXT NOT NULL, name TEXT NOT NULL, signal_id TEXT NOT NULL, data TEXT NOT NULL,
  consumed INTEGER NOT NULL, received_at BIGINT NOT NULL, UNIQUE (saga_id, signal_id));
CREATE TABLE banyan_lease (
  instance TEXT NOT NULL PRIMARY KEY, expires_at BIGINT NOT NULL, taken_over INTEGER NOT NULL)${keyed};`
}

/** What tells a log, and a whole database, from an older copy or another one: the newest event that a consumer read, and a name drawn once. */
function history(random: string): string {
  return `
ALTER TABLE banyan_cursor ADD COLUMN read_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE banyan_cursor ADD COLUMN read_id TEXT;
ALTER TABLE banyan_consumed ADD COLUMN event_id TEXT;
INSERT INTO banyan_meta (name, value) VALUES ('identity', ${random});`
}

/** Who reads this log in other processes. */
function logReaderTable({ keyed }: Words): string {
  return `
CREATE TABLE banyan_reader (
  service TEXT NOT NULL, consumer TEXT NOT NULL, position BIGINT NOT NULL, seen_at BIGINT NOT NULL, forgotten_at BIGINT,
  PRIMARY KEY (service, consumer))${keyed};`
}

/** Which instance reads for a consumer, and the generations of projections. */
function readerTables({ keyed }: Words): string {
  return `
CREATE TABLE banyan_holder (
  name TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, expires_at BIGINT NOT NULL)${keyed};
CREATE TABLE banyan_projection (
  name TEXT NOT NULL, generation INTEGER NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL, table_names TEXT NOT NULL,
  PRIMARY KEY (name, generation))${keyed};`
}
