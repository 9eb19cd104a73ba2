import { SqlRecords } from '../sql-records.ts'
import type { Sql } from '../../sql.ts'
import { COST_NOW } from '../../suite/store-costs.testsuite.ts'
import type { CountedRecords } from '../../suite/store-harness.testsuite.ts'

/** Runs a script with placeholders. */
export type RunScript = (query: string, ...values: readonly number[]) => Promise<unknown>

/** Adds rows of each kind of the toolkit's records, as `CountedDatabase.fill` says. */
export async function fillCounted(run: RunScript, first: number, last: number): Promise<void> {
  for (const text of FILL) await run(`${NUMBERS} ${text}`, first, last)
}

/** The toolkit's records on statements that are counted. */
export function countedRecords(sql: Sql): CountedRecords {
  return new SqlRecords(sql, () => COST_NOW)
}

const NUMBERS = 'WITH RECURSIVE numbers (n) AS (SELECT CAST(? AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)'

const saga = (id: string, kind: string, state: string): string =>
  `INSERT INTO banyan_saga (id, name, version, status, wake_at, owner, updated_at, input, committed, epoch, correlation_id, traceparent, created_at)
   SELECT '${id}-' || n, ${kind}, ${state}, '{}', 0, 1, 'flow-' || n, 't', 1 FROM numbers`

/** Far from due, or of a kind that this build does not know, or over. */
const FILL = [
  saga('waiting', "'order', 2", "'waiting', 8640000000000000, NULL, 5"),
  saga('sleeping', "'order', 2", `'waiting', ${COST_NOW} + 1 + n, NULL, 5`),
  saga('retrying', "'order', 2", `'running', ${COST_NOW} + 1 + n, NULL, 5`),
  saga('stuck', "'order', 2", "'stuck', NULL, NULL, 5"),
  saga('ended', "'order', 2", `'completed', NULL, NULL, ${COST_NOW} + n`),
  saga('older', "'order', 1", "'waiting', 0, NULL, 5"),
  `INSERT INTO banyan_saga_signal (saga_id, name, signal_id, data, consumed, received_at) SELECT 'waiting-' || n, 'go', 's', '{}', 1, ${COST_NOW} FROM numbers`,
  `INSERT INTO banyan_timer (id, name, due_at, data, attempts, correlation_id, waits_since)
   SELECT 'timer-' || n, 't', ${COST_NOW} + n, '{}', 0, 'c', CASE n % 2 WHEN 0 THEN ${COST_NOW} - n END FROM numbers`,
  `INSERT INTO banyan_idempotency (scope, request_key, fingerprint, state, reply, expires_at)
   SELECT 'place', 'key-' || n, 'f', 'succeeded', '{}', ${COST_NOW} + n FROM numbers`,
  `INSERT INTO banyan_audit (happened_at, actor, action, subject, reason) SELECT ${COST_NOW} + n, 'a', 'b', 'c', 'd' FROM numbers`,
  `INSERT INTO banyan_parked (consumer, source, position, event_key, event, state, attempts, error, parked_at)
   SELECT 'c', 's', n, 'key-' || n, '{}', 'failed', 5, 'no', 1 FROM numbers`,
  `INSERT INTO banyan_outbox (position, event_id, type, version, event_key, occurred_at, data, correlation_id, causation_id, traceparent)
   SELECT n, 'event-' || n, 'x', 1, 'k', ${COST_NOW}, '{}', 'flow-' || n, 'c', 't' FROM numbers`,
]
