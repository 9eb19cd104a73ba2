import assert from 'node:assert/strict'
import { cpSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { command, contract, define, event, query, service, type Sql, store, Type } from 'banyan'
import { acceptLoss, platform as platformOf } from 'banyan/host'
import { createRuntime } from 'banyan/kernel'
import { sqliteStores } from 'banyan/store/sqlite'
import { eventually, testPlatform, type TestPlatform } from './index.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const Sku = Type.Object({ sku: Type.String() })
const shop = contract('shop', {
  operations: { sell: command('POST /api/sell', { input: Sku, output: Type.Null(), access: 'public' }) },
  events: { 'thing.sold': event({ key: 'sku', data: Sku }) },
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
})
const watch = contract('watch', {
  operations: {
    seen: query('GET /api/seen', { input: Type.Object({}), output: Type.Object({ skus: Type.Array(Type.String()) }), access: 'public' }),
  },
})
const watchParts = define(watch, {
  listens: [shop],
  store: store({
    migrations: [{ id: '001', sql: 'CREATE TABLE seen (sku TEXT NOT NULL)' }],
    repository: (sql: Sql) => ({
      skus: async () => (await sql.all<{ sku: string }>('SELECT sku FROM seen ORDER BY sku LIMIT 100')).map(({ sku }) => sku),
      add: (sku: string) => sql.run('INSERT INTO seen VALUES (?)', sku),
    }),
  }),
})
const watchService = service(watchParts.definition, {
  operations: [watchParts.operation('seen', async (_, { read }) => read(async (tx) => ({ skus: await tx.skus() })))],
  on: [
    watchParts.on('thing.sold', async ({ data }, { transaction }) => {
      await transaction((tx) => tx.add(data.sku))
    }),
  ],
})
const services = [shopService, watchService]

async function sell(platform: TestPlatform, ...skus: string[]): Promise<void> {
  for (const sku of skus) await platform.client(shop).sell({ sku })
}

const seen = (platform: TestPlatform) => async (skus: string[]) =>
  eventually(async () => assert.deepEqual((await platform.client(watch).seen({})).skus, skus))

function copy(from: string, to: string, name: string): void {
  for (const file of readdirSync(to)) if (file.startsWith(`${name}.db`)) rmSync(path.join(to, file))
  cpSync(path.join(from, `${name}.db`), path.join(to, `${name}.db`))
}

/** Data of three sales, the older copy, and of five, all of them seen. */
async function twoCopies(): Promise<{ older: string; data: string } & Disposable> {
  const places = [temporaryDirectory(), temporaryDirectory()]
  const [older, data] = places.map(({ path: directory }) => directory) as [string, string]
  {
    await using first = await testPlatform({ services, directory: data })
    await sell(first, 'a', 'b', 'c')
    await seen(first)(['a', 'b', 'c'])
  }
  cpSync(data, older, { recursive: true })
  {
    await using second = await testPlatform({ services, directory: data })
    await sell(second, 'd', 'e')
    await seen(second)(['a', 'b', 'c', 'd', 'e'])
  }
  return { older, data, [Symbol.dispose]: () => places.forEach((place) => place[Symbol.dispose]()) }
}

async function refuses(directory: string): Promise<void> {
  await using platform = await testPlatform({ services, directory })
  const { ready, live, checks } = platform.health()
  assert.deepEqual([ready, live], [false, true])
  const history = checks.find(({ name }) => name === 'shop:history')
  assert.match(history?.output ?? '', /data of "shop" are an older copy than those "watch" has read from.*accept-loss --service shop/)
  await assert.rejects(platform.client(shop).sell({ sku: 'x' }), { code: 'unavailable' })
  assert.deepEqual((await platform.client(watch).seen({})).skus, ['a', 'b', 'c', 'd', 'e'], 'the other service works')
}

test('a service on an older copy of its data takes no work, at this start and at every other, and readiness says what to do', async () => {
  using copies = await twoCopies()
  copy(copies.older, copies.data, 'shop')
  for (let start = 1; start <= 3; start++) await refuses(copies.data)
})

test('with the newest copy, or copies of one time, all goes on', async () => {
  using copies = await twoCopies()
  using kept = temporaryDirectory()
  cpSync(copies.data, kept.path, { recursive: true })
  copy(copies.older, copies.data, 'shop')
  await refuses(copies.data)
  copy(kept.path, copies.data, 'shop')
  {
    await using platform = await testPlatform({ services, directory: copies.data })
    assert.equal(platform.health().ready, true)
    await sell(platform, 'f')
    await seen(platform)(['a', 'b', 'c', 'd', 'e', 'f'])
  }
  for (const name of ['shop', 'watch']) copy(copies.older, copies.data, name)
  await using platform = await testPlatform({ services, directory: copies.data })
  assert.equal(platform.health().ready, true)
  await sell(platform, 'g')
  await seen(platform)(['a', 'b', 'c', 'g'])
})

test('a reader on an older copy consumes again what it has lost', async () => {
  using copies = await twoCopies()
  copy(copies.older, copies.data, 'watch')
  await using platform = await testPlatform({ services, directory: copies.data })
  assert.equal(platform.health().ready, true)
  await seen(platform)(['a', 'b', 'c', 'd', 'e'])
})

test('a loss that is accepted lets the older copy go on, and its next events are consumed', async () => {
  using copies = await twoCopies()
  copy(copies.older, copies.data, 'shop')
  const accept = (position?: number) =>
    acceptLoss(platformOf({ services }), {
      runtime: createRuntime(),
      stores: sqliteStores({ directory: copies.data }),
      service: 'shop',
      by: { actor: 'ann', reason: 'the disk is gone' },
      ...(position === undefined ? {} : { position }),
    })
  assert.deepEqual(await accept(), [{ service: 'watch', consumer: 'main', from: 5, to: 3, parked: 0 }])
  await assert.rejects(accept(), /nobody has read events that the log of "shop" lacks/)
  await using platform = await testPlatform({ services, directory: copies.data })
  assert.equal(platform.health().ready, true)
  await sell(platform, 'f', 'g')
  await seen(platform)(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  const trails = await Promise.all(platform.admin.services.map(({ audit }) => audit(10)))
  assert.deepEqual(
    trails.flat().map(({ action }) => action),
    ['events.accept-loss', 'events.accept-loss'],
  )
})

test('where the older copy went on, what both have in common must be said', async () => {
  using copies = await twoCopies()
  {
    await using alone = await testPlatform({ services: [shopService], directory: copies.older })
    await sell(alone, 'x', 'y', 'z')
  }
  copy(copies.older, copies.data, 'shop')
  await refuses(copies.data)
  const options = {
    runtime: createRuntime(),
    stores: sqliteStores({ directory: copies.data }),
    service: 'shop',
    by: { actor: 'ann', reason: 'the disk is gone' },
  }
  await assert.rejects(acceptLoss(platformOf({ services }), options), /ends at 6.*--position/)
  await acceptLoss(platformOf({ services }), { ...options, position: 3 })
  await using platform = await testPlatform({ services, directory: copies.data })
  await seen(platform)(['a', 'b', 'c', 'd', 'e', 'x', 'y', 'z'])
})
