// What a person leaves behind: a full journey with planted personal data, then a search through every table, file, log line and span. Only rows
// that can be erased may have any; after an erasure none of the order's has.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { eventually, testPlatform } from '@banyan/testing'
import { createLogger } from 'banyan/telemetry'
import { systemClock } from 'banyan/kernel'
import platform from '../platform.ts'
import { shopPlace } from './shop.fixture.ts'
import { ADMIN, adminToken, shopClient } from './support/shop-client.ts'
import { markersInFiles, markersInTables, markersInTexts, type Sightings } from './support/stored-texts.ts'
import { removeDue } from './support/remove-due.ts'

const exporter = new InMemorySpanExporter()
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))

const PERSON = {
  email: 'Zuzanna.Marker@example.org',
  password: 'zebra-marker-horse-battery',
  wrongPassword: 'zebra-wrongmarker-battery',
  name: 'Zuzanna Namemarker',
  phone: '+4917055501234',
  recipient: 'Recipientmarker Z',
  line1: 'Streetmarker 17',
  city: 'Citymarker',
  reason: 'Reasonmarker: my aunt is ill',
  note: 'Notemarker, call me at home',
  agent: 'Agentmarker/7.0',
  address: '203.0.113.77',
  staffWords: 'Staffmarker Bob dropped a box',
  token: 'tok_ok',
} as const
const MARKERS = Object.values(PERSON)

/** Columns of rows that can be erased, each with who erases it. All else must hold no personal data. */
const ERASABLE: Readonly<Record<string, string>> = {
  'users.account.email': 'the account',
  'users.account.email_key': 'the account',
  'users.account.search_key': 'the account',
  'users.account.name': 'the account',
  'users.account.phone': 'the account',
  'orders.order_pii.address': 'erasure of the order',
  'orders.order_pii.payment_token': 'erasure of the order',
  'orders.order_note.note': 'erasure of the order, and 90 days',
  'shipping.destination.address': 'erasure of the order',
  'payments.payment.token': 'erasure of the order',
  'inventory.movement_note.note': '400 days',
}
const AFTER_ERASURE = new Set([
  ...Object.keys(ERASABLE).filter((column) => column.startsWith('users.account.')),
  'inventory.movement_note.note',
])

async function openShop(flow: string) {
  const place = shopPlace()
  const lines: string[] = []
  assert.ok(platform.gateway)
  const shop = await testPlatform({
    services: platform.services,
    gateway: platform.gateway,
    directory: place.directory,
    ...(place.stores ? { stores: place.stores } : {}),
    environment: { ...ADMIN, BANYAN_ORDER_FLOW: flow, BANYAN_ACCESS_LOG: 'on', BANYAN_TRUSTED_PROXIES: '127.0.0.1' },
    runtime: { log: createLogger({ write: (line) => lines.push(line), clock: systemClock(), level: 'debug' }) },
  })
  return {
    ...shop,
    lines,
    directory: place.directory,
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]()
      await place[Symbol.asyncDispose]()
    },
  }
}

type Shop = Awaited<ReturnType<typeof openShop>>
interface Placed {
  readonly id: string
  readonly status: string
  readonly settled: boolean
}

/** Registers, fails to sign in, signs in, orders well and badly, cancels with words; staff search, and correct the stock with words. */
async function journey(url: string): Promise<{ readonly token: string; readonly orderIds: readonly string[] }> {
  const { email, password, wrongPassword, name, phone, recipient, line1, city, reason, note, agent, address, token: card } = PERSON
  const headers = { 'user-agent': agent, 'x-forwarded-for': address }
  const asked = async <T>(
    client: ReturnType<typeof shopClient>,
    method: string,
    to: string,
    body?: unknown,
    more: object = {},
  ): Promise<T> => (await client.request<T>(method, to, body, { ...headers, ...more })).body
  const nobody = shopClient(url)
  await asked(nobody, 'POST', '/api/auth/register', { email, password, name, phone })
  for (let time = 0; time < 3; time++) await asked(nobody, 'POST', '/api/auth/login', { email, password: wrongPassword })
  const { accessToken } = await asked<{ accessToken: string }>(nobody, 'POST', '/api/auth/login', { email, password })
  const customer = shopClient(url, accessToken)
  await changeProfile(customer)
  const order = {
    items: [{ sku: 'ESPRESSO-250', quantity: 1 }],
    shippingAddress: { recipient, line1, city, postalCode: '10115', country: 'DE' },
    shippingMethod: 'standard',
    payment: { provider: 'fake', token: card },
  }
  const place = (key: string, more: object = {}): Promise<Placed> =>
    asked(customer, 'POST', '/api/orders', { ...order, ...more }, { 'idempotency-key': key, prefer: 'wait=20' })
  const good = await place('journey-1')
  assert.deepEqual(await place('journey-1'), good, 'the same key has the same answer')
  const bad = await place('journey-2', { payment: { provider: 'fake', token: 'tok_declined' } })
  assert.deepEqual([good.status, bad.status], ['confirmed', 'rejected'])
  const cancelled = await asked<Placed>(
    customer,
    'POST',
    `/api/orders/${good.id}/cancel`,
    { reason, note },
    { 'idempotency-key': 'journey-3', prefer: 'wait=20' },
  )
  assert.equal(cancelled.status, 'cancelled', JSON.stringify(cancelled))
  const seen = await asked<{ cancellationNote: string; failure: { reason: string } }>(customer, 'GET', `/api/orders/${good.id}`)
  assert.deepEqual([seen.failure.reason, seen.cancellationNote], ['other', `${reason}\n${note}`])
  const staff = shopClient(url, await adminToken(url))
  await asked(staff, 'GET', `/api/users?q=${encodeURIComponent(name)}`)
  const stock = { delta: -1, reason: PERSON.staffWords }
  await asked(staff, 'POST', '/api/inventory/ESPRESSO-250/adjustments', stock, { 'idempotency-key': 'journey-4' })
  return { token: accessToken, orderIds: [good.id, bad.id] }
}

/** Changes the profile under a key, as a client may with any command: the answer holds the whole profile. */
async function changeProfile(customer: ReturnType<typeof shopClient>): Promise<void> {
  const { id, version } = (await customer.request<{ id: string; version: number }>('GET', '/api/users/me')).body
  const change = { name: PERSON.name, phone: PERSON.phone }
  const headers = { 'idempotency-key': 'profile-1', 'if-match': `"${version}"` }
  const { status } = await customer.request('PUT', `/api/users/${id}`, change, headers)
  assert.equal(status, 200)
}

function told(sightings: Sightings, allowed: (where: string) => boolean): string[] {
  return [...sightings].filter(([where]) => !allowed(where)).map(([where, markers]) => `${where}: ${[...markers].join(', ')}`)
}

async function leftBehind(shop: Shop, allowed: (where: string) => boolean): Promise<string[]> {
  const spans = exporter
    .getFinishedSpans()
    .map(({ name, attributes, events, status }) => JSON.stringify({ name, attributes, events, status }))
  return [
    ...told(await markersInTables(shop.services, MARKERS), allowed),
    ...told(markersInFiles(shop.directory, MARKERS), () => false),
    ...told(markersInTexts('log', shop.lines, MARKERS), () => false),
    ...told(markersInTexts('span', spans, MARKERS), () => false),
  ]
}

/** Lets the services remove what they would in a week: what a repeated request prepared for an order that never came. */
async function forgetUnused(shop: Shop): Promise<void> {
  await removeDue(shop, Date.now() + 8 * 86_400_000, 100)
}

for (const flow of ['orchestration', 'choreography'])
  describe(`personal data in ${flow}`, () => {
    test('stands in rows that can be erased and nowhere else, and goes when it is erased', async () => {
      await using shop = await openShop(flow)
      const url = `http://127.0.0.1:${shop.port}`
      await eventually(async () => assert.equal((await shopClient(url).request('GET', '/api/inventory/ESPRESSO-250')).status, 200))
      const { token, orderIds } = await journey(url)
      assert.deepEqual(await leftBehind(shop, (where) => where in ERASABLE), [])
      const sightings = await markersInTables(shop.services, MARKERS)
      assert.deepEqual(
        [...sightings.keys()].toSorted(),
        Object.keys(ERASABLE).toSorted(),
        'the list of what can be erased is no longer than it must be',
      )

      for (const id of orderIds) {
        const { status } = await shopClient(url, token).request('POST', `/api/orders/${id}/erasure`, {})
        assert.equal(status, 200)
      }
      await forgetUnused(shop)
      await eventually(async () => assert.deepEqual(await leftBehind(shop, (where) => AFTER_ERASURE.has(where)), []))
    })

    test('of an erased account is nowhere any more, also of an order that was under way', async () => {
      await using shop = await openShop(flow)
      const url = `http://127.0.0.1:${shop.port}`
      await eventually(async () => assert.equal((await shopClient(url).request('GET', '/api/inventory/ESPRESSO-250')).status, 200))
      const { token } = await journey(url)
      const customer = shopClient(url, token)
      const { id } = (await customer.request<{ id: string }>('GET', '/api/users/me')).body
      await customer.request('POST', '/api/auth/forgot', { email: PERSON.email })
      await eventually(() =>
        assert.notDeepEqual(
          told(markersInFiles(shop.directory, MARKERS), () => false),
          [],
          'a mail is kept',
        ),
      )
      const { recipient, line1, city } = PERSON
      const underWay = {
        items: [{ sku: 'ESPRESSO-250', quantity: 1 }],
        shippingAddress: { recipient, line1, city, postalCode: '10115', country: 'DE' },
        shippingMethod: 'standard',
        payment: { provider: 'fake', token: 'tok_slow' },
      }
      assert.equal((await customer.request('POST', '/api/orders', underWay, { 'idempotency-key': 'under-way' })).status, 201)
      const staff = shopClient(url, await adminToken(url))
      assert.equal((await staff.request('POST', `/api/users/${id}/erasure`, {})).status, 200)
      assert.equal((await customer.request('GET', '/api/users/me')).status, 401)
      await eventually(
        async () => {
          await forgetUnused(shop)
          assert.deepEqual(await leftBehind(shop, (where) => where === 'inventory.movement_note.note'), [])
        },
        { timeoutMs: 40_000 },
      )
    })
  })
