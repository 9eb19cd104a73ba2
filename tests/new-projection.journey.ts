// A release with a new version of a read model, started on a log that takes long to read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateway } from '@banyan/gateway'
import { eventually, temporaryDirectory, testPlatform } from '@banyan/testing'
import { BanyanError, command, contract, define, event, query, type Service, service, Type } from 'banyan'
import type { Store, StoreFactory } from 'banyan/store'
import { sqliteStores } from 'banyan/store/sqlite'

const EVENTS = 40
/** What comes of the log before it is released. */
const COME = 15
/** Longest time that a start may take, on a busy machine; the rebuild takes for ever until it is released. */
const START_MS_MAX = 10_000
const READY_MS_MAX = 30_000

const Added = Type.Object({ id: Type.String(), amount: Type.Integer() })
const totals = contract('totals', {
  operations: {
    add: command('POST /api/totals', { input: Added, output: Type.Null(), access: 'public', idempotency: 'none' }),
    get: query('GET /api/totals', { input: Type.Object({}), output: Type.Object({ total: Type.Integer() }), access: 'public' }),
  },
  events: { 'total.added': event({ key: 'id', data: Added }) },
})

/** The service at one version: from the second on, everything counts double. */
function totalsService(version: number): Service {
  const { definition, operation, projection } = define(totals)
  const view = projection('totals', {
    version,
    tables: (table) => [`CREATE TABLE ${table('sums')} (one INTEGER PRIMARY KEY, total BIGINT NOT NULL)`],
    on: {
      'total.added': async ({ data }, sql, table) => {
        const sums = table('sums')
        const upsert = `INSERT INTO ${sums} (one, total) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET total = ${sums}.total + excluded.total`
        await sql.run(upsert, version * data.amount)
      },
    },
  })
  return service(definition, {
    operations: [
      operation('add', async (input, { transaction }) =>
        transaction(async (tx) => {
          tx.emit('total.added', input)
          return null
        }),
      ),
      operation('get', async (_input, { read }) =>
        read(async ({ sql, table }) => ({
          total: (await sql.get<{ total: number }>(`SELECT total FROM ${table(view)('sums')}`))?.total ?? 0,
        })),
      ),
    ],
    projections: [view],
  })
}

test('a start with a new version of a read model listens at once and says how far it is: ready where nobody else could serve', async () => {
  using place = temporaryDirectory()
  await using before = await testPlatform({ services: [totalsService(1)], directory: place.path })
  for (let number = 1; number <= EVENTS; number++) await before.client(totals).add({ id: `k${number}`, amount: 1 })
  await until('the first version has all', async () => (await before.client(totals).get({})).total === EVENTS)
  await before.stop()

  const held = heldStores(place.path)
  const startedAt = performance.now()
  const options = { services: [totalsService(2)], gateway: gateway(), directory: place.path, stores: held.stores }
  await using after = await testPlatform(options)
  assert.ok(performance.now() - startedAt < START_MS_MAX, 'the start does not wait for the rebuild')
  const url = `http://127.0.0.1:${after.port}`
  const status = async (path: string): Promise<number> => (await fetch(url + path)).status
  assert.equal(await status('/health/live'), 200)
  assert.equal(await status('/health/ready'), 200)
  assert.deepEqual(await (await fetch(`${url}/api/totals`)).json(), { total: EVENTS }, 'the old tables serve')
  const shown = () => after.health().checks.find(({ name }) => name === 'totals:projection:totals')
  await until('readiness says how far it is', () => shown()?.output.includes(`rebuilding totals: ${COME} of ${EVENTS} events`) === true)
  assert.equal(shown()?.status, 'warn')
  const [admin] = after.admin.services
  assert.deepEqual(await admin?.projections(), [
    { service: 'totals', projection: 'totals', version: 1, definitionVersion: 2, rebuilding: { version: 2, done: COME, of: EVENTS } },
  ])
  held.release()
  await until('readiness has nothing to say', () => shown()?.status === 'pass')
  assert.equal(await status('/health/ready'), 200)
  assert.deepEqual(await (await fetch(`${url}/api/totals`)).json(), { total: 2 * EVENTS })
})

test('on a store that instances share, a process is not ready before the new tables serve: the version before goes on to serve', async () => {
  using place = temporaryDirectory()
  await using before = await testPlatform({ services: [totalsService(1)], directory: place.path })
  await before.client(totals).add({ id: 'k', amount: 1 })
  await until('the first version has all', async () => (await before.client(totals).get({})).total === 1)
  for (let number = 1; number < EVENTS; number++) await before.client(totals).add({ id: `k${number}`, amount: 1 })
  await before.stop()

  const held = heldStores(place.path, { shared: true })
  await using after = await testPlatform({ services: [totalsService(2)], gateway: gateway(), directory: place.path, stores: held.stores })
  const ready = async (): Promise<number> => (await fetch(`http://127.0.0.1:${after.port}/health/ready`)).status
  assert.equal(await ready(), 503)
  const shown = () => after.health().checks.find(({ name }) => name === 'totals:projection:totals')
  await until('readiness says how far it is', () => shown()?.output.includes('rebuilding totals: ') === true)
  assert.equal(shown()?.status, 'fail')
  held.release()
  await until('it is ready', async () => (await ready()) === 200)
})

test('a process whose rebuild for a new version ends without new tables is not ready', async () => {
  using place = temporaryDirectory()
  await using before = await testPlatform({ services: [totalsService(1)], directory: place.path })
  for (let number = 1; number <= EVENTS; number++) await before.client(totals).add({ id: `k${number}`, amount: 1 })
  await until('the first version has all', async () => (await before.client(totals).get({})).total === EVENTS)
  await before.stop()

  const held = heldStores(place.path)
  await using after = await testPlatform({ services: [totalsService(2)], gateway: gateway(), directory: place.path, stores: held.stores })
  held.lose()
  const [admin] = after.admin.services
  await until(
    'the rebuild has ended',
    async () => (await admin?.projections())?.every(({ rebuilding }) => rebuilding === undefined) === true,
  )
  const shown = (): string | undefined => after.health().checks.find(({ name }) => name === 'totals:projection:totals')?.output
  await until('readiness says so', () => shown()?.includes('totals is not rebuilt for now') === true)
  assert.equal((await fetch(`http://127.0.0.1:${after.port}/health/ready`)).status, 503)
})

/** Stores whose logs show their beginning only, until they are released, or until retention has removed what was not read. */
function heldStores(
  directory: string,
  features: Partial<Store['features']> = {},
): { readonly stores: StoreFactory; readonly release: () => void; readonly lose: () => void } {
  const inner = sqliteStores({ directory })
  let isHeld = true
  let isLost = false
  const open: StoreFactory['open'] = async (options) => {
    const store = await inner.open(options)
    const { feed } = store
    const held: Store = {
      features: { ...store.features, ...features },
      feed: {
        head: async () => {
          if (isLost) throw new BanyanError('unavailable', 'the log cannot be read right now', { retry: 'safe' })
          return feed.head()
        },
        positionOf: (token) => feed.positionOf(token),
        subscribe: (listener) => feed.subscribe(listener),
        read: async (...request) => {
          if (isLost) throw new BanyanError('failed_precondition', 'retention has removed what was to be read')
          return (await feed.read(...request)).filter(({ position }) => !isHeld || position <= COME)
        },
      },
      transaction: (body, settings) => store.transaction(body, settings),
      read: (body) => store.read(body),
      readApart: (body, settings) => store.readApart(body, settings),
      ping: () => store.ping(),
      close: () => store.close(),
    }
    return held
  }
  return { stores: { ...inner, open }, release: () => void (isHeld = false), lose: () => void (isLost = true) }
}

async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  await eventually(async () => assert.ok(await check(), what), { timeoutMs: READY_MS_MAX })
}
