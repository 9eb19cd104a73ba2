import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { eventually } from '@banyan/testing'
import { seededRandom } from 'banyan/kernel'
import { runBanyan } from '../support/banyan-command.ts'
import { ADMIN, adminToken, sellProducts, type ShopClient, shopClient } from '../support/shop-client.ts'
import type { ShopProcess } from '../support/shop-process.ts'
import { BATCH, type Battlefield, type CampaignOptions, LEASE_MS } from './battlefield.ts'
import { createCustomers, type Customers } from './customers.ts'
import { createMembers } from './members.ts'
import { quiet } from './quiescence.ts'
import type { Scenario } from './scenario.ts'
import { createSession } from './session.ts'
import {
  assertChargedOnce,
  assertCharges,
  assertListed,
  assertOrderNumbers,
  assertOutcomes,
  assertStock,
  GIVEN_UP_SHARE_MAX,
} from './shop-books.ts'
import { createShopLives, type OutageFigures } from './shop-lives.ts'
import { strike } from './strike.ts'

/** One shop that is struck again and again while customers order. Every assertion that fails is a broken promise. */
export interface Campaign extends AsyncDisposable {
  readonly customers: Customers
  readonly figures: OutageFigures
  /** Runs one batch without faults, and returns how often each point was reached. Call it first. */
  prepare(): Promise<ReadonlyMap<string, number>>
  /** Starts the shop, strikes, and leaves it dead. Resolves to false when a point was not reached. */
  strike(scenario: Scenario): Promise<boolean>
  /** Leaves the shop alone until every order ended, then compares all books, running and killed; orders since the last time, or all. */
  settleAndAudit(which: 'open' | 'all'): Promise<CampaignBalance>
}

/** How the orders of a campaign ended. */
export interface CampaignBalance {
  readonly orders: number
  readonly byStatus: Readonly<Record<string, number>>
  /** Orders rejected because a step was killed too often. */
  readonly givenUp: number
}

/** How long a restarted shop may refuse orders. */
const RECOVER_MS_MAX = 45_000
const STOCK = { plenty: 1_000_000, scarce: 12 }
const PRODUCTS = ['TEST-1', 'TEST-2'] as const

/** The shop as it is struck: a patient deadline, because a machine under load must not decide outcomes; quick answers of the provider. */
function environmentOf({ flow, database }: CampaignOptions): Record<string, string> {
  return {
    ...ADMIN,
    BANYAN_SEED: 'off',
    BANYAN_RATE_LIMITS: 'off',
    BANYAN_ORDER_FLOW: flow,
    BANYAN_ORDER_DEADLINE_MS: '600000',
    BANYAN_PAYMENT_TIMEOUT_MS: '60',
    BANYAN_FAKE_PROVIDER_SLOW_MS: '30',
    BANYAN_AUDIT_QUIET_MS: '0',
    BANYAN_AUDIT_ENDED_WITHIN_MS: '0',
    BANYAN_LEASE_MS: String(LEASE_MS),
    BANYAN_STORE: database ? 'postgres' : 'sqlite',
    ...(database ? { POSTGRES_URL: database.url, BANYAN_POSTGRES_SCHEMA_PREFIX: database.schemaPrefix } : {}),
  }
}

/** Builds a campaign on an empty directory. */
export function createCampaign(options: CampaignOptions): Campaign {
  const { directory, seed } = options
  const environment = environmentOf(options)
  const customers = createCustomers(seededRandom(seed), { plenty: PRODUCTS[0], scarce: PRODUCTS[1] })
  const members = createMembers()
  const lives = createShopLives(directory, environment)
  const session = createSession()
  const clientOf = (shop: ShopProcess): ShopClient => shopClient(shop.url, session.token())

  async function started(more?: Record<string, string>): Promise<ShopProcess> {
    const shop = await lives.start(more)
    assert.ok(shop, 'the shop starts')
    return shop
  }
  async function resume(shop: ShopProcess): Promise<void> {
    let alive = true
    void shop.ended.then(() => (alive = false))
    await session.renew(shop.url)
    const end = performance.now() + RECOVER_MS_MAX
    while (alive && !(await customers.probe(clientOf(shop))))
      assert.ok(performance.now() < end, `no order is accepted ${RECOVER_MS_MAX} ms after the shop serves: ${shop.errors()}`)
    if (alive) lives.recovered()
    if (alive) await customers.retry(clientOf(shop))
    if (alive) await customers.check(clientOf(shop))
    assertChargedOnce(directory)
  }
  async function settle(shop: ShopProcess, which: 'open' | 'all'): Promise<CampaignBalance> {
    const client = clientOf(shop)
    await eventually(async () => {
      await customers.retry(client)
      const unanswered = customers.intents.filter((intent) => intent.orderId === undefined)
      assert.deepEqual(unanswered, [], 'every request is answered')
    })
    const staff = shopClient(shop.url, await adminToken(shop.url))
    await quiet(staff)
    lives.becameQuiet()
    await customers.check(client)
    const ended = await customers.settle(client, which)
    const givenUp = assertOutcomes(ended, options.givenUpShareMax ?? GIVEN_UP_SHARE_MAX)
    assertOrderNumbers(ended.map(({ order }) => order))
    await assertListed(client, ended)
    await assertStock(staff, ended, new Map([...PRODUCTS.entries()].map(([index, sku]) => [sku, [STOCK.plenty, STOCK.scarce][index]!])))
    assertCharges(directory, ended)
    await members.check(shop.url)
    const byStatus = Object.groupBy(ended, ({ order }) => order.status)
    return {
      orders: ended.length,
      givenUp,
      byStatus: Object.fromEntries(Object.entries(byStatus).map(([status, orders]) => [status, orders?.length ?? 0])),
    }
  }
  async function audit(state: string): Promise<void> {
    const { code, output, errors } = await runBanyan(['audit', '--json'], { environment: { ...environment, BANYAN_DATA: directory } })
    assert.equal(code, 0, `audit of the ${state} platform: ${output} ${errors}`)
  }
  const battlefield: Battlefield = { options, lives, customers, members, clientOf, resume }
  return {
    customers,
    figures: lives.figures,
    strike: (scenario) => strike(battlefield, scenario),
    async prepare() {
      const opened = await started()
      await sellProducts(opened.url, 1, STOCK.plenty)
      await sellScarce(opened.url)
      await session.open(opened.url)
      assert.equal(await opened.stop(), 0, opened.errors())
      const file = path.join(directory, 'points.json')
      const shop = await started({ BANYAN_FAULTS_COUNT: file })
      await customers.place(clientOf(shop), BATCH)
      await members.register(shop.url)
      await settle(shop, 'all')
      assert.equal(await shop.stop(), 0, shop.errors())
      return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>))
    },
    async settleAndAudit(which) {
      const shop = await started()
      await resume(shop)
      const balance = await settle(shop, which)
      await audit('running')
      await shop.kill()
      await audit('killed')
      return balance
    },
    [Symbol.asyncDispose]: () => lives[Symbol.asyncDispose](),
  }
}

async function sellScarce(url: string): Promise<void> {
  const admin = shopClient(url, await adminToken(url))
  const variant = { sku: PRODUCTS[1], title: 'one size', weightGrams: 100, initialStock: STOCK.scarce }
  const { status, body } = await admin.request('POST', '/api/products', {
    title: 'Scarce product',
    description: 'For a test.',
    status: 'active',
    variants: [{ ...variant, prices: [{ currency: 'EUR', amountMinor: 700 }] }],
  })
  assert.equal(status, 201, JSON.stringify(body))
}
