import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SqlConsumptionRecords } from '../sql/consumption-records.ts'
import { SqlIdempotencyRecords } from '../sql/idempotency-records.ts'
import { openSagas } from '../sql/open-sagas.ts'
import { SqlRetentionRecords } from '../sql/retention-records.ts'
import { SqlSagaRecords } from '../sql/saga-records.ts'
import { storeSize } from '../sql/store-size.ts'
import { SqlTimerRecords } from '../sql/timer-records.ts'
import type { Sql } from '../sql.ts'
import type { CountedDatabase, StoreHarness } from './store-harness.testsuite.ts'

/** S18: what runs by itself costs by what is due. A database is filled three times with what waits or has ended; rows or steps are compared, not times. */
export function testCosts({ name, costs }: StoreHarness): void {
  const skip = typeof costs === 'string' ? `feature costs: ${costs}` : false
  test(`${name}: S18 what runs by itself costs by what is due, however much waits or has ended`, { skip }, async () => {
    if (typeof costs === 'string') return
    await using database = await costs.open()
    await assertCostsByWhatIsDue(database, costs.exceptions ?? {})
  })
}

/** What runs by itself, with every request, or for every saga. Nothing here may cost more because more waits or has ended. */
const WORK: Readonly<Record<string, (sql: Sql) => Promise<unknown>>> = {
  'a look for due sagas': (sql) => new SqlSagaRecords(sql).claim('me', NOW, 10, [KIND]),
  'when the next saga is due': (sql) => new SqlSagaRecords(sql).nextWake([KIND]),
  'the sagas that an instance has': (sql) => new SqlSagaRecords(sql).owned('me', 20),
  'a page of stuck sagas': (sql) => new SqlSagaRecords(sql).stuck(KIND, '', 10),
  'sagas after the clock was set back': (sql) => new SqlSagaRecords(sql).clockSetBack(NOW, { name: 'order', version: 3 }),
  'how many sagas are open': openSagas,
  'a page of signals': (sql) => new SqlSagaRecords(sql).pruneSignals(NOW, 10, 0),
  'taking a signal that is not there': (sql) => new SqlSagaRecords(sql).takeSignal('waiting-7', 'other'),
  'due timers': (sql) => new SqlTimerRecords(sql).due(NOW, 10),
  'when the next timer is due': (sql) => new SqlTimerRecords(sql).nextDue(),
  'timers after the clock was set back': (sql) => new SqlTimerRecords(sql).clockSetBack(NOW, 10),
  'expired answers': (sql) => new SqlIdempotencyRecords(sql, () => NOW).prune(NOW, 10),
  'sagas that ended long ago': (sql) => new SqlRetentionRecords(sql).removeSagas(1, 10),
  'old entries of the audit trail': (sql) => new SqlRetentionRecords(sql).removeAudit(1, 10),
  'old events': (sql) => new SqlRetentionRecords(sql).removeEvents(9, 1, 10),
  'keys to be redriven': (sql) => new SqlConsumptionRecords(sql).redrivingKeys('c', 's', 10),
  'parked events of a key': (sql) => new SqlConsumptionRecords(sql).parked({ ...READER, key: 'key-7', limit: 10 }),
  'whether a key is parked': (sql) => new SqlConsumptionRecords(sql).isParked('c', 's', 'key-7'),
  'how many events are parked': (sql) => new SqlConsumptionRecords(sql).parkedCount('c', 's', 10),
  'keys that are redriven': (sql) => new SqlConsumptionRecords(sql).keysUnderway('c', 's', 10),
  'positions behind the cursor': (sql) => new SqlConsumptionRecords(sql).recorded('c', 's'),
  'the size of the store': storeSize,
}

const NOW = 1_000_000
const KIND = { name: 'order', version: 2 }
const READER = { consumer: 'c', source: 's' }
/** Rows of each kind, at each look. PostgreSQL reads small tables through, whatever it has in the way of indexes. */
const SIZES = [500, 2_000, 8_000] as const
/** Four times as many rows may cost a level of a tree, and a little for how pages happen to be filled; not twice as much. */
const GROWTH_MAX = 1.5
/** Rows or steps that nobody has to explain. */
const SLACK = 100

async function assertCostsByWhatIsDue(database: CountedDatabase, exceptions: Readonly<Record<string, string>>): Promise<void> {
  const costs = new Map<string, number[]>()
  let rows = 0
  for (const size of SIZES) {
    for (const text of FILL) await database.run(`${NUMBERS} ${text}`, rows + 1, size)
    rows = size
    for (const [name, work] of Object.entries(WORK)) costs.set(name, [...(costs.get(name) ?? []), await database.cost(work)])
  }
  const growing = [...costs].filter(([name, each]) => exceptions[name] === undefined && grows(each))
  assert.deepEqual(growing, [], `cost with ${SIZES.join(', ')} rows of each kind`)
  assert.ok([...costs.values()].filter((each) => Math.max(...each) > 0).length > costs.size / 2, 'statements are counted')
}

function grows(costs: readonly number[]): boolean {
  const [few = 0, , many = 0] = costs
  return many > few * GROWTH_MAX + SLACK
}

const NUMBERS = 'WITH RECURSIVE numbers (n) AS (SELECT CAST(? AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)'

const saga = (id: string, kind: string, state: string): string =>
  `INSERT INTO banyan_saga (id, name, version, status, wake_at, owner, updated_at, input, committed, epoch, correlation_id, traceparent, created_at)
   SELECT '${id}-' || n, ${kind}, ${state}, '{}', 0, 1, 'flow-' || n, 't', 1 FROM numbers`

/** Far from due, or of a kind that this build does not know, or over. */
const FILL = [
  saga('waiting', "'order', 2", "'waiting', 8640000000000000, NULL, 5"),
  saga('sleeping', "'order', 2", `'waiting', ${NOW} + 1 + n, NULL, 5`),
  saga('retrying', "'order', 2", `'running', ${NOW} + 1 + n, NULL, 5`),
  saga('stuck', "'order', 2", "'stuck', NULL, NULL, 5"),
  saga('ended', "'order', 2", `'completed', NULL, NULL, ${NOW} + n`),
  saga('older', "'order', 1", "'waiting', 0, NULL, 5"),
  `INSERT INTO banyan_saga_signal (saga_id, name, signal_id, data, consumed, received_at) SELECT 'waiting-' || n, 'go', 's', '{}', 1, ${NOW} FROM numbers`,
  `INSERT INTO banyan_timer (id, name, due_at, data, attempts, correlation_id, waits_since)
   SELECT 'timer-' || n, 't', ${NOW} + n, '{}', 0, 'c', CASE n % 2 WHEN 0 THEN ${NOW} - n END FROM numbers`,
  `INSERT INTO banyan_idempotency (scope, request_key, fingerprint, state, reply, expires_at)
   SELECT 'place', 'key-' || n, 'f', 'succeeded', '{}', ${NOW} + n FROM numbers`,
  `INSERT INTO banyan_audit (happened_at, actor, action, subject, reason) SELECT ${NOW} + n, 'a', 'b', 'c', 'd' FROM numbers`,
  `INSERT INTO banyan_parked (consumer, source, position, event_key, event, state, attempts, error, parked_at)
   SELECT 'c', 's', n, 'key-' || n, '{}', 'failed', 5, 'no', 1 FROM numbers`,
  `INSERT INTO banyan_outbox (position, event_id, type, version, event_key, occurred_at, data, correlation_id, causation_id, traceparent)
   SELECT n, 'event-' || n, 'x', 1, 'k', ${NOW}, '{}', 'flow-' || n, 'c', 't' FROM numbers`,
]
