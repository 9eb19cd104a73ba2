import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testProxy } from './test-proxy.ts'
import { testServer } from './test-server.ts'

const TABLE = { id: '001-table', sql: 'CREATE TABLE thing (id TEXT PRIMARY KEY)' }

test('behind a pooler that drops start-up options each service works in its own schema, with its time limits', async () => {
  await using server = await testServer()
  await using proxy = await testProxy(server.url, { dropsOptions: true })
  const stores = await Promise.all(['test', 'other'].map((service) => server.open({ service, url: proxy.url, migrations: [TABLE] })))
  for (const [index, store] of stores.entries()) {
    await store.transaction((tx) => tx.database.run('INSERT INTO thing VALUES (?)', `of ${index}`))
    const seen = await store.read((tx) => tx.database.all('SELECT id FROM thing LIMIT 10'))
    assert.deepEqual(seen, [{ id: `of ${index}` }])
    const limit = await store.read((tx) => tx.database.get<{ limit: string }>("SELECT current_setting('statement_timeout') AS limit"))
    assert.equal(limit?.limit, '10s')
  }
  const client = await server.connect()
  const { rows } = await client.query(
    "SELECT nspname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relname = 'thing' AND nspname = 'public'",
  )
  assert.deepEqual(rows, [], 'nothing was made elsewhere')
})
