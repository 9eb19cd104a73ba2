import assert from 'node:assert/strict'
import { type RunningPlatform, startPlatform } from 'banyan/host'
import { createRuntime, silentLogger } from 'banyan/kernel'
import type { StoreFactory } from 'banyan/store'
import shop from '../platform.ts'
import { adminToken, anOrder, registerUser, type ShopClient, shopClient, signIn } from '../tests/support/shop-client.ts'
import { ENVIRONMENT } from './growth.ts'
import type { Template } from './growth-seed.ts'
import { stockArrived } from './orders.ts'
import { removeDue } from '../tests/support/remove-due.ts'

/** The shop in this process, whose data somebody else keeps. */
export interface ShopPlace {
  readonly stores: StoreFactory
  /** Where it keeps what is not in its stores. */
  readonly files: string
}

/** Starts the shop in this process. */
export function startShopHere({ stores, files }: ShopPlace): Promise<RunningPlatform> {
  return startPlatform(shop, {
    runtime: createRuntime({ log: silentLogger }),
    stores,
    directory: files,
    environment: { ...ENVIRONMENT, BANYAN_METRICS_FROM: '127.0.0.1' },
    listen: { port: 0, hostname: '127.0.0.1' },
  })
}

/** Starts the shop, asks for everything that it answers, at the extremes; removes what it would remove. */
export async function everyRequest(place: ShopPlace, template: Template): Promise<void> {
  const running = await startShopHere(place)
  const keepAlive = setInterval(() => {}, 60_000)
  try {
    const url = `http://127.0.0.1:${running.port}`
    await stockArrived(url, template.sku)
    const asked = await askAll(url, template)
    const { body } = await shopClient(url).request<{ paths: Record<string, object> }>('GET', '/openapi.json')
    const lists = Object.entries(body.paths).flatMap(([route, methods]) => ('get' in methods ? [route] : []))
    await removeDue(running, Date.now(), 10)
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
  const left = [...asked]
  const askSome = async (): Promise<void> => {
    for (let query = left.shift(); query !== undefined; query = left.shift())
      await ask(url, query, OWN.test(query) ? tokens : tokens.slice(0, 1))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, askSome))
  return asked
}

/** Queries that are asked side by side: the shop works while the database does. */
const AT_ONCE = 4

/** Asks with each token; at least one is answered. */
async function ask(url: string, query: string, tokens: readonly string[]): Promise<void> {
  const answers = await Promise.all(tokens.map((token) => fetch(url + query, { headers: { authorization: `Bearer ${token}` } })))
  for (const answer of answers) await answer.body?.cancel()
  const statuses = answers.map(({ status }) => status)
  assert.ok(
    statuses.some((status) => status < 400 || status === 404) && statuses.every((status) => status < 500),
    `${query} answered ${statuses.join(' and ')}`,
  )
}

/** Time in which a redrive begins. */
const REDRIVE_MS = 500

/** What customers ask too, and are answered otherwise. */
const OWN = /^\/api\/(?:orders|dashboard|recommendations|users)/

function parkedKey(key: string): Record<string, string> {
  return { service: 'recommendations', consumer: 'main', source: 'orders', key, reason: 'test' }
}

/** An id that nothing has. */
const NOBODY = '01900000-0000-7000-8000-000000000001'

function queries(template: Template, newOrder: string): readonly string[] {
  return [...queriesOfShoppers(template), `/api/orders/${newOrder}`, ...queriesOfStaff(template), ...QUERIES_OF_OPERATORS]
}

function queriesOfShoppers({ orderId, productId, sku }: Template): readonly string[] {
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
    ...['', 'limit=1', `productId=${productId}`].map((filter) => `/api/recommendations?${filter}`),
    '/api/dashboard',
    '/api/auth/jwks',
    '/api/auth/revocations',
    '/api/users/me',
  ]
}

function queriesOfStaff({ orderId, userId }: Template): readonly string[] {
  return [
    ...[
      '',
      'status=confirmed',
      'status=pending',
      'status=rejected',
      'status=cancelled',
      'status=cancelling',
      `userId=${userId}`,
      `userId=${NOBODY}`,
      'from=2030-01-01T00:00:00Z',
    ].map((filter) => `/api/orders?limit=100&${filter}`),
    '/api/orders?to=2020-01-01T00:00:00Z&limit=100',
    '/api/orders?status=rejected&to=2020-01-01T00:00:00Z&limit=100',
    `/api/orders?status=rejected&userId=${userId}&limit=100`,
    `/api/orders?status=cancelled&userId=${NOBODY}&limit=100`,
    `/api/payments?orderId=${orderId}`,
    `/api/payments/${NOBODY}`,
    '/api/ledger/balance',
    `/api/shipments?orderId=${orderId}`,
    `/api/users/${userId}`,
    ...['', 'q=past', 'q=nobodyhasthis', 'status=erased', 'q=seed&status=disabled'].map((filter) => `/api/users?limit=100&${filter}`),
    ...['', `userId=${userId}`, `userId=${NOBODY}`, 'action=login_failed', 'action=password_reset'].map(
      (filter) => `/api/users/audit?limit=100&${filter}`,
    ),
  ]
}

const QUERIES_OF_OPERATORS: readonly string[] = [
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
