// The gate for the shop's statements: whatever a request, a consumer, a saga or a figure asks a store while others wait is bounded by what it
// answers, not by what the shop holds. Steps of SQLite are compared at three sizes, not times. What has no bound runs apart, so it is not seen here.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { startPlatform } from 'banyan/host'
import { createRuntime, silentLogger } from 'banyan/kernel'
import { sqliteStores } from 'banyan/store/sqlite'
import shop from '../platform.ts'
import { ADMIN, adminToken, anOrder, registerUser, type ShopClient, shopClient, signIn } from '../tests/support/shop-client.ts'
import { type StatementSteps, watchStatements } from '../tests/support/statement-steps.ts'
import { copyShop, prepareShop } from './growth.ts'
import { parkEvents, seedOrders, seedProducts, seedUsers, seedWaiting, type Template } from './growth-seed.ts'
import { stockArrived } from './orders.ts'

/** Rows of each kind. */
const SIZES = [300, 900, 2_700] as const
const GROWTH_MAX = 1.5
/** Steps that nobody has to explain. */
const SLACK = 500

test('no statement that others wait for costs more because the shop holds more', async () => {
  using prepared = await prepareShop()
  const costs = new Map<string, number[]>()
  for (const [index, size] of SIZES.entries()) {
    using copy = copyShop(prepared)
    fill(copy.path, prepared.template, size)
    using watched = watchStatements()
    await everyRequest(copy.path, prepared.template)
    note(costs, watched, index)
  }
  const growing = [...costs].filter(([text, each]) => grows(each) && !EXCEPTIONS.some(({ part }) => text.includes(part)))
  assert.deepEqual(growing, [], `steps of one execution with ${SIZES.join(', ')} products, orders, users, parked events and waiting sagas`)
})

/** Statements that may take more steps where the shop holds more, by a part of their text: they end at a bound that these sizes do not reach. */
const EXCEPTIONS: readonly { readonly part: string; readonly reason: string }[] = [
  { part: 'PRAGMA quick_check', reason: 'once at the start, of files up to 8 MiB, see FULL_CHECK_BYTES_MAX' },
  { part: 'LIMIT ?) AS counted', reason: 'parked events are counted up to 100,000 for each consumer, see PARKED_COUNT_MAX' },
  {
    part: 'SELECT DISTINCT event_key FROM banyan_parked',
    reason: 'read once by a consumer that starts, up to the keys that it may keep in memory',
  },
  { part: 'LIMIT ?) AS few', reason: 'products with a word are counted up to 2,000, see HITS_MAX' },
  { part: 'p.id IN (', reason: 'products of a list are looked at by 500 at most, see list-bounds.integration.ts' },
  { part: '(wake_at, status, id) > (?, ?, ?)', reason: 'once after the clock was set back, a page of 1,000 at a time' },
  { part: 'FROM charge', reason: "the fake provider's book stands for another company's; audits read it, page by page" },
  { part: "FROM request WHERE outcome = 'succeeded'", reason: 'the same' },
]

function grows([few = 0, some = few, many = some]: readonly number[]): boolean {
  return many > some * GROWTH_MAX + SLACK
}

function note(costs: Map<string, number[]>, { most }: StatementSteps, index: number): void {
  for (const [text, steps] of most) {
    const each = costs.get(text) ?? SIZES.map(() => 0)
    each[index] = steps
    costs.set(text, each)
  }
}

function fill(directory: string, template: Template, size: number): void {
  seedProducts(directory, template, size)
  seedOrders(directory, template, size)
  seedUsers(directory, template, size)
  seedWaiting(directory, template, size)
  parkEvents(directory, template, size)
}

const ENVIRONMENT = { BANYAN_RATE_LIMITS: 'off', BANYAN_SEED: 'off', BANYAN_METRICS_FROM: '127.0.0.1', ...ADMIN }

/** Starts the shop in this process, and asks for everything that it answers, at the extremes; removes what it would remove. */
async function everyRequest(directory: string, template: Template): Promise<void> {
  const running = await startPlatform(shop, {
    runtime: createRuntime({ log: silentLogger }),
    stores: sqliteStores({ directory }),
    directory: path.join(directory, 'files'),
    environment: ENVIRONMENT,
    listen: { port: 0, hostname: '127.0.0.1' },
  })
  const keepAlive = setInterval(() => {}, 60_000)
  try {
    const url = `http://127.0.0.1:${running.port}`
    await stockArrived(url, template.sku)
    const asked = await askAll(url, template)
    const { body } = await shopClient(url).request<{ paths: Record<string, object> }>('GET', '/openapi.json')
    const lists = Object.entries(body.paths).flatMap(([route, methods]) => ('get' in methods ? [route] : []))
    for (const { name, parts } of shop.services)
      for (const { remove } of parts.retention.rules ?? [])
        await running.services.find((each) => each.name === name)?.store.transaction((tx) => remove(tx.sql, Date.now(), 10))
    const forgotten = lists.filter((route) => !asked.some((each) => matches(route, each)))
    assert.deepEqual(forgotten, [], 'a query that this test does not ask')
  } finally {
    clearInterval(keepAlive)
    await running.stop()
  }
}

function matches(route: string, asked: string): boolean {
  const pattern = route.replaceAll(/\{[^}]+\}/g, '[^/?]+')
  return new RegExp(`^${pattern}(?:\\?|$)`).test(asked)
}

/** Returns the queries that were asked. */
async function askAll(url: string, template: Template): Promise<readonly string[]> {
  const tokens = [await adminToken(url), await signIn(url, 'past@example.org')]
  const [admin, customer] = tokens.map((token) => shopClient(url, token)) as [ShopClient, ShopClient]
  const placed = await customer.request('POST', '/api/orders', anOrder({ sku: template.sku }), {
    'idempotency-key': 'k1',
    prefer: 'wait=30',
  })
  assert.equal(placed.status < 300, true, JSON.stringify(placed.body))
  const cancelled = await customer.request('POST', '/api/orders', anOrder({ sku: template.sku }), { 'idempotency-key': 'k2' })
  await customer.request('POST', `/api/orders/${String(cancelled.body['id'])}/cancel`, { reason: 'customer' }, { 'idempotency-key': 'k3' })
  await registerUser(url, 'new@example.org')
  await customer.request('POST', '/api/interactions', { productId: template.productId, kind: 'view' })
  await shopClient(url).request('POST', '/api/auth/forgot', { email: 'past@example.org' })
  await admin.request(
    'POST',
    `/api/inventory/${template.sku}/adjustments`,
    { delta: 1, reason: 'stocktaking' },
    { 'idempotency-key': 'k4' },
  )
  // its handler fails, because there is no such order, and is tried again for long: nobody waits for that here
  await admin.request('POST', '/api/ops/parked/redrive', parkedKey('parked-7'), {}, AbortSignal.timeout(REDRIVE_MS)).catch(() => {})
  await admin.request('POST', '/api/ops/parked/skip', parkedKey('parked-8'))
  const asked = queries(template, String(placed.body['id']))
  for (const query of asked) {
    const askers = OWN.test(query) ? tokens : tokens.slice(0, 1)
    const answers = await Promise.all(askers.map((token) => fetch(url + query, { headers: { authorization: `Bearer ${token}` } })))
    for (const answer of answers) await answer.body?.cancel()
    const statuses = answers.map(({ status }) => status)
    assert.ok(
      statuses.some((status) => status < 400 || status === 404) && statuses.every((status) => status < 500),
      `${query} answered ${statuses.join(' and ')}`,
    )
  }
  return asked
}

/** Time in which a redrive begins. */
const REDRIVE_MS = 500

/** What customers ask too, and are answered otherwise. */
const OWN = /^\/api\/(?:orders|dashboard|recommendations|users)/

function parkedKey(key: string): Record<string, string> {
  return { service: 'recommendations', consumer: 'main', source: 'orders', key, reason: 'test' }
}

function queries({ orderId, userId, productId, sku }: Template, newOrder: string): readonly string[] {
  const first = '01900000-0000-7000-8000-000000000001'
  return [
    ...['newest', 'title', 'price', '-price'].flatMap((sort) =>
      [
        '',
        'q=test',
        'q=test+product',
        'q=nosuchword',
        'q=rareword',
        'category=none',
        'minPrice=900000',
        'status=draft',
        'currency=JPY',
      ].flatMap((filter) => [1, 100].map((limit) => `/api/products?sort=${sort}&limit=${limit}&${filter}`)),
    ),
    `/api/products/${productId}`,
    '/api/categories',
    `/api/inventory/${sku}`,
    ...['', 'low=true', 'low=false', 'cursor=ZZZ'].map((filter) => `/api/inventory?limit=200&${filter}`),
    `/api/orders/${orderId}`,
    `/api/orders/${newOrder}`,
    ...[
      '',
      'status=confirmed',
      'status=pending',
      'status=rejected',
      `userId=${userId}`,
      `userId=${first}`,
      'from=2030-01-01T00:00:00Z',
    ].map((filter) => `/api/orders?limit=100&${filter}`),
    '/api/orders?to=2020-01-01T00:00:00Z&limit=100',
    `/api/orders?status=cancelled&userId=${first}&limit=100`,
    `/api/payments?orderId=${orderId}`,
    `/api/payments/${first}`,
    '/api/ledger/balance',
    `/api/shipments?orderId=${orderId}`,
    ...['', 'limit=1', `productId=${productId}`].map((filter) => `/api/recommendations?${filter}`),
    '/api/dashboard',
    '/api/auth/jwks',
    '/api/auth/revocations',
    '/api/users/me',
    `/api/users/${userId}`,
    ...['', 'q=past', 'q=nobodyhasthis', 'status=erased', 'q=seed&status=disabled'].map((filter) => `/api/users?limit=100&${filter}`),
    ...['', `userId=${userId}`, `userId=${first}`, 'action=login_failed', 'action=password_reset'].map(
      (filter) => `/api/users/audit?limit=100&${filter}`,
    ),
    ...['', 'status=stuck', 'name=none', 'service=orders', 'status=waiting'].map((filter) => `/api/ops/sagas?limit=100&${filter}`),
    '/api/ops/saga-counts',
    '/api/ops/sagas/orders/waiting-7',
    ...['', 'state=redriving', 'service=recommendations', 'key=parked-9', 'consumer=none'].map(
      (filter) => `/api/ops/parked?limit=100&${filter}`,
    ),
    '/api/ops/flows/seed-7',
    '/api/ops/lag',
    '/api/ops/projections',
    '/api/ops/audit?limit=100',
    '/api/ops/violations',
    '/health',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/openapi.json',
  ]
}
