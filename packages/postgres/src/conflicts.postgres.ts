import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime, isToldElsewhere } from 'banyan/kernel'
import type { Store, Sql } from 'banyan/store'
import { testServer } from './test-server.ts'

const COUNTERS = {
  id: '001-counters',
  sql: `CREATE TABLE counter (id TEXT PRIMARY KEY, n BIGINT NOT NULL);
    INSERT INTO counter VALUES ('a', 0), ('b', 0)`,
}
const read = async (store: Store<Sql>, id: string): Promise<number | undefined> =>
  (await store.read((tx) => tx.database.get<{ n: number }>('SELECT n FROM counter WHERE id = ?', id)))?.n

test('read, think, write from two processes at once: no update is lost (S4)', async () => {
  await using server = await testServer()
  const stores = [await server.open({ migrations: [COUNTERS] }), await server.open({ migrations: [COUNTERS] })]
  const add = (store: Store<Sql>): Promise<unknown> =>
    store.transaction(async (tx) => {
      const row = await tx.database.get<{ n: number }>('SELECT n FROM counter WHERE id = ?', 'a')
      await tx.database.run('UPDATE counter SET n = ? WHERE id = ?', (row?.n ?? 0) + 1, 'a')
    })
  await Promise.all(Array.from({ length: 100 }, (_, index) => add(stores[index % 2] as Store<Sql>)))
  assert.equal(await read(stores[0] as Store<Sql>, 'a'), 100)
})

test('locks taken in opposite orders: the deadlock is resolved by running one again', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [COUNTERS], writers: 4 })
  const move = (from: string, to: string): Promise<unknown> =>
    store.transaction(async (tx) => {
      await tx.database.run('UPDATE counter SET n = n - 1 WHERE id = ?', from)
      await tx.database.run('UPDATE counter SET n = n + 1 WHERE id = ?', to)
    })
  await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? move('a', 'b') : move('b', 'a'))))
  assert.deepEqual([await read(store, 'a'), await read(store, 'b')], [0, 0])
})

test('a body that swallows the conflict, or turns it into its own error, runs again all the same', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [COUNTERS] })
  const client = await server.connect()
  for (const swallow of [() => {}, () => assert.fail('my own error')]) {
    let runs = 0
    await store.transaction(async (tx) => {
      runs++
      await tx.database.get('SELECT n FROM counter WHERE id = ?', 'a')
      if (runs === 1) await interfere(tx.database)
      await tx.database.run('UPDATE counter SET n = n + 1 WHERE id = ?', 'a').catch(swallow)
    })
    assert.equal(runs, 2)
  }
  assert.equal(await read(store, 'a'), 22)

  /** Another process changes the row between our read and our write; the body cannot await it, so a query of its own bridges the time. */
  async function interfere(sql: { get(query: string): Promise<unknown> }): Promise<void> {
    const changed = client.query("UPDATE counter SET n = n + 10 WHERE id = 'a'")
    await sql.get('SELECT pg_sleep(0.2)')
    await changed
  }
})

test('a body that swallows another error does not commit half of its work', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [COUNTERS] })
  const half = store.transaction(async (tx) => {
    await tx.database.run("UPDATE counter SET n = 5 WHERE id = 'b'")
    await tx.database.run("INSERT INTO counter VALUES ('a', 1)").catch(() => {})
  })
  await assert.rejects(half, /duplicate key/)
  assert.equal(await read(store, 'b'), 0)
})

test('a statement nobody awaited that fails takes the transaction with it', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [COUNTERS] })
  let stray: Promise<unknown> | undefined
  const body = store.transaction(async (tx) => {
    await tx.database.run("UPDATE counter SET n = 5 WHERE id = 'b'")
    stray = tx.database.run("INSERT INTO counter VALUES ('a', 1)").catch(() => 'failed')
  })
  await assert.rejects(body, /duplicate key/)
  assert.equal(await stray, 'failed')
  assert.equal(await read(store, 'b'), 0)
})

test('a transaction that is refused forever ends with what to do', async () => {
  await using server = await testServer()
  const runtime = createRuntime()
  const store = await server.open({ migrations: [COUNTERS], runtime })
  let runs = 0
  const refused = store.transaction(async (tx) => {
    runs++
    await tx.database.run("DO $$ BEGIN RAISE EXCEPTION 'made up' USING ERRCODE = '40001'; END $$")
  })
  await assert.rejects(refused, { code: 'unavailable', retry: 'safe' })
  assert.equal(runs, 12)
  await store.transaction((tx) => tx.database.run("UPDATE counter SET n = 1 WHERE id = 'a'"))
  assert.equal(await read(store, 'a'), 1, 'others go on')
})

test('statements started side by side run in their order, on one connection', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [COUNTERS] })
  const { value } = await store.transaction((tx) =>
    Promise.all([
      tx.database.run("UPDATE counter SET n = 1 WHERE id = 'a'"),
      tx.database.run("UPDATE counter SET n = n * 10 + 2 WHERE id = 'a'"),
      tx.database.get<{ n: number }>("SELECT n FROM counter WHERE id = 'a'"),
    ]),
  )
  assert.deepEqual(value, [1, 1, { n: 12 }])
})

test('a statement that a body began and does not await any more says that its error is told by the transaction', async () => {
  await using server = await testServer()
  const store = await server.open()
  let later: Promise<unknown> = Promise.resolve()
  const failed = store.transaction(async ({ database: sql }) => {
    later = sql.get('SELECT 1 / 0 AS wrong')
    later.catch(() => {}) // else the test itself would end by it, as the process would
    await sql.get('SELECT missing')
  })
  const error = await failed.catch((thrown: unknown) => thrown)
  assert.equal(await later.catch((thrown: unknown) => thrown), error)
  assert.ok(isToldElsewhere(error))
})
