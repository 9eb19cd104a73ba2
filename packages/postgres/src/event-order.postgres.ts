import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from 'pg'
import type { Store, Sql } from 'banyan/store'
import { lockHash, outboxParts } from './outbox.ts'
import { inversions, readEvents } from './test-reader.ts'
import { anEvent, testServer } from './test-server.ts'

const TABLES = {
  id: '001-tables',
  sql: 'CREATE TABLE aggregate (id TEXT PRIMARY KEY, version BIGINT NOT NULL); CREATE TABLE other (id INTEGER PRIMARY KEY, n BIGINT NOT NULL)',
}
const WRITERS = 20
const KEYS = 10
const EACH = 60

/** An ordinary handler: half of them touch another row first, so that they get their transaction's number before the key's lock. */
async function write(store: Store<Sql>, writer: number, turn: number): Promise<void> {
  const key = `k${(writer * 7 + turn) % KEYS}`
  await store.transaction(async (tx) => {
    if (writer % 2 === 0) await tx.database.run('INSERT INTO other VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET n = other.n + 1', writer)
    const row = await tx.database.get<{ version: number }>(
      'INSERT INTO aggregate VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET version = aggregate.version + 1 RETURNING version',
      key,
    )
    tx.emit(anEvent(key, { version: row?.version }))
  })
}
function writers(stores: readonly Store<Sql>[]): Promise<unknown> {
  const one = async (writer: number): Promise<void> => {
    for (let turn = 0; turn < EACH; turn++) await write(stores[writer % stores.length] as Store<Sql>, writer, turn)
  }
  return Promise.all(Array.from({ length: WRITERS }, (_, writer) => one(writer)))
}

test('20 writers, half of which lock another row first: no event is lost, none out of order for its key (S6)', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLES], poolMax: WRITERS, writers: WRITERS })
  const reading = readEvents(store.feed, WRITERS * EACH)
  await writers([store])
  const events = await reading
  assert.equal(new Set(events.map(({ id }) => id)).size, WRITERS * EACH)
  assert.equal(inversions(events), 0)
  assert.equal(await store.feed.head(), WRITERS * EACH)
})

test('the same in groups, as a service normally runs', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLES] })
  const reading = readEvents(store.feed, WRITERS * EACH)
  await writers([store])
  assert.equal(inversions(await reading), 0)
})

test('two processes on one schema, both writing and both sequencing: each reads the same log', async () => {
  await using server = await testServer()
  const first = await server.open({ migrations: [TABLES] })
  const second = await server.open({ migrations: [TABLES] })
  const reading = Promise.all([readEvents(first.feed, WRITERS * EACH), readEvents(second.feed, WRITERS * EACH)])
  await writers([first, second])
  const [seenByFirst, seenBySecond] = await reading
  assert.deepEqual(seenByFirst, seenBySecond)
  assert.equal(inversions(seenByFirst), 0)
  assert.equal(new Set(seenByFirst.map(({ id }) => id)).size, WRITERS * EACH)
})

test('transactions of one key that touch no common row wait for each other, so that they keep their commit order too', async () => {
  await using server = await testServer()
  const store = await server.open()
  const client = await server.connect()
  await client.query('BEGIN')
  const early = anEvent('k')
  for (const { text, values } of outboxParts([early], lockHash(`${server.prefix}test`))) await client.query(text, [...values])
  let settled = false
  const late = anEvent('k')
  const waiting = store.transaction(async (tx) => tx.emit(late)).finally(() => (settled = true))
  const others = [anEvent('l'), anEvent('m')]
  for (const other of others) await store.transaction(async (tx) => tx.emit(other)) // other keys flow
  assert.equal(settled, false)
  await client.query('COMMIT')
  await waiting
  const events = await readEvents(store.feed, 4)
  assert.deepEqual(
    events.filter(({ key }) => key === 'k').map(({ id }) => id),
    [early.id, late.id],
  )
})

/** The mistake this design avoids: a cursor on the row's own number. */
async function naiveReader(client: Client, done: () => boolean): Promise<{ key: string; data: string }[]> {
  const seen: { key: string; data: string }[] = []
  let cursor = 0
  for (let finished = false; !finished;) {
    finished = done() // one more look after the last commit
    const { rows } = await client.query('SELECT number, event_key AS key, data FROM banyan_outbox WHERE number > $1 ORDER BY number', [
      cursor,
    ])
    for (const row of rows) {
      seen.push(row)
      cursor = Number(row.number)
    }
  }
  return seen
}

test('a planted naive cursor loses events under the same load, so the load would show a mistake', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLES], poolMax: WRITERS, writers: WRITERS })
  const client = await server.connect()
  let finished = false
  const reading = naiveReader(client, () => finished)
  await writers([store])
  finished = true
  const seen = await reading
  assert.ok(seen.length < WRITERS * EACH, `the naive cursor saw all ${seen.length} events; the load is too tame`)
})

test('an open write transaction elsewhere neither stalls nor loses anything', async () => {
  await using server = await testServer()
  const store = await server.open({ migrations: [TABLES] })
  const client = await server.connect()
  await store.transaction((tx) => tx.database.run('INSERT INTO other VALUES (99, 0)'))
  await client.query('BEGIN')
  await client.query('UPDATE other SET n = 1 WHERE id = 99') // holds a transaction number and the oldest snapshot
  await writers([store])
  const events = await readEvents(store.feed, WRITERS * EACH)
  assert.equal(inversions(events), 0)
  await client.query(
    "INSERT INTO banyan_outbox (event_id, type, version, event_key, occurred_at, data, correlation_id, causation_id, traceparent) VALUES ('late', 't', 1, 'late', 1, '{}', 'c', 'c', 't')",
  )
  await client.query('COMMIT')
  const all = await readEvents(store.feed, WRITERS * EACH + 1)
  assert.equal(all.at(-1)?.id, 'late', 'what it wrote itself comes when it commits, found by polling')
})
