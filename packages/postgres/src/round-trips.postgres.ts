import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store, StoreTransaction, Sql } from 'banyan/store'
import { testProxy } from './test-proxy.ts'
import { testServer } from './test-server.ts'

const TABLE = { id: '001-table', sql: 'CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT NOT NULL)' }
const ADD = 'INSERT INTO thing VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET n = thing.n + 1'
const READ = 'SELECT n FROM thing WHERE id = ?'

/** Opens a store and returns how to count the round trips of what is done with it, once its statements are prepared. */
async function counted(): Promise<AsyncDisposable & { store: Store<Sql>; trips(work: () => Promise<unknown>): Promise<number> }> {
  const server = await testServer()
  const proxy = await testProxy(server.url)
  const store = await server.open({ url: proxy.url, migrations: [TABLE] })
  return {
    store,
    async trips(work) {
      for (let use = 0; use < 4; use++) await work()
      const before = proxy.batches('thing')
      await work()
      return proxy.batches('thing') - before
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
    },
  }
}

test('statements that are asked for together share a round trip', async () => {
  await using opened = await counted()
  const trips = await opened.trips(() =>
    opened.store.transaction(({ database: sql }) => Promise.all([sql.run(ADD, 'a'), sql.run(ADD, 'b'), sql.get(READ, 'a')])),
  )
  assert.equal(trips, 2, 'one for them, one for COMMIT')
})

test('what nobody waits for travels with COMMIT', async () => {
  await using opened = await counted()
  const trips = await opened.trips(() =>
    opened.store.transaction(async ({ database: sql }) => {
      sql.write(ADD, 'a')
      sql.write(ADD, 'b')
    }),
  )
  assert.equal(trips, 1)
})

test('what a transaction left for before the commit travels with the next of its group', async () => {
  await using opened = await counted()
  const body = async (tx: StoreTransaction<Sql>): Promise<void> => {
    await tx.database.get(READ, 'a')
    tx.beforeCommit(() => tx.database.run(ADD, 'a'))
  }
  const trips = await opened.trips(() => Promise.all(Array.from({ length: 10 }, () => opened.store.transaction(body))))
  assert.equal(trips, 12, 'ten reads, the last one’s work, COMMIT')
})

test('a snapshot with one statement begins and ends in its round trip; one that goes on learns to end later', async () => {
  await using opened = await counted()
  const { store } = opened
  assert.equal(await opened.trips(() => store.read(({ database: sql }) => sql.get(READ, 'a'))), 1)
  let runs = 0
  const twice = (): Promise<number> =>
    store.read(async ({ database: sql }) => {
      runs++
      const [first] = await sql.all<{ n: number }>('SELECT count(*) AS n FROM thing')
      const [second] = await sql.all<{ n: number }>('SELECT count(*) AS n FROM thing WHERE n > 0')
      return (first?.n ?? -1) - (second?.n ?? -1)
    })
  assert.equal(await opened.trips(twice), 3, 'two for the statements, one for its end, for which nobody waits')
  assert.equal(runs, 6, 'the first one ran again')
})
