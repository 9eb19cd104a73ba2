// Wrong requests to the real process: each gets a problem document that names the field and what was expected; never a 500, never a stack.
// Those that nobody thought of are in fuzz.journey.ts.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { generateKeyPair, SignJWT } from 'jose'
import { temporaryDirectory } from '@banyan/testing'
import { ADMIN, adminToken, anOrder, registerUser, sellProducts, shopClient, type ShopClient } from './support/shop-client.ts'
import { type ShopProcess, startShop } from './support/shop-process.ts'
import { dropTestSchemas } from './support/test-stores.ts'

/** Above the limit of a body. */
const HUGE_BYTES = 3 * 1024 * 1024

const SCHEMA_PREFIX = `bad_${process.pid}_`
const directory = temporaryDirectory()
let shop: ShopProcess
let ann: { token: string; userId: string }
let bob: { token: string; userId: string }
let client: ShopClient
let anonymous: ShopClient

before(async () => {
  const environment = { ...ADMIN, BANYAN_SEED: 'off', BANYAN_RATE_LIMITS: 'off', BANYAN_POSTGRES_SCHEMA_PREFIX: SCHEMA_PREFIX }
  shop = await startShop({ directory: directory.path, environment })
  await sellProducts(shop.url, 1, 100)
  ann = await registerUser(shop.url, 'ann@example.org')
  bob = await registerUser(shop.url, 'bob@example.org')
  client = shopClient(shop.url, ann.token)
  anonymous = shopClient(shop.url)
})
after(async () => {
  const code = await shop.stop()
  directory[Symbol.dispose]()
  await dropTestSchemas(SCHEMA_PREFIX)
  assert.equal(code, 0, shop.errors())
})

interface Expected {
  readonly status: number
  readonly code: string
  /** JSON pointer of the first wrong field. */
  readonly pointer?: string
}

/** Sends a request and asserts what it is refused with. */
async function refused(
  expected: Expected,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  by = client,
): Promise<void> {
  const answer = await by.request<Problem>(method, path, body, headers)
  assertProblem(answer.status, answer.headers, answer.body, `${method} ${path} ${JSON.stringify(body)?.slice(0, 200)}`)
  const { status, code, errors } = answer.body
  const seen = { status, code, ...(expected.pointer === undefined ? {} : { pointer: errors?.[0]?.pointer }) }
  assert.deepEqual(seen, expected, JSON.stringify(answer.body))
}

interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly requestId: string
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}

function assertProblem(status: number, headers: Headers, body: Problem, what: string): void {
  const text = JSON.stringify(body)
  assert.ok(status >= 400 && status < 500, `${what} is answered ${status}: ${text}`)
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/, what)
  assert.match(body.code, /^[a-z][a-z_]+$/, text)
  assert.equal(body.status, status, text)
  assert.ok(body.detail.length > 0, `${what} is explained: ${text}`)
  assert.doesNotMatch(text, /node_modules|\.ts:\d|\bat [\w.]+ \(|SQLITE|sqlite|SELECT /, `${what} tells nothing of the inside`)
}

const key = (): Record<string, string> => ({ 'idempotency-key': crypto.randomUUID() })
const anItem = (quantity: unknown): object => ({ ...anOrder({ sku: 'TEST-1' }), items: [{ sku: 'TEST-1', quantity }] })

suite('cursors that no list wrote', () => {
  const encoded = (text: string): string => Buffer.from(text).toString('base64url')
  const long = 'x'.repeat(65)

  test('are refused by every list in the same way, whatever is in them', async () => {
    const root = shopClient(shop.url, await adminToken(shop.url))
    const inside = [
      String.raw`["title","\u0000","p1"]`,
      String.raw`["title","\ud800","p1"]`,
      `["title","a","${long}"]`,
      '["title",7,"p1"]',
      '[]',
    ]
    const byList: Record<string, readonly string[]> = {
      '/api/products?sort=title&cursor=': [...inside.map(encoded), `${encoded('["title","a","p1"]')}=`, 'zzz'],
      '/api/orders?cursor=': ['zzz', long, '7'],
      '/api/users?cursor=': ['zzz', long, '7'],
      '/api/users/audit?cursor=': ['zzz', long, '7'],
      '/api/ops/sagas?after=': ['orders~%2500', `orders~${'x'.repeat(257)}`, 'orders~', 'nowhere~a', 'zzz'],
      '/api/ops/parked?after=': ['orders~1~%2500~orders', 'orders~x~a~b', 'orders~1~a', 'zzz'],
    }
    for (const [path, cursors] of Object.entries(byList))
      for (const cursor of cursors) {
        const pointer = path.includes('after') ? '/after' : '/cursor'
        const { status, body } = await root.request<Problem>('GET', path + cursor)
        assert.deepEqual([status, body.code, body.errors?.[0]?.pointer], [400, 'invalid_argument', pointer], path + cursor)
        assert.match(body.errors?.[0]?.detail ?? '', /^must (?:be nextCursor of|not have more than)/, path + cursor)
      }
  })
})

suite('wrong bodies', () => {
  test('malformed, huge, deep, or no JSON object', async () => {
    for (const body of ['{', '{"items":[}', 'items=1', '{"a":1}{"b":2}', '\u0000'])
      await refused({ status: 400, code: 'malformed_json' }, 'POST', '/api/orders', body, key())
    for (const body of ['[]', '"x"', '7', 'null', `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`])
      await refused({ status: 400, code: 'invalid_argument' }, 'POST', '/api/orders', body, key())
    await refused({ status: 413, code: 'payload_too_large' }, 'POST', '/api/orders', `{"a":"${'x'.repeat(HUGE_BYTES)}"}`, key())
  })

  test('another content type', async () => {
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      await refused({ status: 415, code: 'unsupported_media_type' }, 'POST', '/api/orders', JSON.stringify(anOrder()), {
        ...key(),
        'content-type': type,
      })
  })

  for (const quantity of [0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, '2', true, null, [], {}])
    test(`a quantity of ${JSON.stringify(quantity)}`, () =>
      refused({ status: 400, code: 'invalid_argument', pointer: '/items/0/quantity' }, 'POST', '/api/orders', anItem(quantity), key()))

  test('wrong types and missing fields are named', async () => {
    const order = anOrder({ sku: 'TEST-1' })
    const cases: [string, object][] = [
      ['/items', { ...order, items: 'TEST-1' }],
      ['/items', { ...order, items: [] }],
      ['/items/0/sku', { ...order, items: [{ sku: 7, quantity: 1 }] }],
      ['/items/0/sku', { ...order, items: [{ sku: "'; DROP TABLE", quantity: 1 }] }],
      ['/shippingAddress', { ...order, shippingAddress: 'Street 1' }],
      ['/shippingAddress/country', { ...order, shippingAddress: { ...(order['shippingAddress'] as object), country: 'Germany' } }],
      ['/payment', { ...order, payment: null }],
    ]
    for (const [pointer, body] of cases)
      await refused({ status: 400, code: 'invalid_argument', pointer }, 'POST', '/api/orders', body, key())
    await refused({ status: 400, code: 'invalid_argument', pointer: '/limit' }, 'GET', '/api/products?limit=many')
    await refused(
      { status: 400, code: 'invalid_argument' },
      'POST',
      '/api/auth/register',
      { email: 'nobody', password: 'x', name: '' },
      {},
      anonymous,
    )
  })
})

suite('what does not exist', () => {
  test('unknown ids, paths and methods', async () => {
    for (const id of ['nothing', '01a204bd-749e-707a-a080-3fef8978c7bc', "' OR 1=1 --", '%00', '💥'])
      for (const path of ['/api/orders/', '/api/products/', '/api/inventory/']) {
        const answer = await client.request<Problem>('GET', path + encodeURIComponent(id))
        assertProblem(answer.status, answer.headers, answer.body, path + id)
        assert.ok(['not_found', 'invalid_argument'].includes(answer.body.code), JSON.stringify(answer.body))
      }
    await refused({ status: 404, code: 'not_found' }, 'GET', '/api/nothing')
    await refused({ status: 404, code: 'not_found' }, 'POST', '/api/orders/nothing/cancel', {}, key())
    await refused({ status: 405, code: 'method_not_allowed' }, 'DELETE', '/api/orders')
    await refused({ status: 422, code: 'unknown_sku' }, 'POST', '/api/orders', anOrder({ sku: 'NO-SUCH-SKU' }), key())
  })
})

suite('who is asking', () => {
  test('a token that is missing, malformed, expired, forged or without a signature', async () => {
    const { privateKey } = await generateKeyPair('EdDSA')
    const [header = '', payload = '', signature = ''] = ann.token.split('.')
    const facts = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
    const real = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg: string; kid: string }
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const forged = await new SignJWT(facts).setProtectedHeader({ ...real }).sign(privateKey)
    const tokens = {
      none: `${encode({ ...real, alg: 'none' })}.${payload}.`,
      'none with a signature': `${encode({ ...real, alg: 'none' })}.${payload}.${signature}`,
      'another user in the payload': `${header}.${encode({ ...facts, sub: bob.userId })}.${signature}`,
      'more rights in the payload': `${header}.${encode({ ...facts, roles: ['admin'] })}.${signature}`,
      'signed by someone else': forged,
      'the public key as an HMAC secret': await new SignJWT(facts)
        .setProtectedHeader({ ...real, alg: 'HS256' })
        .sign(Buffer.from(real.kid)),
      'cut off': ann.token.slice(0, -4),
      garbage: 'garbage',
      empty: '',
    }
    for (const [name, token] of Object.entries(tokens)) {
      const answer = await shopClient(shop.url, token).request<Problem>('GET', '/api/orders')
      assertProblem(answer.status, answer.headers, answer.body, name)
      assert.deepEqual([answer.status, answer.body.code], [401, 'unauthenticated'], name)
    }
    await refused({ status: 401, code: 'unauthenticated' }, 'GET', '/api/orders', undefined, {}, anonymous)
  })

  test("someone else's order, and an administrator's right", async () => {
    const { body } = await client.request<{ id: string }>('POST', '/api/orders', anOrder({ sku: 'TEST-1' }), {
      ...key(),
      prefer: 'wait=20',
    })
    const other = shopClient(shop.url, bob.token)
    for (const [method, path] of [
      ['GET', `/api/orders/${body.id}`],
      ['POST', `/api/orders/${body.id}/cancel`],
    ] as const) {
      const answer = await other.request<Problem>(method, path, method === 'POST' ? {} : undefined)
      assertProblem(answer.status, answer.headers, answer.body, path)
      assert.ok([403, 404].includes(answer.status), JSON.stringify(answer.body))
    }
    await refused({ status: 403, code: 'permission_denied' }, 'GET', '/api/users')
    await refused({ status: 403, code: 'permission_denied' }, 'POST', '/api/products', { title: 'x', variants: [] })
    await refused({ status: 403, code: 'permission_denied' }, 'GET', '/api/ops/sagas')
  })

  test('a wrong password says the same as an unknown address', async () => {
    const login = (email: string) => anonymous.request<Problem>('POST', '/api/auth/login', { email, password: 'wrong password here' })
    const [wrong, unknown] = [await login('ann@example.org'), await login('nobody@example.org')]
    assert.deepEqual([wrong.status, wrong.body.code, wrong.body.detail], [unknown.status, unknown.body.code, unknown.body.detail])
    assert.equal(wrong.status, 401)
  })
})

suite('Idempotency-Key', () => {
  test('none, a wrong one, or one of another request', async () => {
    const order = anOrder({ sku: 'TEST-1' })
    await refused({ status: 400, code: 'idempotency_key_required' }, 'POST', '/api/orders', order)
    await refused({ status: 400, code: 'invalid_argument' }, 'POST', '/api/orders', order, { 'idempotency-key': 'x'.repeat(300) })
    const used = key()
    assert.equal((await client.request('POST', '/api/orders', order, used)).status, 201)
    await refused({ status: 422, code: 'idempotency_mismatch' }, 'POST', '/api/orders', anItem(2), used)
  })

  test('twenty at once with one key are one order; each gets it or is told to wait', async () => {
    const used = key()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.request('POST', '/api/orders', anOrder({ sku: 'TEST-1' }), used)),
    )
    const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body['id']))
    assert.equal(ids.size, 1)
    for (const { status, body } of answers) if (status !== 201) assert.deepEqual([status, body['code']], [409, 'idempotency_in_progress'])
  })

  test("someone else's key is a key of its own", async () => {
    const used = key()
    const first = await client.request<{ id: string }>('POST', '/api/orders', anOrder({ sku: 'TEST-1' }), used)
    const second = await shopClient(shop.url, bob.token).request<{ id: string }>('POST', '/api/orders', anOrder({ sku: 'TEST-1' }), used)
    assert.deepEqual([first.status, second.status], [201, 201])
    assert.notEqual(first.body.id, second.body.id)
  })
})
