import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, define, event, service, store, Type } from 'banyan'
import { sqlOf } from 'banyan/store'
import { eventually, readSql, testPlatform, virtualClock } from './index.ts'

const DAY_MS = 86_400_000
/** Two looks of retention at least. */
const LOOKS_MS = 1_900_000

const shop = contract('shop', {
  operations: { sell: command('POST /api/sell', { input: Type.Object({ sku: Type.String() }), output: Type.Null(), access: 'public' }) },
  events: { 'thing.sold': event({ key: 'sku', data: Type.Object({ sku: Type.String() }) }) },
})
const shopParts = define(shop)
const shopService = service(shopParts.definition, {
  operations: [
    shopParts.operation('sell', async (sold, { transaction }) =>
      transaction((tx) => {
        tx.emit('thing.sold', sold)
        return null
      }),
    ),
  ],
  retention: { events: '1d' },
})

const watch = contract('watch', { operations: {} })
const watchParts = define(watch, {
  listens: [shop],
  store: store({ migrations: [{ id: '001', sql: 'CREATE TABLE seen (sku TEXT NOT NULL)' }], repository: () => ({}) }),
})

function watchService(refuses: () => boolean) {
  return service(watchParts.definition, {
    on: [
      watchParts.on('thing.sold', async ({ data }, { transaction }) =>
        transaction(async (tx) => {
          if (refuses() && data.sku === 'bad') throw new Error('not now')
          await tx.sql.run('INSERT INTO seen VALUES (?)', data.sku)
        }),
      ),
    ],
  })
}

test('a log loses only what every consumer has in its database; what is parked can still be redriven', async () => {
  const clock = virtualClock()
  let refuses = true
  await using platform = await testPlatform({ services: [shopService, watchService(() => refuses)], runtime: { clock } })
  const client = platform.client(shop)
  const [source, sink] = platform.services
  const logBegins = async () =>
    (await readSql(source!, (sql) => sql.get<{ first: number }>('SELECT MIN(position) AS first FROM banyan_outbox')))?.first
  const cursor = async () => (await sink!.store.read((tx) => tx.consumption.cursors()))[0]?.position ?? 0

  for (const sku of ['bad', 'a', 'b', 'c']) await client.sell({ sku })
  clock.jumpWallTime(2 * DAY_MS)
  await clock.advance(LOOKS_MS) // the bad one is parked meanwhile
  const first = await logBegins()
  assert.ok(
    first !== undefined && first > 1 && first <= (await cursor()) + 1,
    `the log begins at ${first}, consumed up to ${await cursor()}`,
  )
  assert.match(platform.metrics.text(), /banyan_retention_removed_total\{service="shop",kind="events"\} 3/)
  assert.match(platform.metrics.text(), /banyan_log_events\{service="shop"\} 1/)

  refuses = false
  const admin = platform.admin.services.find((one) => one.service === 'watch')
  const [parked] = (await admin?.parked({ limit: 10 })) ?? []
  assert.equal(parked?.key, 'bad')
  await admin?.redrive('main', 'shop', 'bad', { actor: 'ann', reason: 'repaired' })
  const seen = async () =>
    (await readSql(sink!, (sql) => sql.all<{ sku: string }>('SELECT sku FROM seen ORDER BY sku'))).map(({ sku }) => sku)
  await eventually(async () => assert.deepEqual(await seen(), ['a', 'b', 'bad', 'c']))
})

test('a log keeps everything, however old it is, while a service that listens does not run', async () => {
  const clock = virtualClock()
  await using platform = await testPlatform({ services: [shopService, watchService(() => false)], runtime: { clock } })
  const [source, sink] = platform.services
  for (const sku of ['a', 'b', 'c']) await platform.client(shop).sell({ sku })
  await sink!.drain()
  clock.jumpWallTime(100 * DAY_MS)
  await clock.advance(LOOKS_MS)
  assert.equal((await source!.feed.read(0, 10)).length, 3)
})

test('a log keeps what a rebuild still needs, also where another instance fills the new tables', async () => {
  const clock = virtualClock()
  const parts = define(contract('view', { operations: {} }), { listens: [shop] })
  const sold = parts.projection('sold', {
    version: 1,
    tables: (table) => [`CREATE TABLE ${table('sold')} (sku TEXT NOT NULL)`],
    on: { 'thing.sold': async ({ data }, sql, table) => void (await sql.run(`INSERT INTO ${table('sold')} VALUES (?)`, data.sku)) },
  })
  const view = service(parts.definition, { projections: [sold] })
  await using platform = await testPlatform({ services: [shopService, view], runtime: { clock } })
  const [source, sink] = platform.services
  const kept = async () =>
    (await readSql(source!, (sql) => sql.get<{ count: number }>('SELECT COUNT(*) AS count FROM banyan_outbox')))?.count
  const as = (status: string) =>
    sink!.store.transaction((tx) => sqlOf(tx).run('UPDATE banyan_projection SET status = ? WHERE generation = 7', status))
  await sink!.store.transaction((tx) =>
    sqlOf(tx).run("INSERT INTO banyan_projection (name, generation, version, status, table_names) VALUES ('sold', 7, 2, 'building', '[]')"),
  )
  for (const sku of ['a', 'b', 'c']) await platform.client(shop).sell({ sku })
  clock.jumpWallTime(2 * DAY_MS)
  await clock.advance(LOOKS_MS)
  assert.equal(await kept(), 3)
  await as('retired')
  await clock.advance(LOOKS_MS)
  assert.equal(await kept(), 1)
})
