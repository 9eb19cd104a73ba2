import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime } from '../../kernel/runtime.ts'
import type { Sql, SqlValue } from '../sql.ts'
import { SqlConsumptionRecords } from '../sql/consumption-records.ts'
import { SqlIdempotencyRecords } from '../sql/idempotency-records.ts'
import { SqlRetentionRecords } from '../sql/retention-records.ts'
import { SqlSagaRecords } from '../sql/saga-records.ts'
import { storeSize } from '../sql/store-size.ts'
import { SqlTimerRecords } from '../sql/timer-records.ts'
import { temporaryDirectory } from './temporary-directory.testsuite.ts'
import { sqliteStores } from './sqlite-stores.ts'

/** A plan that reads through a table that grows with the work of a service, by rows or by a whole index. Leases are as many as processes. */
function readsThrough(plan: string): boolean {
  return /^SCAN (?!banyan_lease\b)(banyan_\w+|[a-z]) /.test(plan) && !(/^SCAN \w+ USING /.test(plan) && plan.includes('LIMIT'))
}

/** Answers as an empty database would, and keeps how SQLite goes about each statement. */
function planner(explain: (query: string, values: readonly SqlValue[]) => Promise<{ detail: string }[]>): { sql: Sql; plans: string[] } {
  const plans: string[] = []
  const note = async (query: string, values: readonly SqlValue[]): Promise<void> => {
    for (const { detail } of await explain(`EXPLAIN QUERY PLAN ${query}`, values)) plans.push(`${detail} — in: ${query}`)
  }
  const sql: Sql = {
    dialect: 'sqlite',
    get: (query, ...values) => note(query, values).then(() => undefined),
    all: async (query, ...values) => (await note(query, values), []),
    run: async (query, ...values) => (await note(query, values), 1),
    write: (query, ...values) => void note(query, values),
  }
  return { sql, plans }
}

test('nothing that runs by itself reads through a table that grows', async () => {
  await using directory = await temporaryDirectory()
  const store = await sqliteStores({ directory: directory.path }).open({ service: 'test', migrations: [], runtime: createRuntime() })
  const { sql, plans } = planner((query, values) => store.read((tx) => tx.sql.all<{ detail: string }>(query, ...values)))
  const consumption = new SqlConsumptionRecords(sql)
  const filter = { consumer: 'c', source: 's', limit: 10 }
  const sagas = new SqlSagaRecords(sql)
  const retention = new SqlRetentionRecords(sql)
  const timers = new SqlTimerRecords(sql)
  await consumption.parked({ ...filter, state: 'redriving' })
  await consumption.parked({ ...filter, key: 'k' })
  await consumption.isParked('c', 's', 'k')
  await consumption.parkedCount('c', 's', 10)
  await consumption.keysUnderway('c', 's', 10)
  await consumption.recorded('c', 's')
  await sagas.claim('me', 1, 10, [{ name: 'n', version: 1 }])
  await sagas.nextWake([{ name: 'n', version: 1 }])
  await sagas.owned('me', 10)
  await sagas.stuck('', 10)
  await timers.due(1, 10)
  await timers.nextDue()
  await new SqlIdempotencyRecords(sql, () => 1).prune(1, 10)
  await retention.removeSagas(1, 10)
  await retention.removeEvents(1, 1, 10)
  await storeSize(sql)
  await store.close()
  assert.deepEqual(plans.filter(readsThrough), [])
  assert.ok(plans.length > 15)
})
