import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { eventually, testPlatform } from '@banyan/testing'
import { catalogService } from '@shop/catalog'
import { inventoryService } from '@shop/inventory'
import { ordersService } from '@shop/orders'
import { paymentsService } from '@shop/payments'
import { recommendationsService } from '@shop/recommendations'
import { shippingService } from '@shop/shipping'
import { usersService } from '@shop/users'
import { shopGateway } from './shop-gateway.ts'

const ADMIN = { BANYAN_ADMIN_EMAIL: 'root@example.org', BANYAN_ADMIN_PASSWORD: 'a long admin secret' }
const PASSWORD = 'correct horse battery'
const EMAIL = 'ada@example.org'

type Headers = Readonly<Record<string, string>>

/** An answer over HTTP. */
interface Answer {
  readonly status: number
  readonly headers: globalThis.Headers
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever came over the wire; the assertions say what it must be
  readonly body: any
}

async function shop(environment: Readonly<Record<string, string>> = {}, directory?: string) {
  const services = [usersService, catalogService, inventoryService, ordersService, paymentsService, shippingService, recommendationsService]
  const platform = await testPlatform({ services, gateway: shopGateway, environment, ...(directory === undefined ? {} : { directory }) })
  async function send(method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${platform.port}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
  }
  return { send, directory: platform.directory, stop: () => platform.stop(), [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() }
}

function bearer(token: string, more: Headers = {}): Headers {
  return { authorization: `Bearer ${token}`, ...more }
}

test('registers, signs in, exchanges tokens and signs out over HTTP', async () => {
  await using running = await shop()
  const { send } = running
  const registered = await send('POST', '/api/auth/register', { email: EMAIL, password: PASSWORD, name: 'Ada' })
  assert.deepEqual([registered.status, registered.headers.get('location')], [201, `/api/users/${registered.body.id}`])
  const again = await send('POST', '/api/auth/register', { email: EMAIL, password: PASSWORD, name: 'Ada' })
  assert.deepEqual([again.status, again.body.code], [409, 'email_taken'])
  assert.match(again.body.detail, /has an account; sign in, or set a new password with POST \/api\/auth\/forgot$/)
  assert.doesNotMatch(JSON.stringify(again.body), /ada|Ada/, 'nothing about whose it is')
  const wrong = await send('POST', '/api/auth/login', { email: EMAIL, password: 'not it at all' })
  assert.deepEqual([wrong.status, wrong.body.code], [401, 'invalid_credentials'])
  const { body: session } = await send('POST', '/api/auth/login', { email: EMAIL, password: PASSWORD })
  const exchanged = await send('POST', '/api/auth/refresh', { refreshToken: session.refreshToken })
  assert.equal((await send('GET', '/api/users/me', undefined, bearer(exchanged.body.accessToken))).body.email, EMAIL)
  assert.equal((await send('POST', '/api/auth/logout', { refreshToken: exchanged.body.refreshToken })).status, 204)
  assert.equal((await send('POST', '/api/auth/refresh', { refreshToken: exchanged.body.refreshToken })).status, 401)
})

test('changes a user with If-Match, and refuses an old version', async () => {
  await using running = await shop()
  const { send } = running
  const { body } = await send('POST', '/api/auth/register', { email: EMAIL, password: PASSWORD, name: 'Ada' })
  const read = await send('GET', `/api/users/${body.id}`, undefined, bearer(body.accessToken))
  const ifMatch = bearer(body.accessToken, { 'if-match': read.headers.get('etag') ?? '' })
  const changed = await send('PUT', `/api/users/${body.id}`, { name: 'Ada King' }, ifMatch)
  assert.deepEqual([changed.status, changed.body.name, changed.headers.get('etag')], [200, 'Ada King', '"2"'])
  assert.equal((await send('PUT', `/api/users/${body.id}`, { name: 'Late' }, ifMatch)).status, 412)
})

test('lets admins keep the catalog and everybody read it', async () => {
  await using running = await shop(ADMIN)
  const { send } = running
  const { body: admin } = await send('POST', '/api/auth/login', { email: ADMIN.BANYAN_ADMIN_EMAIL, password: ADMIN.BANYAN_ADMIN_PASSWORD })
  const product = { title: 'Tin Cup', variants: [{ sku: 'CUP', weightGrams: 90, prices: [{ currency: 'EUR', amountMinor: 700 }] }] }
  const { body: user } = await send('POST', '/api/auth/register', { email: EMAIL, password: PASSWORD, name: 'Ada' })
  assert.equal((await send('POST', '/api/products', product)).status, 401)
  assert.equal((await send('POST', '/api/products', product, bearer(user.accessToken))).status, 403)
  const created = await send('POST', '/api/products', product, bearer(admin.accessToken))
  assert.deepEqual([created.status, created.headers.get('location')], [201, `/api/products/${created.body.id}`])
  const found = await send('GET', '/api/products?q=tin%20cup&sort=price&limit=5&maxPrice=700')
  assert.deepEqual(
    found.body.items.map(({ sku }: { sku: string }) => sku),
    ['CUP'],
  )
  assert.equal((await send('GET', '/api/products/tin-cup')).body.id, created.body.id)
  assert.equal((await send('DELETE', `/api/products/${created.body.id}`, undefined, bearer(admin.accessToken))).status, 204)
  assert.equal((await send('GET', '/api/products?q=tin%20cup')).body.items.length, 0)
  const internal = await send('POST', '/api/catalog/quotes', { currency: 'EUR', lines: [{ sku: 'CUP', quantity: 1 }] })
  assert.equal(internal.status, 404)
})

test('answers the first page of a user in one request', async () => {
  await using running = await shop()
  const { send } = running
  assert.equal((await send('GET', '/api/dashboard')).status, 401)
  const { body } = await send('POST', '/api/auth/register', { email: EMAIL, password: PASSWORD, name: 'Ada' })
  const { status, body: page, headers } = await send('GET', '/api/dashboard', undefined, bearer(body.accessToken))
  assert.equal(status, 200)
  assert.equal(headers.get('x-aggregate-status'), 'orders=ok, recommendations=ok, profile=ok')
  assert.deepEqual(page.sections.orders, { status: 'ok', data: { items: [], nextCursor: null } })
  assert.equal(page.sections.profile.data.email, EMAIL)
  assert.ok(page.sections.recommendations.data.items.length > 0)
})

test('lets an API key do what staff may, and nothing in the place of a customer', async () => {
  const secret = 'a key of the staff that nobody guesses'
  const sha256 = createHash('sha256').update(secret).digest('hex')
  await using running = await shop({ BANYAN_API_KEYS: `tool:support+warehouse+finance+admin:${sha256}` })
  const key = { 'x-api-key': secret, 'idempotency-key': 'a-key' }
  const order = {
    items: [{ sku: 'WH-1000XM5-BLK', quantity: 1 }],
    shippingAddress: { recipient: 'Ada', line1: 'Road 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
    shippingMethod: 'standard',
    payment: { method: 'tok_visa' },
  }
  const asCustomer = [
    await running.send('POST', '/api/orders', order, key),
    await running.send('POST', '/api/interactions', { sku: 'WH-1000XM5-BLK', kind: 'view' }, key),
    await running.send('GET', '/api/users/me', undefined, key),
    await running.send('GET', '/api/dashboard', undefined, key),
  ]
  for (const { status, body } of asCustomer) {
    assert.deepEqual([status, body.code], [403, 'permission_denied'])
    assert.match(body.detail, /an API key stands for no user/)
  }
  assert.equal((await running.send('GET', '/api/orders', undefined, key)).status, 200)
  assert.equal((await running.send('GET', '/api/payments?orderId=o1', undefined, key)).status, 200)
  assert.equal((await running.send('GET', '/api/shipments?orderId=o1', undefined, key)).status, 200)
})

test('refuses tokens that are forged, unsigned or of somebody else', async () => {
  await using running = await shop()
  const { send } = running
  const { body } = await send('POST', '/api/auth/register', { email: EMAIL, password: PASSWORD, name: 'Ada' })
  const [header, payload, signature] = (body.accessToken as string).split('.') as [string, string, string]
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const bad = [
    `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
    `${header}.${encode({ ...claims, roles: ['admin'] })}.${signature}`,
    `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
    'nonsense',
  ]
  for (const token of bad) assert.equal((await send('GET', '/api/users/me', undefined, bearer(token))).status, 401, token.slice(0, 30))
  const other = await send('POST', '/api/auth/register', { email: 'eve@example.org', password: PASSWORD, name: 'Eve' })
  const stolen = await send('GET', `/api/users/${body.id}`, undefined, bearer(other.body.accessToken))
  assert.ok([403, 404].includes(stolen.status))
})

test('refuses the token of a user at once when the user is disabled or loses a role, and takes the next one', async () => {
  await using running = await shop(ADMIN)
  const { send } = running
  const { body: root } = await send('POST', '/api/auth/login', { email: ADMIN.BANYAN_ADMIN_EMAIL, password: ADMIN.BANYAN_ADMIN_PASSWORD })
  const admin = bearer(root.accessToken)
  const { body: user } = await send('POST', '/api/auth/register', { email: EMAIL, password: PASSWORD, name: 'Ada' })
  const change = (body: object, version: number) => send('PUT', `/api/users/${user.id}`, body, { ...admin, 'if-match': `"${version}"` })
  const products = (token: string) => send('POST', '/api/products', {}, bearer(token))
  assert.equal((await change({ roles: ['customer', 'admin'] }, 1)).status, 200)
  const { body: promoted } = await send('POST', '/api/auth/login', { email: EMAIL, password: PASSWORD })
  assert.equal((await products(promoted.accessToken)).status, 400, 'may create products, if only with a title')
  assert.equal((await change({ roles: ['customer'] }, 2)).status, 200)
  const refused = await products(promoted.accessToken)
  assert.deepEqual([refused.status, refused.body.code], [401, 'unauthenticated'])
  assert.match(refused.body.detail, /ended before its time/)
  const restore = { method: 'PUT', headers: bearer(promoted.accessToken, { 'if-match': '"3"' }) }
  assert.equal((await send(restore.method, `/api/users/${user.id}`, { roles: ['admin'] }, restore.headers)).status, 401)
  const { body: demoted } = await send('POST', '/api/auth/login', { email: EMAIL, password: PASSWORD })
  assert.equal((await products(demoted.accessToken)).status, 403)
  assert.equal((await send('GET', '/api/users/me', undefined, bearer(demoted.accessToken))).status, 200)
  assert.equal((await change({ status: 'disabled' }, 3)).status, 200)
  assert.equal((await send('GET', '/api/users/me', undefined, bearer(demoted.accessToken))).status, 401)
  assert.equal((await send('GET', '/api/products', undefined, bearer(demoted.accessToken))).status, 200, 'what is public stays so')
})

test('remembers over a restart whose tokens were ended', async () => {
  await using before = await shop(ADMIN)
  const { body: user } = await before.send('POST', '/api/auth/register', { email: EMAIL, password: PASSWORD, name: 'Ada' })
  const { body: root } = await before.send('POST', '/api/auth/login', {
    email: ADMIN.BANYAN_ADMIN_EMAIL,
    password: ADMIN.BANYAN_ADMIN_PASSWORD,
  })
  const ifMatch = bearer(root.accessToken, { 'if-match': '"1"' })
  assert.equal((await before.send('PUT', `/api/users/${user.id}`, { status: 'disabled' }, ifMatch)).status, 200)
  await before.stop()
  await using after = await shop(ADMIN, before.directory)
  assert.equal((await after.send('GET', '/api/users/me', undefined, bearer(user.accessToken))).status, 401)
  assert.equal((await after.send('GET', '/api/users/me', undefined, bearer(root.accessToken))).status, 200)
})

test('ends all sessions, changes and resets a password over HTTP; old tokens are refused at once', async () => {
  await using running = await shop()
  const { send } = running
  const { body: first } = await send('POST', '/api/auth/register', { email: EMAIL, password: PASSWORD, name: 'Ada' })
  const me = async (token: string) => (await send('GET', '/api/users/me', undefined, bearer(token))).status
  assert.equal(await me(first.accessToken), 200)
  assert.equal((await send('POST', '/api/auth/logout-all', {}, bearer(first.accessToken))).status, 204)
  assert.equal(await me(first.accessToken), 401)
  const { body: second } = await send('POST', '/api/auth/login', { email: EMAIL, password: PASSWORD, deviceToken: first.deviceToken })
  assert.equal(second.deviceToken, first.deviceToken)
  const change = { currentPassword: PASSWORD, newPassword: 'another good secret' }
  assert.equal((await send('POST', '/api/auth/password', { ...change, currentPassword: 'no' }, bearer(second.accessToken))).status, 403)
  const changed = await send('POST', '/api/auth/password', change, bearer(second.accessToken))
  assert.deepEqual([changed.status, await me(second.accessToken), await me(changed.body.accessToken)], [200, 401, 200])
  const forgot = await send('POST', '/api/auth/forgot', { email: 'nobody@example.org' })
  const known = await send('POST', '/api/auth/forgot', { email: EMAIL })
  assert.deepEqual([known.status, known.body], [forgot.status, forgot.body])
  assert.equal(known.status, 202)
  const token = await eventually(() => tokenOfMail(path.join(running.directory, 'files', 'users', 'mails')))
  assert.equal((await send('POST', '/api/auth/reset', { token, password: 'a third good secret' })).status, 204)
  assert.equal(await me(changed.body.accessToken), 401)
  assert.equal((await send('POST', '/api/auth/login', { email: EMAIL, password: 'a third good secret' })).status, 200)
})

function tokenOfMail(folder: string): string {
  const [name] = readdirSync(folder).filter((file) => file.endsWith('.txt'))
  return /^[\w-]{43}$/m.exec(readFileSync(path.join(folder, name as string), 'utf8'))?.[0] as string
}

test('counts wrong passwords by the address that the gateway saw', async () => {
  await using running = await shop({ BANYAN_TRUSTED_PROXIES: '127.0.0.1' })
  const { send } = running
  const login = async (from: string, password: string) =>
    (await send('POST', '/api/auth/login', { email: EMAIL, password }, { 'x-forwarded-for': from })).status
  await send('POST', '/api/auth/register', { email: EMAIL, password: PASSWORD, name: 'Ada' }, { 'x-forwarded-for': '192.0.2.1' })
  for (let attempt = 0; attempt < 5; attempt++) assert.equal(await login('203.0.113.9', 'not it at all'), 401)
  assert.equal(await login('203.0.113.9', PASSWORD), 429)
  assert.equal(await login('198.51.100.7', PASSWORD), 200)
})

test('limits requests for a new password by account, and what strangers use up keeps no owner out', async () => {
  await using running = await shop({ BANYAN_TRUSTED_PROXIES: '127.0.0.1' })
  const forgot = async (from: string, email: string) =>
    (await running.send('POST', '/api/auth/forgot', { email }, { 'x-forwarded-for': from })).status
  for (const email of [EMAIL, 'nobody@example.org']) {
    const statuses = new Set<number>()
    for (let request = 0; request < 60; request++) statuses.add(await forgot(`203.0.113.${request % 3}`, email))
    assert.deepEqual([...statuses], [202, 429])
    assert.equal(await forgot('192.0.2.1', email), 202, 'the owner')
  }
})
