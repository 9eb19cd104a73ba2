import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError, createRuntime, type Logger } from 'banyan/kernel'
import { testServer } from './test-server.ts'

const TABLE = { id: '001-table', sql: 'CREATE TABLE thing (id TEXT PRIMARY KEY)' }

const withOption = (url: string, option: string): string => {
  const changed = new URL(url)
  changed.searchParams.set('options', option)
  return changed.href
}

async function failure(work: Promise<unknown>): Promise<Error | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    return error as Error
  }
}

test('five processes that start at once bring the schema up to date once', async () => {
  await using server = await testServer()
  const stores = await Promise.all(Array.from({ length: 5 }, () => server.open({ migrations: [TABLE] })))
  await Promise.all(stores.map((store, index) => store.transaction((tx) => tx.database.run('INSERT INTO thing VALUES (?)', `t${index}`))))
  const row = await stores[0]?.read((tx) => tx.database.get<{ count: number }>('SELECT COUNT(*) AS count FROM thing'))
  assert.equal(row?.count, 5)
  assert.equal(stores[0]?.features.durability, 'power')
})

test('services with odd names do not see each other', async () => {
  await using server = await testServer()
  for (const service of ['Two Words', 'say "hi"', String.raw`back\slash`, "it's; DROP", 'ünï']) {
    const store = await server.open({ service, migrations: [TABLE] })
    await store.transaction((tx) => tx.database.run('INSERT INTO thing VALUES (?)', service))
    const rows = await store.read((tx) => tx.database.all('SELECT id FROM thing LIMIT 10'))
    assert.deepEqual(rows, [{ id: service }])
  }
})

test('a server that would lose commits is refused, unless a test asks for it', async () => {
  await using server = await testServer()
  const url = withOption(server.url, '-c synchronous_commit=off')
  await assert.rejects(server.open({ url }), /synchronous_commit is off/)
  const store = await server.open({ url, allowUnsafe: true })
  assert.equal(store.features.durability, 'process')
})

test('a wrong password, database or address is refused with what to do, and never with the password', async () => {
  await using server = await testServer()
  const wrong = (change: (url: URL) => void): string => {
    const url = new URL(server.url)
    url.password = 'hunter2-hunter2'
    change(url)
    return url.href
  }
  const lines: string[] = []
  const line = (message: string, fields?: object): number => lines.push(message + JSON.stringify(fields))
  const log: Logger = { debug: line, info: line, warn: line, error: line, with: () => log }
  const runtime = createRuntime({ log })
  const cases = [wrong(() => {}), wrong((url) => (url.port = '1')), wrong((url) => (url.hostname = 'no-such-host.invalid'))]
  for (const url of cases) {
    const error = await failure(server.open({ url, runtime }))
    if (error === undefined) continue // a server that trusts everyone accepts any password
    assert.ok(error instanceof BanyanError && ['misuse', 'unavailable'].includes(error.code), error.message)
    const shown = [error.message, String(error.cause), JSON.stringify(error), ...lines].join()
    assert.ok(!shown.includes('hunter2'), shown)
  }
  const missing = new URL(server.url)
  missing.pathname = '/no_such_database'
  await assert.rejects(server.open({ url: missing.href }), /CREATE DATABASE/)
})

test('a schema that a newer program migrated is refused', async () => {
  await using server = await testServer()
  await server.open({ migrations: [TABLE, { id: '002-more', sql: 'CREATE TABLE more (id TEXT)' }] })
  await assert.rejects(server.open({ migrations: [TABLE] }), { code: 'data_newer' })
})

test('the release before goes on beside one that has migrated, and does not start again', async () => {
  await using server = await testServer()
  const before = await server.open({ migrations: [TABLE] })
  const put = (store: typeof before, id: string) => store.transaction((tx) => tx.database.run('INSERT INTO thing (id) VALUES (?)', id))
  await put(before, 'a')
  const next = { id: '002-more', sql: "ALTER TABLE thing ADD COLUMN colour TEXT NOT NULL DEFAULT 'none'" }
  const after = await server.open({ migrations: [TABLE, next] })
  await Promise.all([put(before, 'b'), put(after, 'c')])
  for (const store of [before, after]) {
    const rows = await store.read((tx) => tx.database.all<{ id: string }>('SELECT * FROM thing ORDER BY id LIMIT 10'))
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['a', 'b', 'c'],
    )
  }
  await before.ping()
  await assert.rejects(server.open({ migrations: [TABLE] }), { code: 'data_newer' })
})

test('a migration that fails leaves nothing behind, and names the schema or the statement', async () => {
  await using server = await testServer()
  const broken = { id: '002-broken', sql: 'CREATE TABLE half (id TEXT); CREATE TABLE thing (id TEXT)' }
  await assert.rejects(server.open({ migrations: [TABLE, broken] }), /thing.* already exists/)
  const store = await server.open({ migrations: [TABLE] })
  assert.equal(
    await store.read((tx) => tx.database.get("SELECT 1 AS one FROM pg_tables WHERE tablename = 'half' AND schemaname = current_schema()")),
    undefined,
  )
})

test('a column that another process adds under a prepared statement disturbs nobody', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLE] })
  const query = (): Promise<unknown> => store.transaction((tx) => tx.database.all('SELECT * FROM thing LIMIT 1'))
  for (let use = 0; use < 5; use++) await query()
  const client = await server.connect()
  await client.query("ALTER TABLE thing ADD COLUMN colour TEXT DEFAULT 'red'")
  await store.transaction((tx) => tx.database.run("INSERT INTO thing (id) VALUES ('a')"))
  const { value } = (await query()) as { value: unknown }
  assert.deepEqual(value, [{ id: 'a', colour: 'red' }])
})
