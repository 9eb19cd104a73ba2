// What is asked about accounts and their trail while others wait costs the same however many there are.
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { countingSql } from 'banyan/store/sqlite/testsuite'
import { accountRecords } from './account-records.ts'
import { auditRecords } from './audit-records.ts'
import { migrations } from './tables.ts'

const SIZES = [2_000, 6_000] as const
/** Steps of SQLite's machine that nobody has to explain. */
const SLACK = 500

test('whether another admin can sign in costs the same however many accounts there are, and admins who may not sign in do not count', async () => {
  const costs: number[] = []
  for (const size of SIZES) {
    using database = filled(size)
    const { sql, steps } = countingSql(database)
    const accounts = accountRecords(sql)
    assert.deepEqual([await accounts.hasOtherAdmin('root'), await accounts.hasOtherAdmin('user-1')], [false, true])
    database.exec(`UPDATE account SET roles = '["customer","admin"]' WHERE id = 'user-${size}'`)
    assert.equal(await accounts.hasOtherAdmin('root'), true)
    costs.push(steps())
  }
  assertSame(costs)
})

test("one action in one user's trail costs the same however often either comes", async () => {
  const costs: number[] = []
  for (const size of SIZES) {
    using database = filled(size)
    const { sql, steps } = countingSql(database)
    const trail = auditRecords(sql)
    assert.equal((await trail.list({ userId: 'root', action: 'login_failed', limit: 100 })).length, 1)
    assert.equal((await trail.list({ userId: 'root', action: 'password_changed', limit: 100 })).length, 100)
    assert.equal((await trail.list({ userId: 'root', action: 'login_failed', cursor: 'a', limit: 100 })).length, 0)
    costs.push(steps())
  }
  assertSame(costs)
})

function assertSame([few = 0, many = 0]: readonly number[]): void {
  assert.ok(many <= few + SLACK, `${few} steps with ${SIZES[0]}, ${many} with ${SIZES[1]}`)
}

/** An admin, `count` customers, as many admins who are disabled; a trail in which one has done one thing, and others another, so often. */
function filled(count: number): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  for (const { sql } of migrations) database.exec(sql)
  const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})`
  const account = (from: string): string => `${numbers} INSERT INTO account
    (id, status, roles, marketing_consent, created_at, updated_at, version) ${from}`
  database.exec(account(`SELECT 'user-' || n, 'active', '["customer"]', 0, n, n, 1 FROM numbers`))
  database.exec(account(`SELECT 'gone-' || n, 'disabled', '["admin"]', 0, n, n, 1 FROM numbers`))
  database.exec(account(`SELECT 'root', 'active', '["admin"]', 0, 0, 0, 1`))
  const entry = (from: string): string =>
    `${numbers} INSERT INTO account_audit (id, at, action, user_id, actor_kind, actor_id, expires_at) ${from}`
  database.exec(entry(`SELECT 'b' || n, n, 'password_changed', 'root', 'user', 'root', 0 FROM numbers`))
  database.exec(entry(`SELECT 'c' || n, n, 'login_failed', 'user-' || n, 'user', 'x', 0 FROM numbers`))
  database.exec(entry(`SELECT 'a', 0, 'login_failed', 'root', 'user', 'x', 0`))
  return database
}
