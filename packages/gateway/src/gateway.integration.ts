import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallRequest } from 'banyan/call'
import { BanyanError } from 'banyan/kernel'
import { OPERATOR_KEY, shop, startGateway, stubHost, testIssuer } from './gateway.fixture.ts'

const issuer = await testIssuer()
const ORDER = { items: [{ sku: 'mug', quantity: 2 }] }

test('calls the operation with path parameters, query string and scope', async () => {
  const calls: CallRequest[] = []
  const host = stubHost({
    handlers: {
      getProduct: async (request) => {
        calls.push(request)
        return { output: { id: 'mug', version: 7 } }
      },
    },
  })
  await using running = await startGateway({}, host)
  const answer = await running.ask('/api/products/m%C3%BCg?limit=5&inStock=true&tag=a&tag=b&utm_source=x', {
    headers: { 'x-request-id': 'request-0001', traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03' },
  })
  assert.equal(answer.status, 200)
  assert.deepEqual(answer.json, { id: 'mug', version: 7 })
  assert.equal(answer.headers['etag'], '"7"')
  assert.equal(answer.headers['x-request-id'], 'request-0001')
  assert.equal(answer.headers['traceresponse'], '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03')
  assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  assert.deepEqual(calls[0]?.input, { id: 'müg', limit: 5, inStock: true, tag: ['a', 'b'] })
  assert.equal(calls[0]?.scope.principal.kind, 'anonymous')
  assert.equal(calls[0]?.scope.correlationId, 'request-0001')
})

test('lets a signed-in user create something: 201, Location, token, replay', async () => {
  const calls: CallRequest[] = []
  const host = stubHost({
    handlers: {
      createOrder: async (request) => {
        calls.push(request)
        return { output: { id: 'o/1' }, token: 't42', replayed: true }
      },
    },
  })
  await using running = await startGateway({ tokens: issuer.tokens }, host)
  const answer = await running.ask('/api/orders', {
    method: 'POST',
    headers: { authorization: `Bearer ${await issuer.sign()}`, 'idempotency-key': 'k1', prefer: 'respond-async, wait=5' },
    body: ORDER,
  })
  assert.equal(answer.status, 201, answer.text)
  assert.equal(answer.headers['location'], '/api/orders/o%2F1')
  assert.equal(answer.headers['banyan-token'], 'shop:t42')
  assert.equal(answer.headers['idempotency-replayed'], 'true')
  assert.equal(answer.headers['preference-applied'], 'wait=5')
  assert.deepEqual(calls[0]?.input, ORDER)
  assert.deepEqual(calls[0]?.scope.principal, { kind: 'user', subject: 'u1', roles: ['customer'] })
  assert.equal(calls[0]?.scope.key, 'user:u1:k1')
  assert.equal(calls[0]?.scope.waitMs, 5_000)
})

test('answers declared errors with their status and data', async () => {
  const host = stubHost({
    handlers: {
      createOrder: async () => {
        throw new BanyanError('insufficient_stock', 'insufficient stock', { status: 409, data: { sku: 'mug' } })
      },
    },
  })
  await using running = await startGateway({ tokens: issuer.tokens }, host)
  const answer = await running.ask('/api/orders', {
    method: 'POST',
    headers: { authorization: `Bearer ${await issuer.sign()}` },
    body: ORDER,
  })
  assert.equal(answer.status, 409)
  assert.equal(answer.headers['content-type'], 'application/problem+json')
  assert.equal(answer.json['code'], 'insufficient_stock')
  assert.deepEqual(answer.json['data'], { sku: 'mug' })
})

test('serves health, and tells strangers no details', async () => {
  await using running = await startGateway({}, stubHost())
  assert.deepEqual((await running.ask('/health/live')).json, { status: 'pass' })
  const local = await running.ask('/health/ready')
  assert.match(local.text, /secret\/path/)
  const stranger = await running.ask('/health/ready', { headers: { 'x-forwarded-for': '203.0.113.9' } })
  assert.deepEqual(stranger.json, { status: 'pass', checks: { 'shop:store': [{ status: 'pass' }] } })
  const operator = await running.ask('/health/ready', { headers: { 'x-forwarded-for': '203.0.113.9', 'x-api-key': OPERATOR_KEY } })
  assert.match(operator.text, /secret\/path/)
})

void shop
