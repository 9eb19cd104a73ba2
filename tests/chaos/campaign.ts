import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { eventually } from '@banyan/testing'
import { seededRandom } from 'banyan/kernel'
import { runBanyan } from '../support/banyan-command.ts'
import { ADMIN, adminToken, sellProducts, shopClient } from '../support/shop-client.ts'
import type { ShopProcess } from '../support/shop-process.ts'
import { STRICT_AUDIT } from '../support/strict-audit.ts'
import { BATCH, type Battlefield, type CampaignOptions, LEASE_MS } from './battlefield.ts'
import { createCompanion } from './companion.ts'
import { createCustomers } from './customers.ts'
import { createMembers } from './members.ts'
import { quiet } from './quiescence.ts'
import type { Scenario } from './scenario.ts'
import { createSession, type Session } from './session.ts'
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
/** What is on sale: more than anybody will buy, and less. */
const PLENTY = { sku: 'TEST-1', units: 1_000_000 }
const SCARCE = { sku: 'TEST-2', units: 12 }

/** The shop as it is struck: a patient deadline, because a machine under load must not decide outcomes; quick answers of the provider. */
function environmentOf({ flow, database }: CampaignOptions): Record<string, string> {
  return {
    ...ADMIN,
    ...STRICT_AUDIT,
    BANYAN_SEED: 'off',
    BANYAN_RATE_LIMITS: 'off',
    BANYAN_ORDER_FLOW: flow,
    BANYAN_ORDER_DEADLINE_MS: '600000',
    BANYAN_PAYMENT_TIMEOUT_MS: '60',
    BANYAN_FAKE_PROVIDER_SLOW_MS: '30',
    BANYAN_LEASE_MS: String(LEASE_MS),
    BANYAN_STORE: database ? 'postgres' : 'sqlite',
    ...(database ? { POSTGRES_URL: database.url, BANYAN_POSTGRES_SCHEMA_PREFIX: database.schemaPrefix } : {}),
  }
}

/** Builds a campaign on an empty directory. */
export function createCampaign(options: CampaignOptions): Campaign {
  const { directory, seed } = options
  const environment = environmentOf(options)
  const lives = createShopLives(directory, environment)
  const session = createSession()
  const field: Battlefield = {
    options,
    lives,
    customers: createCustomers(seededRandom(seed), { plenty: PLENTY.sku, scarce: SCARCE.sku }),
    members: createMembers(),
    clientOf: (shop) => shopClient(shop.url, session.token()),
    async resume(shop) {
      await session.renew(shop.url)
      await resume(field, shop)
    },
  }
  const companion = options.instances === 2 ? createCompanion(field) : undefined
  const audit = async (state: string): Promise<void> => {
    const { code, output, errors } = await runBanyan(['audit', '--json'], { environment: { ...environment, BANYAN_DATA: directory } })
    assert.equal(code, 0, `audit of the ${state} platform: ${output} ${errors}`)
  }
  return {
    figures: lives.figures,
    strike: (scenario) => (companion ? companion.beside(() => strike(field, scenario)) : strike(field, scenario)),
    async prepare() {
      await openShop(field, session)
      return countPoints(field)
    },
    async settleAndAudit(which) {
      await companion?.leave()
      const shop = await started(field)
      await field.resume(shop)
      const balance = await settle(field, shop, which)
      await audit('running')
      await shop.kill()
      await audit('killed')
      return balance
    },
    [Symbol.asyncDispose]: () => lives[Symbol.asyncDispose](),
  }
}

async function started({ lives }: Battlefield, more?: Record<string, string>): Promise<ShopProcess> {
  const shop = await lives.start(more)
  assert.ok(shop, 'the shop starts')
  return shop
}

/** Puts everything on sale and opens the customer's account. */
async function openShop(field: Battlefield, session: Session): Promise<void> {
  const shop = await started(field)
  await sellProducts(shop.url, 1, PLENTY.units)
  await sellScarce(shop.url)
  await session.open(shop.url)
  assert.equal(await shop.stop(), 0, shop.errors())
}

/** Runs one batch without faults; returns how often each point was reached. */
async function countPoints(field: Battlefield): Promise<Map<string, number>> {
  const file = path.join(field.options.directory, 'points.json')
  const shop = await started(field, { BANYAN_FAULTS_COUNT: file })
  await field.customers.place(field.clientOf(shop), BATCH)
  await field.members.register(shop.url)
  await settle(field, shop, 'all')
  assert.equal(await shop.stop(), 0, shop.errors())
  return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>))
}

async function resume({ options, lives, customers, clientOf }: Battlefield, shop: ShopProcess): Promise<void> {
  let alive = true
  void shop.ended.then(() => (alive = false))
  const end = performance.now() + RECOVER_MS_MAX
  while (alive && !(await customers.probe(clientOf(shop))))
    assert.ok(performance.now() < end, `no order is accepted ${RECOVER_MS_MAX} ms after the shop serves: ${shop.errors()}`)
  if (alive) lives.recovered()
  if (alive) await customers.retry(clientOf(shop))
  if (alive) await customers.check(clientOf(shop))
  assertChargedOnce(options.directory)
}

/** Waits until nothing is under way and compares what customers were told with every book. */
async function settle(field: Battlefield, shop: ShopProcess, which: 'open' | 'all'): Promise<CampaignBalance> {
  const { options, lives, customers, members } = field
  const client = field.clientOf(shop)
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
  await assertStock(staff, ended, new Map([PLENTY, SCARCE].map(({ sku, units }) => [sku, units])))
  assertCharges(options.directory, ended)
  await members.check(shop.url)
  const byStatus: Record<string, number> = {}
  for (const { order } of ended) byStatus[order.status] = (byStatus[order.status] ?? 0) + 1
  return { orders: ended.length, givenUp, byStatus }
}

async function sellScarce(url: string): Promise<void> {
  const admin = shopClient(url, await adminToken(url))
  const variant = { sku: SCARCE.sku, title: 'one size', weightGrams: 100, initialStock: SCARCE.units }
  const { status, body } = await admin.request('POST', '/api/products', {
    title: 'Scarce product',
    description: 'For a test.',
    status: 'active',
    variants: [{ ...variant, prices: [{ currency: 'EUR', amountMinor: 700 }] }],
  })
  assert.equal(status, 201, JSON.stringify(body))
}
