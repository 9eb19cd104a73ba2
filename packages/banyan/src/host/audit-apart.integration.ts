import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, Type } from '../contract/index.ts'
import { createRuntime } from '../kernel/runtime.ts'
import { define } from '../service/define/define.ts'
import { service } from '../service/define/service.ts'
import { store } from '../store/definition.ts'
import { sqliteStores } from '../store/sqlite/index.ts'
import { temporaryDirectory } from '../store/sqlite/temporary-directory.testsuite.ts'
import { platform } from './platform.ts'
import { startPlatform } from './start-platform.ts'

const counters = contract('counters', {
  operations: {
    count: command('POST /api/counters', { input: Type.Object({}), output: Type.Object({ at: Type.Integer() }), access: 'internal' }),
  },
})
const tables = store({
  migrations: [{ id: '001-counter', sql: 'CREATE TABLE counter (at BIGINT NOT NULL)' }],
  repository: () => ({}),
})
const { operation, definition } = define(counters, { store: tables })
const count = operation('count', async (_input, { transaction }) =>
  transaction(async ({ sql }) => ({ at: await sql.run('INSERT INTO counter (at) VALUES (1)') })),
)

/** A statement of about a second: what an audit reads of millions of rows. */
const LONG = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 4000000) SELECT COUNT(*) AS "count" FROM numbers`

test('customers are served while an audit reads, and the audit keeps its snapshot', async () => {
  await using directory = await temporaryDirectory()
  const shop = platform({
    services: [service(definition, { operations: [count] })],
    invariants: async ({ open }) => {
      const { before, after } = await open('counters', async (sql) => {
        const before = await sql.all('SELECT at FROM counter')
        await sql.get(LONG)
        return { before, after: await sql.all('SELECT at FROM counter') }
      })
      return [{ invariant: 'rows', subject: 'counter', expected: String(before.length), actual: String(after.length) }]
    },
  })
  const running = await startPlatform(shop, {
    runtime: createRuntime(),
    stores: sqliteStores({ directory: directory.path }),
    directory: directory.path,
    environment: {},
  })
  try {
    const client = running.client(counters)
    await client.count({})
    let served = 0
    let isOver = false
    const audit = running.admin.violations().finally(() => (isOver = true))
    const customer = (async () => {
      while (!isOver) {
        await client.count({})
        served++
      }
    })()
    const [found] = await Promise.all([audit, customer])
    assert.equal(found[0]?.actual, found[0]?.expected, 'the audit keeps its snapshot')
    assert.ok(served > 5, `${served} calls were answered while the audit read`)
  } finally {
    await running.stop()
  }
})
