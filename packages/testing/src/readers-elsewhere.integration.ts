import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, define, event, type Service, service, store, Type } from 'banyan'
import { type HostedService, platform, startPlatform } from 'banyan/host'
import { createRuntime, silentLogger } from 'banyan/kernel'
import { sqlOf } from 'banyan/store'
import { sqliteStores } from 'banyan/store/sqlite'
import { eventually, temporaryDirectory, testPlatform, type TestPlatform, virtualClock } from './index.ts'

const DAY_MS = 86_400_000
/** One look of retention at least. */
const LOOK_MS = 905_000

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

const watch = contract('watch', {})
const watchParts = define(watch, {
  listens: [shop],
  store: store({ migrations: [{ id: '001', sql: 'CREATE TABLE seen (sku TEXT NOT NULL)' }], repository: () => ({}) }),
})
const sold = watchParts.projection('sold', {
  tables: (table) => [`CREATE TABLE ${table('sold')} (sku TEXT NOT NULL)`],
  on: { 'thing.sold': async ({ data }, sql, table) => void (await sql.run(`INSERT INTO ${table('sold')} VALUES (?)`, data.sku)) },
})
const watchService = service(watchParts.definition, {
  on: [
    watchParts.on('thing.sold', async ({ data }, { transaction }) =>
      transaction(async (tx) => void (await tx.sql.run('INSERT INTO seen VALUES (?)', data.sku))),
    ),
  ],
  projections: [sold],
})

/** A shop that has sold three things, long ago, with a look of retention after each change. */
async function soldLongAgo(options: { readonly services?: readonly Service[]; readonly bare?: boolean }) {
  const clock = virtualClock()
  const running: TestPlatform = await testPlatform({
    services: [shopService, ...(options.services ?? [])],
    ...(options.bare === true ? { contracts: [watch] } : {}),
    hosts: ['shop'],
    runtime: { clock },
  })
  const source = running.services[0] as HostedService
  const admin = running.admin.services[0]!
  for (const sku of ['a', 'b', 'c']) await running.client(shop).sell({ sku })
  clock.jumpWallTime(100 * DAY_MS)
  return {
    source,
    admin,
    kept: async () => {
      await clock.advance(LOOK_MS)
      return positionsOf(source)
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

async function positionsOf({ store: kept }: HostedService): Promise<readonly number[]> {
  const rows = await kept.read((tx) => sqlOf(tx).all<{ position: number }>('SELECT position FROM banyan_outbox ORDER BY position'))
  return rows.map(({ position }) => position)
}

const main = (position: number) => ({ consumer: 'main', position })
const view = (position: number) => ({ consumer: 'projection:sold:1', position })
const by = { actor: 'ann', reason: 'gone for good' }

test('a log keeps all that a reader elsewhere may need: one that was never heard of counts as at the beginning, consumer by consumer', async () => {
  await using log = await soldLongAgo({ services: [watchService] })
  assert.deepEqual(await log.kept(), [1, 2, 3])
  await log.source.acknowledge('watch', [main(3)])
  assert.deepEqual(await log.kept(), [1, 2, 3], 'its projection was not heard of')
  await log.source.acknowledge('watch', [main(3), view(2)])
  assert.deepEqual(await log.kept(), [2, 3], 'the last event that each has is what it knows the log by')
  await log.source.acknowledge('watch', [main(3), view(3)])
  assert.deepEqual(await log.kept(), [3])
})

test('of a service that is only known by its contract anything may be expected until it is heard of', async () => {
  await using log = await soldLongAgo({ bare: true })
  assert.deepEqual(await log.kept(), [1, 2, 3])
  assert.deepEqual(await log.admin.readers(), [{ reader: 'watch', consumer: null, position: 0, seenAt: null, forgottenAt: null }])
  await log.source.acknowledge('watch', [main(2)])
  assert.deepEqual(await log.kept(), [2, 3])
})

test('a reader that the platform does not know counts by what it says', async () => {
  await using log = await soldLongAgo({})
  await log.source.acknowledge('stranger', [main(2)])
  assert.deepEqual(await log.kept(), [2, 3])
})

test('a person lets go of a reader that is gone, in the trail; it counts again once it is heard of', async () => {
  await using log = await soldLongAgo({ services: [watchService] })
  await log.source.acknowledge('watch', [main(1)])
  const silent = (await log.admin.readers()).map(({ consumer, seenAt }) => [consumer, seenAt === null])
  assert.deepEqual(silent, [
    ['main', false],
    ['projection:sold', true],
  ])
  await log.admin.forgetReader('watch', 'main', by)
  assert.deepEqual(await log.kept(), [1, 2, 3], 'the projection still counts')
  await log.admin.forgetReader('watch', 'projection:sold:1', by)
  assert.deepEqual(await log.kept(), [3])
  const trail = await log.admin.audit(10)
  assert.deepEqual(
    trail.map(({ actor, action, subject }) => [actor, action, subject]),
    [
      ['ann', 'events.forget-reader', 'projection:sold:1 of watch'],
      ['ann', 'events.forget-reader', 'main of watch'],
    ],
  )
  await log.source.acknowledge('watch', [main(0), view(0)])
  assert.ok((await log.admin.readers()).every(({ forgottenAt }) => forgottenAt === null))
})

test('what cannot be let go of is refused and leaves nothing: a reader that runs here, one that nobody knows, one a second time', async () => {
  await using log = await soldLongAgo({ services: [watchService] })
  await assert.rejects(log.admin.forgetReader('shop', 'main', by), { code: 'failed_precondition', message: /runs in this process/ })
  await assert.rejects(log.admin.forgetReader('watch', 'nobody', by), { code: 'not_found' })
  await assert.rejects(log.admin.forgetReader('watch', 'main', { actor: 'ann', reason: ' ' }), { code: 'invalid_argument' })
  await log.admin.forgetReader('watch', 'main', by)
  await assert.rejects(log.admin.forgetReader('watch', 'main', by), { code: 'failed_precondition', message: /before/ })
  assert.equal((await log.admin.audit(10)).length, 1)
})

test('services that read in another process tell the log what their own database has; what they do not have yet is kept', async () => {
  using place = temporaryDirectory()
  const clock = virtualClock()
  const both = platform({ services: [shopService, watchService] })
  const start = (host: string, logs?: () => { feed: HostedService['feed']; acknowledge: HostedService['acknowledge'] }) =>
    startPlatform(both, {
      runtime: createRuntime({ clock, log: silentLogger }),
      stores: sqliteStores({ directory: `${place.path}/${host}` }),
      directory: `${place.path}/files`,
      environment: {},
      hosts: [host],
      ...(logs ? { logs } : {}),
    })
  const selling = await start('shop')
  const source = selling.services[0] as HostedService
  try {
    const watching = await start('watch', () => ({ feed: source.feed, acknowledge: source.acknowledge }))
    for (const sku of ['a', 'b']) await selling.client(shop).sell({ sku })
    const told = async () => (await source.store.read((tx) => tx.readers.list())).map(({ consumer, position }) => ({ consumer, position }))
    await eventually(async () => {
      await clock.advance(5_000)
      assert.deepEqual(await told(), [main(2), view(2)])
    })
    await watching.stop()
    for (const sku of ['c', 'd']) await selling.client(shop).sell({ sku })
    clock.jumpWallTime(100 * DAY_MS)
    await clock.advance(LOOK_MS)
    assert.deepEqual(await positionsOf(source), [2, 3, 4], 'the first one is gone: both have it, and know the log by the second')
    const again = await start('watch', () => ({ feed: source.feed, acknowledge: source.acknowledge }))
    const [reader] = again.services
    await eventually(async () => assert.equal((await reader!.store.read((tx) => sqlOf(tx).all('SELECT sku FROM seen'))).length, 4))
    await again.stop()
  } finally {
    await selling.stop()
  }
})
