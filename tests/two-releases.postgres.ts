// A release that migrates the toolkit's own tables while the one before takes orders, and both after it. See docs/postgresql.md.
import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { eventually, temporaryDirectory } from '@banyan/testing'
import { toolkitMigrations } from 'banyan/store/sql'
import { type Database, runSql } from './chaos/database.ts'
import { startPrivatePostgres } from './chaos/private-postgres.ts'
import { quiet } from './chaos/quiescence.ts'
import { runBanyan } from './support/banyan-command.ts'
import { listOrders, placeOrders } from './support/order-load.ts'
import { ADMIN, adminToken, registerUser, sellProducts, shopClient } from './support/shop-client.ts'
import { ROOT, type ShopProcess, startShop } from './support/shop-process.ts'
import { STRICT_AUDIT } from './support/strict-audit.ts'

/** Makes another release of the shop; `this` is as it is. */
const RELEASES = {
  before: ['--import', path.join(ROOT, 'tests/support/release-before.ts')],
  this: [],
  next: ['--import', path.join(ROOT, 'tests/support/release-after.ts')],
} as const
type Release = keyof typeof RELEASES

/** Migrations without which this release's statements cannot do. While the newest is one of them, nothing stands for the release before. */
const NEEDED = ['banyan-013-caller-keys']
const newest = toolkitMigrations.at(-1)?.id ?? ''
const WITHOUT_BEFORE =
  NEEDED.includes(newest) && `feature release-before: this release cannot do without ${newest}, so it cannot stand for the one before`

/** Orders at each stage: enough for every kind of statement to run. */
const ORDERS = 20
const PATIENT = { timeoutMs: 90_000, pollMs: 50 }

suite('two releases beside each other', { timeout: 500_000 }, () => {
  const directory = temporaryDirectory()
  let server: Database & AsyncDisposable
  const shops: ShopProcess[] = []
  before(async () => {
    chmodSync(directory.path, 0o755) // the server is another user
    server = await startPrivatePostgres(`${directory.path}/server`)
  })
  after(async () => {
    await Promise.all(shops.map((shop) => shop.kill()))
    await server?.[Symbol.asyncDispose]()
    directory[Symbol.dispose]()
  })

  const environment = (database: string): Record<string, string> => ({
    ...ADMIN,
    ...STRICT_AUDIT,
    BANYAN_SEED: 'off',
    BANYAN_RATE_LIMITS: 'off',
    BANYAN_STORE: 'postgres',
    POSTGRES_URL: Object.assign(new URL(server.url), { pathname: `/${database}` }).href,
    BANYAN_FAKE_PROVIDER_BOOK: `${directory.path}/${database}.db`,
  })
  async function start(release: Release, database: string): Promise<ShopProcess> {
    const place = `${directory.path}/${database}-${shops.length}`
    const shop = await startShop({ directory: place, environment: environment(database), nodeArguments: RELEASES[release] })
    shops.push(shop)
    return shop
  }
  async function assertReady(shop: ShopProcess): Promise<void> {
    await eventually(
      async () => assert.equal((await shopClient(shop.url).request('GET', '/health/ready')).status, 200, shop.errors()),
      PATIENT,
    )
  }

  for (const [older, newer] of [
    ['before', 'this'],
    ['this', 'next'],
  ] as const)
    test(
      `the release "${older}" takes orders while "${newer}" migrates its schemas, and beside it; stopped, it does not start again`,
      {
        skip: older === 'before' && WITHOUT_BEFORE,
      },
      async () => {
        const database = `${older}_${newer}`
        await runSql(server.url, `CREATE DATABASE ${database}`)
        const first = await start(older, database)
        await sellProducts(first.url, 1, 1_000_000)
        const { token } = await registerUser(first.url, 'ann@example.org')
        const load = placeOrders({ urls: [first.url, first.url], token, name: 'older' })
        const more = async (count: number): Promise<void> => {
          const goal = load.placed.length + count
          await eventually(() => assert.ok(load.placed.length >= goal, `${load.placed.length} of ${goal}`), PATIENT)
        }
        await more(ORDERS)
        const second = await start(newer, database)
        const beside = placeOrders({ urls: [second.url], token, name: 'newer' })
        await more(ORDERS)
        await eventually(() => assert.ok(beside.placed.length >= ORDERS), PATIENT)
        await Promise.all([load.stop(), beside.stop()])
        for (const shop of [first, second]) await assertReady(shop)
        await quiet(shopClient(second.url, await adminToken(second.url)))
        const orders = await listOrders(first.url, token)
        assert.deepEqual([...new Set(orders.map(({ status }) => status))], ['confirmed'])
        assert.deepEqual(new Set(orders.map(({ id }) => id)), new Set([...load.placed, ...beside.placed]))
        await first.stop()
        await assert.rejects(start(older, database), /newer than this program/)
        await second.stop()
        if (newer === 'this') {
          const { code, output, errors } = await runBanyan(['audit', '--json'], { environment: environment(database) })
          assert.equal(code, 0, output + errors)
        }
      },
    )
})
