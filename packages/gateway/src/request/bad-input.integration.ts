import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { generateKeyPair, SignJWT } from 'jose'
import { type Answer, type Ask, type RunningTest, sendRaw, startGateway, stubHost, testIssuer } from '../gateway.fixture.ts'

const issuer = await testIssuer()
const bearer = async (claims?: Parameters<typeof issuer.sign>[0]): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await issuer.sign(claims)}`,
})
const started = (): Promise<RunningTest> => startGateway({ tokens: issuer.tokens, limits: false })
const ORDER = { items: [{ sku: 'mug', quantity: 2 }] }

/** Every refusal is a problem document with a stable code and a request id, and tells nothing of the inside. */
function assertProblem(answer: Answer, status: number, code: string, what = ''): void {
  assert.equal(answer.status, status, `${what} ${answer.text}`)
  assert.equal(answer.headers['content-type'], 'application/problem+json', what)
  assert.equal(answer.json['code'], code, `${what} ${answer.text}`)
  assert.equal(answer.json['status'], status)
  assert.equal(answer.json['requestId'], answer.headers['x-request-id'])
  assert.doesNotMatch(answer.text, /node_modules|\.ts:\d|\bat [\w.]+ \(/, what)
}

test('refuses bodies that are not JSON objects', async () => {
  await using running = await started()
  const headers = await bearer()
  const post = (body: string): Promise<Answer> => running.ask('/api/orders', { method: 'POST', headers, body })
  for (const body of ['{', '{"items":[}', 'items=1', '{"items":[{"sku":"a","quantity":01}]}', '\u0000', '{"a":1}{"b":2}']) {
    const answer = await post(body)
    assertProblem(answer, 400, 'malformed_json', body)
    assert.match(String(answer.json['detail']), /position \d+ \(line 1, column \d+\)/)
  }
  for (const body of ['[]', '"x"', '1', 'null', '{"__proto__":{"x":1}}', `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`])
    assertProblem(await post(body), 400, 'invalid_argument', body.slice(0, 30))
})

test('refuses wrong values and names each field', async () => {
  await using running = await started()
  const headers = await bearer()
  const quantities: unknown[] = [0, -1, 1.5, 1e308, '2', null, true, [], {}, 1_000]
  for (const quantity of quantities) {
    const answer = await running.ask('/api/orders', { method: 'POST', headers, body: { items: [{ sku: 'mug', quantity }] } })
    assertProblem(answer, 400, 'invalid_argument', String(quantity))
    assert.equal((answer.json['errors'] as { pointer: string }[])[0]?.pointer, '/items/0/quantity')
  }
  assertProblem(await running.ask('/api/orders', { method: 'POST', headers, body: {} }), 400, 'invalid_argument')
  assertProblem(await running.ask('/api/orders', { method: 'POST', headers }), 400, 'invalid_argument')
  assertProblem(await running.ask('/api/products/a?limit=abc'), 400, 'invalid_argument')
  assertProblem(await running.ask('/api/products/a?limit=1&limit=2'), 400, 'invalid_argument')
  assertProblem(await running.ask('/api/products/%ff'), 400, 'invalid_argument')
})

test('refuses other content types, charsets and compression', async () => {
  await using running = await started()
  const headers = await bearer()
  const post = (more: Record<string, string>): Promise<Answer> =>
    running.ask('/api/orders', { method: 'POST', headers: { ...headers, ...more }, body: ORDER })
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'application/json; charset=utf-16',
    '',
    'application/ld json',
    'json',
  ])
    assertProblem(await post({ 'content-type': type }), 415, 'unsupported_media_type', type)
  assertProblem(await post({ 'content-type': 'application/json', 'content-encoding': 'gzip' }), 415, 'unsupported_media_type')
  for (const type of [
    'application/json',
    'APPLICATION/JSON; charset="UTF-8"',
    'application/merge-patch+json',
    'application/json;charset=utf8',
  ])
    assert.equal((await post({ 'content-type': type })).status, 201, type)
})

test('refuses bodies that are too large, whether they say so or not', async () => {
  await using running = await started()
  const headers = await bearer()
  const body = JSON.stringify({ items: [], more: 'x'.repeat(1_048_577) })
  assertProblem(await running.ask('/api/orders', { method: 'POST', headers, body }), 413, 'payload_too_large')
  const chunk = 'x'.repeat(65_536)
  const chunked = `POST /api/orders HTTP/1.1\r\nhost: localhost\r\nauthorization: ${headers['authorization']}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${`10000\r\n${chunk}\r\n`.repeat(20)}0\r\n\r\n`
  assert.match(await sendRaw(running.gateway.port, chunked, 'payload_too_large'), /^HTTP\/1\.1 413 /)
})

test('refuses every token that is not exactly right, and never says more than why', async () => {
  await using running = await started()
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const foreign = await generateKeyPair('EdDSA')
  const forged = await new SignJWT({ roles: ['admin'] })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'k1', typ: 'at+jwt' })
    .setSubject('u1')
    .setIssuer('banyan-test')
    .setAudience('banyan-test-api')
    .setExpirationTime('1h')
    .sign(foreign.privateKey)
  const good = (await issuer.sign()).split('.')
  const tokens = {
    expired: await issuer.sign({ expiresIn: -60 }),
    forged,
    'alg none': `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode({ sub: 'u1', roles: ['admin'], exp: 9_999_999_999 })}.`,
    'other issuer': await issuer.sign({ issuer: 'evil' }),
    'other audience': await issuer.sign({ audience: 'evil' }),
    'not an access token': await issuer.sign({ typ: 'JWT' }),
    'other claims': `${good[0]}.${encode({ sub: 'admin', roles: ['admin'], exp: 9_999_999_999 })}.${good[2]}`,
    nonsense: 'abc',
    empty: '',
    huge: 'a'.repeat(10_000),
  }
  for (const [name, token] of Object.entries(tokens)) {
    const answer = await running.ask('/api/orders', { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: ORDER })
    assertProblem(answer, 401, 'unauthenticated', name)
    assert.match(String(answer.headers['www-authenticate']), /^Bearer error="invalid_token"/, name)
    assert.match(String(answer.json['detail']), /^the (?:access token was refused|authorization scheme must be)/, name)
  }
  const missing = await running.ask('/api/orders', { method: 'POST', body: ORDER })
  assertProblem(missing, 401, 'unauthenticated')
  assert.equal(missing.headers['www-authenticate'], 'Bearer')
  for (const authorization of ['Basic dTpw', 'Bearer', 'bearer', 'Token x', ''])
    assertProblem(
      await running.ask('/api/orders', { method: 'POST', headers: { authorization }, body: ORDER }),
      401,
      'unauthenticated',
      authorization,
    )
})

test('refuses unknown API keys, and two kinds of credentials at once', async () => {
  await using running = await started()
  assertProblem(await running.ask('/api/ops/lag', { headers: { 'x-api-key': 'wrong' } }), 401, 'unauthenticated')
  assertProblem(await running.ask('/api/ops/lag', { headers: { ...(await bearer()), 'x-api-key': 'wrong' } }), 401, 'unauthenticated')
})

test('refuses what belongs to somebody else, and what a role is missing for', async () => {
  await using running = await started()
  const headers = { ...(await bearer()), 'if-match': '"1"' }
  const put = (id: string, more: Record<string, string> = headers): Promise<Answer> =>
    running.ask(`/api/users/${id}`, { method: 'PUT', headers: more, body: { name: 'x' } })
  assertProblem(await put('u2'), 403, 'permission_denied')
  assert.equal((await put('u1')).status, 200)
  assert.equal((await put('u2', { ...(await bearer({ roles: ['admin'] })), 'if-match': '"1"' })).status, 200)
  assertProblem(await running.ask('/api/orders/o1', { method: 'DELETE', headers: await bearer() }), 403, 'permission_denied')
  assertProblem(await running.ask('/api/ops/sagas', { headers: await bearer() }), 403, 'permission_denied')
  for (const spoof of ['x-user-id', 'x-user-roles', 'x-principal'])
    assertProblem(await running.ask('/api/ops/sagas', { headers: { [spoof]: 'admin' } }), 401, 'unauthenticated')
})

test('serves public paths also to whoever sends an old token, and says so', async () => {
  await using running = await started()
  const answer = await running.ask('/api/products/a', { headers: await bearer({ expiresIn: -60 }) })
  assert.deepEqual([answer.status, answer.headers['www-authenticate']], [200, 'Bearer error="invalid_token"'])
})

test('keeps internal operations and unknown paths alike out of sight', async () => {
  await using running = await started()
  for (const path of ['/api/internal', '/api/nothing', '/api', '/api/products', '/api/products/a/b', '/api/orders/'])
    assertProblem(await running.ask(path), 404, 'not_found', path)
})

test('says which methods a path takes', async () => {
  await using running = await started()
  const answer = await running.ask('/api/products/a', { method: 'DELETE' })
  assertProblem(answer, 405, 'method_not_allowed')
  assert.equal(answer.headers['allow'], 'GET, HEAD, OPTIONS')
  assertProblem(await running.ask('/api/products/a', { method: 'TRACE' }), 405, 'method_not_allowed')
  assertProblem(await running.ask('/api/products/a', { method: 'PROPFIND' }), 405, 'method_not_allowed')
})

test('refuses bad idempotency keys, and asks for one where it is needed', async () => {
  await using running = await started()
  const headers = await bearer()
  const charge = (key?: string): Promise<Answer> =>
    running.ask('/api/charges', {
      method: 'POST',
      headers: { ...headers, ...(key === undefined ? {} : { 'idempotency-key': key }) },
      body: { minor: 1 },
    })
  assertProblem(await charge(), 400, 'idempotency_key_required')
  for (const key of ['', 'a b', 'x'.repeat(256)]) assertProblem(await charge(key), 400, 'invalid_argument', key)
  assert.equal((await charge('x'.repeat(255))).status, 200)
})

test('refuses a GET with a body, and closes: it could be half of another request', async () => {
  await using running = await started()
  const answer = await running.ask('/api/products/a', { headers: { 'content-length': '2' }, body: '{}' })
  assertProblem(answer, 400, 'invalid_argument')
  assert.equal(answer.headers['connection'], 'close')
})

test('refuses paths that two parties could read differently', async () => {
  await using running = await started()
  for (const path of [
    '/api/products/..',
    '/api/products/../ops/sagas',
    '/api//products/a',
    '/api/products/%2e%2e/x',
    '/api/products/a%2fb',
    '/api/products/%00',
    '/api/products/a\\b',
    '/%5c',
    '/api/products/%zz',
  ])
    assert.match(
      await sendRaw(running.gateway.port, `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`),
      /^HTTP\/1\.1 400 [\s\S]*"code":"invalid_argument"/,
      path,
    )
  assertProblem(await running.ask(`/api/products/${'a'.repeat(9_000)}`), 414, 'uri_too_long')
})

test('never answers 500, whatever is sent', async () => {
  await using running = await startGateway({ tokens: issuer.tokens, limits: false }, stubHost())
  const headers = await bearer({ roles: ['admin'] })
  const path = fc.constantFrom(
    '/api/products/a',
    '/api/orders',
    '/api/users/u1',
    '/api/charges',
    '/api/ops/parked/redrive',
    '/api/ops/sagas/shop/x/retry',
    '/api/ops/sagas',
    '/docs',
    '/metrics',
  )
  const query = fc.webQueryParameters()
  const value = fc.jsonValue({ maxDepth: 3 })
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS')
  const header = fc.constantFrom(
    'prefer',
    'if-match',
    'idempotency-key',
    'banyan-after',
    'x-request-id',
    'traceparent',
    'tracestate',
    'x-api-key',
    'content-type',
    'origin',
    'accept',
  )
  const text = fc.string({ unit: fc.constantFrom('"', 'W', '/', '3', ':', ',', '=', 'a', '%', '*', '0', '-', ';'), maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(path, query, value, method, fc.dictionary(header, text, { maxKeys: 3 }), async (at, search, body, verb, more) => {
      const ask: Ask = {
        method: verb,
        headers: { ...headers, ...more },
        ...(verb === 'GET' || verb === 'HEAD' ? {} : { body: JSON.stringify(body) }),
      }
      const answer = await running.ask(`${at}?${search}`, ask)
      assert.ok(answer.status < 500, `${verb} ${at}?${search} ${JSON.stringify(ask)} → ${answer.status} ${answer.text}`)
    }),
    { numRuns: 400 },
  )
})
