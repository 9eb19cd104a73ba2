import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError } from 'banyan/kernel'
import type { Store, Sql } from 'banyan/store'
import { testProxy } from './test-proxy.ts'
import { readEvents } from './test-reader.ts'
import { anEvent, type TestServer, testServer } from './test-server.ts'

const LEDGER = { id: '001-ledger', sql: 'CREATE TABLE ledger (id TEXT PRIMARY KEY)' }

/** Ends every session of the test's service. */
function killOf({ prefix }: TestServer): string {
  return `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'banyan % ${prefix}test'`
}

function enter(store: Store<Sql>, id: string): Promise<unknown> {
  return store.transaction(async (tx) => {
    await tx.database.run('INSERT INTO ledger VALUES (?)', id)
    tx.emit(anEvent(id))
  })
}
async function ledger(store: Store<Sql>): Promise<string[]> {
  const rows = await store.read((tx) => tx.database.all<{ id: string }>('SELECT id FROM ledger ORDER BY id LIMIT 10000'))
  return rows.map(({ id }) => id)
}

test('a line cut while COMMIT is under way: outcome_unknown, whether it was committed or not', async () => {
  await using server = await testServer()
  await using proxy = await testProxy(server.url)
  const store = await server.open({ url: proxy.url, migrations: [LEDGER] })
  for (const strike of ['cut-after', 'cut-before'] as const) {
    const pending = store.transaction(async (tx) => {
      await tx.database.run('INSERT INTO ledger VALUES (?)', strike)
      proxy.strikeAt('event-of-', strike)
      tx.emit(anEvent(`event-of-${strike}`))
    })
    await assert.rejects(pending, { code: 'outcome_unknown', retry: 'unknown' })
  }
  const committed = await readEvents(store.feed, 1)
  assert.equal(committed[0]?.key, 'event-of-cut-after')
  assert.deepEqual(await ledger(store), ['cut-after'])
})

test('a line cut before COMMIT: the body runs again on another connection and nothing is doubled', async () => {
  await using server = await testServer()
  await using proxy = await testProxy(server.url)
  const store = await server.open({ url: proxy.url, migrations: [LEDGER] })
  await store.ping()
  let runs = 0
  proxy.strikeAt('second-statement', 'cut-after')
  await store.transaction(async (tx) => {
    runs++
    await tx.database.run('INSERT INTO ledger VALUES (?)', 'first')
    await tx.database.run('INSERT INTO ledger VALUES (?)', 'second-statement')
  })
  assert.equal(runs, 2)
  assert.deepEqual(await ledger(store), ['first', 'second-statement'])
})

test('a network that swallows everything: the connection is given up, and the pool lives on', async () => {
  await using server = await testServer()
  await using proxy = await testProxy(server.url)
  const store = await server.open({ url: proxy.url, migrations: [LEDGER], statementTimeoutMs: 100 })
  proxy.strikeAt('lost-in-space', 'silence')
  await store.transaction((tx) => tx.database.run('INSERT INTO ledger VALUES (?)', 'lost-in-space'))
  assert.deepEqual(await ledger(store), ['lost-in-space'])
})

test('a server that cannot be reached any more is unavailable, for whoever waits for a connection and whoever waits for an answer', async () => {
  await using server = await testServer()
  await using proxy = await testProxy(server.url)
  const store = await server.open({ url: proxy.url, migrations: [LEDGER], poolMax: 2, statementTimeoutMs: 500 })
  await store.ping()
  proxy.swallow()
  const codes = await Promise.all(
    Array.from({ length: 40 }, async (_, number) => {
      const work = number % 2 === 0 ? enter(store, `w${number}`) : ledger(store)
      return work.then(
        () => 'done',
        (error: BanyanError) => error.code,
      )
    }),
  )
  assert.deepEqual([...new Set(codes)], ['unavailable'])
  await assert.rejects(store.ping(), { code: 'unavailable' })
})

/** Enters ids until told to stop; sorts them by what the store said. */
async function enterUntil(store: Store<Sql>, writer: number, stopped: () => boolean, said: Record<string, string[]>): Promise<void> {
  for (let turn = 0; !stopped(); turn++) {
    const id = `w${writer}-${turn}`
    const outcome = await enter(store, id).then(
      () => 'committed',
      (error: unknown) => (error instanceof BanyanError ? error.code : String(error)),
    )
    ;(said[outcome] ??= []).push(id)
  }
}

test('backends that are killed again and again under load: nothing acknowledged is lost, nothing is there twice', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [LEDGER] })
  const admin = await server.connect()
  let stopped = false
  const said: Record<string, string[]> = {}
  const writing = Promise.all(Array.from({ length: 10 }, (_, writer) => enterUntil(store, writer, () => stopped, said)))
  for (let kill = 0; kill < 12; kill++) {
    const before = said['committed']?.length ?? 0
    while ((said['committed']?.length ?? 0) < before + 40) await new Promise((resolve) => setImmediate(resolve))
    await admin.query(`${killOf(server)} AND random() < 0.6`)
  }
  stopped = true
  await writing
  const { committed = [], outcome_unknown: unknown = [], unavailable = [], ...others } = said
  assert.deepEqual(Object.keys(others), [], 'only these outcomes are honest')
  const found = new Set(await ledger(store))
  for (const id of committed) assert.ok(found.has(id), `${id} was acknowledged and is lost`)
  for (const id of unavailable) assert.ok(!found.has(id), `${id} was refused and is there`)
  const events = await readEvents(store.feed, found.size)
  assert.equal(await store.feed.head(), found.size, 'one event for each entry')
  assert.deepEqual(new Set(events.map(({ key }) => key)), found)
  assert.equal(found.size - committed.length, unknown.filter((id) => found.has(id)).length)
})

test('events of a process that died between its commit and its kick are found by whoever runs', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [LEDGER] })
  const client = await server.connect()
  const columns = 'event_id, type, version, event_key, occurred_at, data, correlation_id, causation_id, traceparent'
  // The first may be found by the look at the start; those after it only by looking again.
  for (const [index, id] of ['orphan-1', 'orphan-2', 'orphan-3'].entries()) {
    await client.query(`INSERT INTO banyan_outbox (${columns}) VALUES ($1, 't', 1, 'k', 1, '{}', 'c', 'c', 't')`, [id])
    const events = await readEvents(store.feed, index + 1)
    assert.equal(events.at(-1)?.id, id)
  }
})

for (const time of [1, 2])
  test(`connections that end in the moment in which they are ${['', 'open', 'set up'][time]} leave their place to others`, async () => {
    await using server = await testServer()
    await using proxy = await testProxy(server.url)
    const store = await server.open({ url: proxy.url, migrations: [LEDGER], poolMax: 2, statementTimeoutMs: 500 })
    const admin = await server.connect()
    for (let round = 0; round < 4; round++) {
      proxy.endWhenReady(3, time)
      await admin.query(killOf(server))
      await Promise.allSettled(Array.from({ length: 6 }, (_, number) => enter(store, `lost-${round}-${number}`)))
    }
    proxy.endWhenReady(0, time)
    await Promise.all(Array.from({ length: 10 }, (_, number) => enter(store, `kept-${number}`)))
    const found = await ledger(store)
    assert.equal(found.filter((id) => id.startsWith('kept')).length, 10)
    await readEvents(store.feed, found.length) // the sequencer came back, too
  })

test('sixty connections killed under load, many of them while they are opened: all of the pool works afterwards', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [LEDGER], poolMax: 4 })
  const admin = await server.connect()
  let stopped = false
  const reading = Array.from({ length: 12 }, async () => {
    while (!stopped) await ledger(store).catch(() => {})
  })
  for (let killed = 0; killed < 60;) {
    const { rowCount } = await admin.query(killOf(server))
    killed += rowCount ?? 0
    await new Promise((resolve) => setImmediate(resolve))
  }
  stopped = true
  await Promise.all(reading)
  const pid = 'SELECT pg_backend_pid() AS pid FROM pg_sleep(0.5)'
  const rows = await Promise.all(Array.from({ length: 4 }, () => store.read((tx) => tx.database.get<{ pid: number }>(pid))))
  assert.equal(new Set(rows.map((row) => row?.pid)).size, 4, 'four connections work side by side')
})
