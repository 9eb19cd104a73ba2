// Backups of the shop on SQLite: its files are copied while orders are placed and the process stands still. See docs/guide/operating.md.
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { after, test } from 'node:test'
import { eventually, temporaryDirectory } from '@banyan/testing'
import { quiet } from './chaos/quiescence.ts'
import { runBanyan } from './support/banyan-command.ts'
import { listOrders, placeOrders } from './support/order-load.ts'
import { ADMIN, adminToken, PASSWORD, registerUser, sellProducts, shopClient, signIn } from './support/shop-client.ts'
import { type ShopProcess, startShop } from './support/shop-process.ts'
import { STRICT_AUDIT } from './support/strict-audit.ts'

const EMAIL = 'ann@example.org'
/** Customers at once: enough that a copy meets orders in all states. */
const CUSTOMERS = 4
/** Orders between two copies. */
const ORDERS_BETWEEN = 25
/** Copies of one running shop: each freezes it at another moment. */
const COPIES = 2
const PATIENT = { timeoutMs: 60_000, pollMs: 20 }
const ELSEWHERE = process.env.BANYAN_STORE === 'postgres' && 'feature files: a server keeps the data, not files of the shop'

const directory = temporaryDirectory()
const shops: ShopProcess[] = []
after(async () => {
  await Promise.all(shops.map((shop) => shop.kill()))
  directory[Symbol.dispose]()
})
const at = (name: string): string => `${directory.path}/${name}`
const environment = (name: string): Record<string, string> => ({
  ...ADMIN,
  ...STRICT_AUDIT,
  BANYAN_SEED: 'off',
  BANYAN_RATE_LIMITS: 'off',
  BANYAN_DATA: at(name),
})

async function start(name: string): Promise<ShopProcess> {
  const shop = await startShop({ directory: at(name), environment: environment(name) })
  shops.push(shop)
  return shop
}

/** Freezes the shop for as long as a copy takes. */
function copy(shop: ShopProcess, name: string): void {
  shop.pause()
  try {
    cpSync(at('data'), at(name), { recursive: true })
  } finally {
    shop.resume()
  }
}

test('a copy of a frozen shop is a shop in which everything fits together, and the frozen one goes on', { skip: ELSEWHERE }, async () => {
  const shop = await start('data')
  await sellProducts(shop.url, 1, 1_000_000)
  const { token } = await registerUser(shop.url, EMAIL)
  const load = placeOrders({ urls: Array.from({ length: CUSTOMERS }, () => shop.url), token, name: 'load' })
  const answeredBefore: (readonly string[])[] = []
  for (let number = 0; number < COPIES; number++) {
    const goal = load.placed.length + ORDERS_BETWEEN
    await eventually(() => assert.ok(load.placed.length >= goal), PATIENT)
    answeredBefore.push([...load.placed])
    copy(shop, `copy-${number}`)
  }
  await load.stop()
  await quiet(shopClient(shop.url, await adminToken(shop.url)))
  await shop.stop()
  await assertFits('data', load.placed)
  for (const [number, placed] of answeredBefore.entries()) {
    const restored = await start(`copy-${number}`)
    assert.equal((await shopClient(restored.url).request('GET', '/health/ready')).status, 200, restored.errors())
    await quiet(shopClient(restored.url, await adminToken(restored.url)))
    const orders = await listOrders(restored.url, await signIn(restored.url, EMAIL, PASSWORD))
    assert.deepEqual([...new Set(orders.map(({ status }) => status))], ['confirmed'])
    const ids = new Set(orders.map(({ id }) => id))
    assert.deepEqual(
      placed.filter((id) => !ids.has(id)),
      [],
      'what was answered before the copy is in it',
    )
    assert.ok(ids.size < load.placed.length, 'orders were placed after it')
    await restored.stop()
    await assertFits(`copy-${number}`, placed)
  }
})

async function assertFits(name: string, placed: readonly string[]): Promise<void> {
  assert.ok(placed.length > 0)
  const { output, errors } = await runBanyan(['audit', '--json'], { environment: environment(name) })
  assert.deepEqual((JSON.parse(output || assert.fail(errors)) as { violations: unknown[] }).violations, [], name)
}
