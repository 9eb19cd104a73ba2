import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEvents } from './test-reader.ts'
import { anEvent, testServer } from './test-server.ts'

const TABLE = {
  id: '001-table',
  sql: "CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT NOT NULL); INSERT INTO thing VALUES ('locked', 0), ('free', 0)",
}

test('an event that cannot be stored fails its own transaction, not those of its group', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLE] })
  const outcomes = await Promise.allSettled(
    Array.from({ length: 12 }, (_, index) =>
      store.transaction(async (tx) => {
        await tx.database.run('INSERT INTO thing VALUES (?, 1)', `t${index}`)
        tx.emit(anEvent(index === 5 ? 'nul\0' : `k${index}`))
      }),
    ),
  )
  const failed = outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))
  assert.deepEqual(failed, [5])
  const events = await readEvents(store.feed, 11)
  assert.ok(events.every(({ key }) => key !== 'k5'))
  assert.equal(await store.read((tx) => tx.database.get("SELECT id FROM thing WHERE id = 't5'")), undefined)
})

test('what a member did before it failed is undone, what it saw of others stays theirs', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLE] })
  const add = (fail: boolean): Promise<unknown> =>
    store.transaction(async (tx) => {
      await tx.database.run("UPDATE thing SET n = n + 1 WHERE id = 'free'")
      tx.emit(anEvent('k'))
      if (fail) throw new Error('no')
    })
  const outcomes = await Promise.allSettled(Array.from({ length: 30 }, (_, index) => add(index % 3 === 0)))
  assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 10)
  assert.deepEqual(await store.read((tx) => tx.database.get("SELECT n FROM thing WHERE id = 'free'")), { n: 20 })
  await readEvents(store.feed, 20)
  assert.equal(await store.feed.head(), 20)
})

test('a member that fails undoes nothing of an earlier one whose work came late', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLE] })
  const late = store.transaction(async (tx) => {
    tx.beforeCommit(async () => {
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      await tx.database.run("INSERT INTO thing VALUES ('late', 1)")
    })
  })
  const failed = store.transaction(async (tx) => {
    await tx.database.get('SELECT n FROM thing LIMIT 1')
    throw new Error('no')
  })
  await assert.rejects(failed, /no/)
  await late
  assert.deepEqual(await store.read((tx) => tx.database.get("SELECT n FROM thing WHERE id = 'late'")), { n: 1 })
})

test('a work whose run was undone writes nothing more', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLE] })
  const add = "UPDATE thing SET n = n + 1 WHERE id = 'free'"
  const late = store.transaction(async (tx) => {
    tx.beforeCommit(async () => {
      await tx.database.run(add)
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      await tx.database.run(add)
    })
  })
  const failed = store.transaction(async (tx) => {
    await tx.database.get('SELECT n FROM thing LIMIT 1')
    throw new Error('no')
  })
  await assert.rejects(failed, /no/)
  await late
  assert.deepEqual(await store.read((tx) => tx.database.get("SELECT n FROM thing WHERE id = 'free'")), { n: 2 })
})

test('who waits for a lock of somebody else does not keep the others waiting', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLE] })
  const client = await server.connect()
  await client.query('BEGIN')
  await client.query("SELECT n FROM thing WHERE id = 'locked' FOR UPDATE")
  const stuck = store.transaction((tx) => tx.database.run("UPDATE thing SET n = n + 1 WHERE id = 'locked'"))
  const others = Array.from({ length: 40 }, () =>
    store.transaction((tx) => tx.database.run("UPDATE thing SET n = n + 1 WHERE id = 'free'")),
  )
  await Promise.all(others)
  await client.query('COMMIT')
  await stuck
  const rows = await store.read((tx) => tx.database.all('SELECT id, n FROM thing ORDER BY id LIMIT 10'))
  assert.deepEqual(rows, [
    { id: 'free', n: 40 },
    { id: 'locked', n: 1 },
  ])
})

test('four processes on one hot row: every transaction ends, none is refused for good', async () => {
  await using server = await testServer()
  const stores = await Promise.all(Array.from({ length: 4 }, () => server.open({ migrations: [TABLE], writers: 2 })))
  const add = async (index: number): Promise<void> => {
    await stores[index % 4]?.transaction(async (tx) => {
      const row = await tx.database.get<{ n: number }>("SELECT n FROM thing WHERE id = 'free'")
      await tx.database.run("UPDATE thing SET n = ? WHERE id = 'free'", (row?.n ?? 0) + 1)
    })
  }
  await Promise.all(Array.from({ length: 200 }, (_, index) => add(index)))
  assert.deepEqual(await stores[0]?.read((tx) => tx.database.get("SELECT n FROM thing WHERE id = 'free'")), { n: 200 })
})

test('a slow transaction that quick ones of another process always overtake gets its turn', async () => {
  await using server = await testServer()
  const [slow, quick] = [await server.open({ migrations: [TABLE] }), await server.open({ migrations: [TABLE] })]
  let ended = false
  const overtaking = (async (): Promise<void> => {
    while (!ended) await quick.transaction((tx) => tx.database.run("UPDATE thing SET n = n + 1 WHERE id = 'free'"))
  })()
  let runs = 0
  const commit = slow.transaction(async (tx) => {
    runs++
    await tx.database.get("SELECT n FROM thing WHERE id = 'free'")
    await tx.database.get('SELECT pg_sleep(0.1)')
    await tx.database.run("UPDATE thing SET n = n + 1 WHERE id = 'free'")
  })
  await commit.finally(() => (ended = true))
  await overtaking
  assert.ok(runs > 1, 'it was overtaken')
})

test('an urgent transaction passes those that wait', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLE] })
  const order: string[] = []
  const count = (name: string, urgent: boolean): Promise<unknown> =>
    store.transaction((tx) => tx.database.run("UPDATE thing SET n = n + 1 WHERE id = 'free'"), { urgent }).then(() => order.push(name))
  const queue = Array.from({ length: 400 }, () => count('waits', false))
  await Promise.all([...queue, count('urgent', true)])
  const before = order.indexOf('urgent')
  assert.ok(before < 100, `${before} of 400 went before it; one group per writer may`)
  assert.deepEqual(await store.read((tx) => tx.database.get("SELECT n FROM thing WHERE id = 'free'")), { n: 401 })
})
