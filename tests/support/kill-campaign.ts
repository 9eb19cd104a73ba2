import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { eventually } from '@banyan/testing'
import { seededRandom } from 'banyan/kernel'
import { runBanyan } from './banyan-command.ts'
import { createCustomers, type Customers } from './customers.ts'
import { assertCharges, assertListed, assertOrderNumbers, assertOutcomes, assertStock } from './shop-books.ts'
import { ADMIN, adminToken, registerUser, sellProducts, type ShopClient, shopClient } from './shop-client.ts'
import { type ShopProcess, startShop } from './shop-process.ts'
import { dropTestSchemas } from './test-stores.ts'

/** A point at which the process is to kill itself, and the how-manieth time. */
export interface Strike {
  readonly point: string
  readonly time: number
}

/** What a campaign is about. */
export interface CampaignOptions {
  readonly flow: 'orchestration' | 'choreography'
  readonly directory: string
  readonly seed: number
}

/** One shop that is killed again and again while customers order. */
export interface Campaign {
  readonly customers: Customers
  /** Runs one batch without faults, and returns how often each point was reached. Call it first. */
  reached(): Promise<ReadonlyMap<string, number>>
  /** Starts the shop, orders until the point strikes; fails when it never does. */
  strike(strike: Strike): Promise<void>
  /** Starts the shop and kills it once `answers` requests were answered under load. */
  killAfter(answers: number): Promise<void>
  /** Leaves the shop alone until every order ended, then compares all books, running and killed. */
  settleAndAudit(): Promise<void>
  /** Kills what still runs. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Orders placed at once: two of each way a payment can go, and both kinds of shortage. */
export const BATCH = 10
/** Batches in which a point must strike. */
const BATCHES_MAX = 8
/** On a shared store a restarted shop waits so long for what its killed predecessor ran. */
const LEASE_MS = 1_000
const STOCK = { plenty: 1_000_000, scarce: 12 }
const PRODUCTS = ['TEST-1', 'TEST-2'] as const
/** Customers of the load under which the shop is killed. */
const LOAD_CLIENTS = 8

/** The shop as the kill tests run it: a patient deadline, because a machine under load must not decide outcomes; quick answers of the provider. */
function environmentOf({ flow, directory }: CampaignOptions): Record<string, string> {
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
    BANYAN_POSTGRES_SCHEMA_PREFIX: `kill_${flow.slice(0, 4)}_${process.pid}_`,
    BANYAN_LEASE_MS: String(LEASE_MS),
    NODE_COMPILE_CACHE: path.join(directory, '..', 'banyan-compile-cache'),
  }
}

/** Builds a campaign on an empty directory. */
export function createCampaign(options: CampaignOptions): Campaign {
  const { directory, seed } = options
  const environment = environmentOf(options)
  const random = seededRandom(seed)
  const customers = createCustomers(random, { plenty: PRODUCTS[0], scarce: PRODUCTS[1] })
  const stock = new Map([
    [PRODUCTS[0], STOCK.plenty],
    [PRODUCTS[1], STOCK.scarce],
  ])
  let token = ''
  let running: ShopProcess | undefined
  const start = async (more: Record<string, string> = {}): Promise<ShopProcess> => {
    await running?.kill()
    return (running = await startShop({ directory, environment: { ...environment, ...more } }))
  }
  const clientOf = (shop: ShopProcess) => shopClient(shop.url, token)

  async function settle(shop: ShopProcess): Promise<void> {
    await eventually(async () => {
      await customers.retry(clientOf(shop))
      assert.deepEqual(
        customers.intents.filter((intent) => intent.orderId === undefined),
        [],
        'every request is answered',
      )
    })
    const staff = shopClient(shop.url, await adminToken(shop.url))
    await quiet(staff)
    const ended = await customers.settle(clientOf(shop))
    assertOutcomes(ended)
    assertOrderNumbers(ended.map(({ order }) => order))
    await assertListed(clientOf(shop), ended)
    await assertStock(staff, ended, stock)
    assertCharges(directory, ended)
  }
  async function audit(state: string): Promise<void> {
    const { code, output, errors } = await runBanyan(['audit', '--json'], { environment: { ...environment, BANYAN_DATA: directory } })
    assert.equal(code, 0, `audit of the ${state} platform: ${output} ${errors}`)
  }
  return {
    customers,
    async reached() {
      const opened = await start()
      await sellProducts(opened.url, 1, STOCK.plenty)
      await sellScarce(opened.url)
      token = (await registerUser(opened.url, 'ann@example.org')).token
      assert.equal(await opened.stop(), 0, opened.errors())
      const file = path.join(directory, 'points.json')
      const shop = await start({ BANYAN_FAULTS_COUNT: file })
      await customers.place(clientOf(shop), BATCH)
      await settle(shop)
      assert.equal(await shop.stop(), 0, shop.errors())
      return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>))
    },
    async strike({ point, time }) {
      const shop = await startedOrKilled(() => start({ BANYAN_FAULTS: `${point}:${time}=kill` }))
      if (!shop) return
      let alive = true
      void shop.ended.then(() => (alive = false))
      await customers.retry(clientOf(shop))
      for (let batch = 0; batch < BATCHES_MAX && alive; batch++) await customers.place(clientOf(shop), BATCH)
      if (alive) await shop.stop()
      assert.equal(await shop.ended, 'SIGKILL', `${point} strikes at the ${time}th time within ${BATCHES_MAX} batches: ${shop.errors()}`)
    },
    async killAfter(answers) {
      const shop = await start()
      let left = answers
      const client = clientOf(shop)
      const counted: typeof client = {
        async request(...request) {
          const answer = await client.request(...request)
          if (--left === 0) await shop.kill()
          return answer as never
        },
      }
      await customers.retry(counted)
      const buy = async (): Promise<void> => {
        while (left > 0) await customers.place(counted, 1)
      }
      await Promise.all(Array.from({ length: LOAD_CLIENTS }, buy))
    },
    async settleAndAudit() {
      const shop = await start()
      await settle(shop)
      await audit('running')
      await shop.kill()
      await audit('killed')
    },
    async [Symbol.asyncDispose]() {
      await running?.kill()
      await dropTestSchemas(environment['BANYAN_POSTGRES_SCHEMA_PREFIX'] as string)
    },
  }
}

async function sellScarce(url: string): Promise<void> {
  const admin = shopClient(url, await adminToken(url))
  const { status, body } = await admin.request('POST', '/api/products', {
    title: 'Scarce product',
    description: 'For a test.',
    status: 'active',
    variants: [
      {
        sku: PRODUCTS[1],
        title: 'one size',
        weightGrams: 100,
        initialStock: STOCK.scarce,
        prices: [{ currency: 'EUR', amountMinor: 700 }],
      },
    ],
  })
  assert.equal(status, 201, JSON.stringify(body))
}

/**
 * Waits until no event is waited for and no saga is under way. An event during which the process was killed again and again is parked as
 * the suspect it is; a person who knows better redrives it, and so does this. Nothing may be parked for another reason.
 */
async function quiet(staff: ShopClient): Promise<void> {
  await eventually(
    async () => {
      assert.equal(await redriveSuspects(staff), 0, 'no key is parked')
      assert.deepEqual(
        (await operations(staff, 'lag')).filter(({ lag }) => Number(lag) > 0),
        [],
        'every consumer is up to date',
      )
      const open = (await operations(staff, 'saga-counts')).filter(({ status }) => status !== 'completed' && status !== 'compensated')
      assert.deepEqual(open, [], 'every saga has ended')
    },
    { timeoutMs: 60_000, pollMs: 25 },
  )
}

async function redriveSuspects(staff: ShopClient): Promise<number> {
  const parked = await operations(staff, 'parked')
  for (const { service, consumer, source, key, state, error } of parked) {
    if (state !== 'failed') continue
    assert.match(String(error), /the process ended \d+ times/, `parked: ${JSON.stringify({ service, source, key, error })}`)
    const target = { service, consumer, source, key, reason: 'the test killed the process, not this event' }
    const { status, body } = await staff.request('POST', '/api/ops/parked/redrive', target)
    assert.ok(status === 200 || status === 404 || status === 409, JSON.stringify(body))
  }
  return parked.length
}

async function operations(staff: ShopClient, what: string): Promise<Record<string, unknown>[]> {
  return (await staff.request<{ items: Record<string, unknown>[] }>('GET', `/api/ops/${what}`)).body.items
}

/** The running shop; undefined when a point struck before it served. */
async function startedOrKilled(start: () => Promise<ShopProcess>): Promise<ShopProcess | undefined> {
  try {
    return await start()
  } catch (error) {
    if (error instanceof Error && error.message.includes('ended with SIGKILL')) return undefined
    throw error
  }
}
