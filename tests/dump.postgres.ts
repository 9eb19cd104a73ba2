// Backups of the shop on PostgreSQL: dumped while orders are placed, restored elsewhere. See docs/backups.md.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { eventually, temporaryDirectory } from '@banyan/testing'
import type { Violation } from 'banyan/host'
import { type Database, runSql } from './chaos/database.ts'
import { startPrivatePostgres } from './chaos/private-postgres.ts'
import { quiet } from './chaos/quiescence.ts'
import { runBanyan } from './support/banyan-command.ts'
import { listOrders, placeOrders } from './support/order-load.ts'
import { findDumpPrograms, findPostgres } from './support/postgres-programs.ts'
import { ADMIN, adminToken, anOrder, PASSWORD, registerUser, sellProducts, shopClient, signIn } from './support/shop-client.ts'
import { type ShopProcess, startShop } from './support/shop-process.ts'
import { STRICT_AUDIT } from './support/strict-audit.ts'

/** Few: what they leave under way when the shop is killed is to be finished on the restored data. */
const CUSTOMERS = 2
/** Orders between two dumps: enough that each dump meets orders in all states. */
const ORDERS_BETWEEN = 25
const EMAIL = 'ann@example.org'
const PATIENT = { timeoutMs: 60_000, pollMs: 50 }
/** What the provider did after the dump is in its own book only. */
const AFTER_THE_DUMP: ReadonlySet<string> = new Set(['stray.charge', 'ledger.provider'])

const programs = findPostgres()
const tools = typeof programs === 'string' ? programs : findDumpPrograms(programs)

/** Runs one of the tools on a database of the server. */
async function run(tool: 'dump' | 'restore', url: string, ...args: string[]): Promise<void> {
  assert.ok(typeof tools !== 'string')
  await promisify(execFile)(tools[tool], ['--dbname', url, ...args])
}

suite('dumps of a shop that takes orders', { timeout: 200_000, skip: typeof tools === 'string' && `no dumps here: ${tools}` }, () => {
  const directory = temporaryDirectory()
  const at = (name: string): string => `${directory.path}/${name}`
  let server: Database & AsyncDisposable
  const shops: ShopProcess[] = []
  /** Ids of orders that were answered before the dump of all began, and of all that were. */
  let answeredBefore: readonly string[] = []
  let answered: readonly string[] = []

  const database = (name: string): string => Object.assign(new URL(server.url), { pathname: `/${name}` }).href
  const environment = (name: string): Record<string, string> => ({
    ...ADMIN,
    ...STRICT_AUDIT,
    BANYAN_SEED: 'off',
    BANYAN_LEASE_MS: '2000', // the restored data still name the instance that was killed
    BANYAN_RATE_LIMITS: 'off',
    BANYAN_STORE: 'postgres',
    BANYAN_DATA: at(name),
    POSTGRES_URL: database(name),
    BANYAN_FAKE_PROVIDER_BOOK: at('book.db'), // the provider is elsewhere: it is neither dumped nor restored
  })
  async function start(name: string): Promise<ShopProcess> {
    const shop = await startShop({ directory: at(name), environment: environment(name) })
    shops.push(shop)
    return shop
  }

  before(async () => {
    chmodSync(directory.path, 0o755) // the server is another user
    server = await startPrivatePostgres(at('server'))
    const shop = await start('postgres')
    await sellProducts(shop.url, 1, 1_000_000)
    const { token } = await registerUser(shop.url, EMAIL)
    const load = placeOrders({ urls: Array.from({ length: CUSTOMERS }, () => shop.url), token, name: 'load' })
    const more = (count: number): Promise<void> => {
      const goal = load.placed.length + count
      return eventually(() => assert.ok(load.placed.length >= goal), PATIENT)
    }
    await more(ORDERS_BETWEEN)
    await run('dump', database('postgres'), '--format=custom', '--schema=orders', `--file=${at('orders.dump')}`)
    await more(ORDERS_BETWEEN)
    answeredBefore = [...load.placed]
    await run('dump', database('postgres'), '--format=custom', `--file=${at('all.dump')}`)
    await run('dump', database('postgres'), '--format=custom', '--exclude-schema=orders', `--file=${at('others.dump')}`)
    await more(ORDERS_BETWEEN)
    await load.stop()
    answered = load.placed
    await shop.kill() // what it was about to do is done by nobody, as after a disk was lost
  })
  after(async () => {
    await Promise.all(shops.map((shop) => shop.kill()))
    await server?.[Symbol.asyncDispose]()
    directory[Symbol.dispose]()
  })

  test('one dump of all services, restored into another database, is a shop in which everything fits together', async () => {
    await runSql(server.url, 'CREATE DATABASE whole')
    await run('restore', database('whole'), '--single-transaction', at('all.dump'))
    const shop = await start('whole')
    await eventually(
      async () => assert.equal((await shopClient(shop.url).request('GET', '/health/ready')).status, 200, shop.errors()),
      PATIENT,
    )
    await quiet(shopClient(shop.url, await adminToken(shop.url)))
    const token = await signIn(shop.url, EMAIL, PASSWORD)
    const restored = await listOrders(shop.url, token)
    assert.deepEqual([...new Set(restored.map(({ status }) => status))], ['confirmed'])
    const ids = new Set(restored.map(({ id }) => id))
    assert.deepEqual(
      answeredBefore.filter((id) => !ids.has(id)),
      [],
      'what was answered before the dump began is in it',
    )
    assert.ok(ids.size < answered.length, 'orders were placed while it was made')
    const { output, errors } = await runBanyan(['audit', '--json'], { environment: environment('whole') })
    const { violations } = JSON.parse(output || assert.fail(errors)) as { violations: Violation[] }
    assert.deepEqual(
      violations.filter(({ invariant, subject }) => !AFTER_THE_DUMP.has(invariant) || ids.has(subject)),
      [],
      'only what the provider did for orders after the dump',
    )
    const { status } = await shopClient(shop.url, token).request('POST', '/api/orders', anOrder({ sku: 'TEST-1' }), {
      'idempotency-key': 'after',
    })
    assert.equal(status, 201)
    await quiet(shopClient(shop.url, await adminToken(shop.url)))
    await shop.stop()
  })

  test('services that were dumped apart do not fit: the older one takes no work, and says what to do', async () => {
    await runSql(server.url, 'CREATE DATABASE apart')
    await run('restore', database('apart'), '--single-transaction', at('orders.dump'))
    await run('restore', database('apart'), '--single-transaction', at('others.dump'))
    const shop = await start('apart')
    const staff = shopClient(shop.url, await adminToken(shop.url))
    const { status, body } = await staff.request<{ checks: Record<string, { status: string; output?: string }[]> }>('GET', '/health/ready')
    assert.equal(status, 503)
    assert.match(JSON.stringify(body.checks), /older copy.*accept-loss --service orders/)
    const token = await signIn(shop.url, EMAIL, PASSWORD)
    const refused = await shopClient(shop.url, token).request('POST', '/api/orders', anOrder({ sku: 'TEST-1' }), {
      'idempotency-key': 'apart',
    })
    assert.equal(refused.status, 503, JSON.stringify(refused.body))
    assert.match(JSON.stringify(refused.body), /older copy/)
    assert.equal((await shopClient(shop.url).request('GET', '/api/products')).status, 200, 'the other services go on')
    await shop.kill()
  })
})
