import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract, query, Type } from 'banyan'
import type { CallRequest } from 'banyan/call'
import type { Principal } from 'banyan/contract'
import { BanyanError } from 'banyan/kernel'
import { aggregate } from './aggregate.ts'
import { gatewayService, type RunningTest, startGateway, type StubHandler, stubHost, testIssuer } from '../gateway.fixture.ts'

const issuer = await testIssuer()
const list = (path: string) =>
  query(`GET /api/${path}`, {
    input: Type.Object({ userId: Type.Optional(Type.String()) }),
    output: Type.Object({ items: Type.Array(Type.String()) }),
    access: 'user',
  })
const orders = contract('orders', { operations: { listOrders: list('orders') } })
const recommendations = contract('recommendations', { operations: { recommend: list('recommendations') } })
const users = contract('users', { operations: { profile: list('users') } })

const dashboard = aggregate('GET /api/dashboard', {
  access: 'user',
  summary: 'What a user sees first',
  timeoutMs: 300,
  uses: [orders, recommendations, users],
  parts: ({ required, optional, withFallback }) => ({
    orders: required(({ call, principal }) => call.orders.listOrders({ userId: principal.subject })),
    recommendations: optional(({ call }) => call.recommendations.recommend({})),
    profile: withFallback(({ call }) => call.users.profile({}), { items: ['guest'] }),
  }),
})

const answers =
  (...items: string[]): StubHandler =>
  async () => ({ output: { items } })
const fails =
  (error: Error): StubHandler =>
  async () => {
    throw error
  }
const hangs: StubHandler = () => new Promise(() => {})

async function started(handlers: Record<string, StubHandler>): Promise<RunningTest> {
  const host = stubHost({ services: [orders, recommendations, users].map((each) => gatewayService(each)), handlers })
  return startGateway({ tokens: issuer.tokens, aggregates: [dashboard] }, host)
}
const signedIn = async (): Promise<{ headers: Record<string, string> }> => ({ headers: { authorization: `Bearer ${await issuer.sign()}` } })

test('puts the parts together and calls in the name of whoever asks', async () => {
  const principals: Principal[] = []
  const seen = async ({ scope, input }: CallRequest): ReturnType<StubHandler> => {
    principals.push(scope.principal)
    return { output: { items: [JSON.stringify(input)] } }
  }
  await using running = await started({ listOrders: seen, recommend: seen, profile: seen })
  const answer = await running.ask('/api/dashboard', await signedIn())
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.headers['x-aggregate-status'], 'orders=ok, recommendations=ok, profile=ok')
  assert.deepEqual(answer.json['sections'], {
    orders: { status: 'ok', data: { items: ['{"userId":"u1"}'] } },
    recommendations: { status: 'ok', data: { items: ['{}'] } },
    profile: { status: 'ok', data: { items: ['{}'] } },
  })
  assert.ok(!Number.isNaN(Date.parse(answer.json['generatedAt'] as string)))
  assert.deepEqual(new Set(principals.map((principal) => `${principal.kind}:${principal.subject}`)), new Set(['user:u1']))
})

test('says which optional parts failed, without inner details', async () => {
  await using running = await started({
    listOrders: answers('o1'),
    recommend: fails(new TypeError('db password is hunter2')),
    profile: fails(new BanyanError('unavailable', 'users is not running')),
  })
  const answer = await running.ask('/api/dashboard', await signedIn())
  assert.equal(answer.status, 200)
  assert.equal(answer.headers['x-aggregate-status'], 'orders=ok, recommendations=error, profile=fallback')
  const sections = answer.json['sections'] as Record<string, { status: string; data?: unknown; error?: { code: string } }>
  assert.equal(sections['recommendations']?.error?.code, 'internal')
  assert.deepEqual(sections['profile'], {
    status: 'fallback',
    data: { items: ['guest'] },
    error: { code: 'unavailable', message: 'users is not running' },
  })
  assert.doesNotMatch(answer.text, /hunter2/)
})

test('fails as a whole when a required part fails, and names it', async () => {
  await using running = await started({ listOrders: fails(new Error('boom')), recommend: answers(), profile: hangs })
  const answer = await running.ask('/api/dashboard', await signedIn())
  assert.equal(answer.status, 503)
  assert.equal(answer.headers['content-type'], 'application/problem+json')
  assert.equal(answer.json['code'], 'unavailable')
  assert.match(String(answer.json['detail']), /part "orders" failed/)
  assert.deepEqual(answer.json['sections'], { orders: 'error', recommendations: 'ok', profile: 'pending' })
  assert.doesNotMatch(answer.text, /boom/)
})

test('hands on what a required part refuses', async () => {
  await using running = await started({
    listOrders: fails(new BanyanError('permission_denied', 'not yours')),
    recommend: answers(),
    profile: answers(),
  })
  const answer = await running.ask('/api/dashboard', await signedIn())
  assert.equal(answer.status, 403)
  assert.equal(answer.json['code'], 'permission_denied')
})

test('does not wait for a slow part beyond its share of the time', async () => {
  await using running = await started({ listOrders: answers('o1'), recommend: hangs, profile: hangs })
  const answer = await running.ask('/api/dashboard', await signedIn())
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.headers['x-aggregate-status'], 'orders=ok, recommendations=error, profile=fallback')
  const sections = answer.json['sections'] as Record<string, { error: { code: string } }>
  assert.equal(sections['recommendations']?.error.code, 'deadline_exceeded')
})

test('gives the calls of a part no more time than the part', async () => {
  let left = 0
  const host = stubHost({ services: [gatewayService(orders)] })
  const seen: StubHandler = async ({ scope }) => {
    left = scope.deadline.at - host.runtime.clock.monotonic()
    return { output: { items: [] } }
  }
  const one = aggregate('GET /api/one', {
    access: 'public',
    summary: '',
    timeoutMs: 300,
    uses: [orders],
    parts: ({ required }) => ({ orders: required(({ call }) => call.orders.listOrders({})) }),
  })
  await using running = await startGateway({ aggregates: [one] }, { ...host, transport: { send: seen } })
  assert.equal((await running.ask('/api/one')).status, 200)
  assert.ok(left > 0 && left <= 255, String(left))
})

test('answers 504 when a required part is too slow', async () => {
  await using running = await started({ listOrders: hangs, recommend: answers(), profile: answers() })
  assert.equal((await running.ask('/api/dashboard', await signedIn())).status, 504)
})

test('keeps strangers out before any part runs', async () => {
  let calls = 0
  const counted: StubHandler = async () => {
    calls++
    return { output: { items: [] } }
  }
  await using running = await started({ listOrders: counted, recommend: counted, profile: counted })
  assert.equal((await running.ask('/api/dashboard')).status, 401)
  assert.equal(calls, 0)
})

test('refuses to start when a service it uses is not there', async () => {
  const host = stubHost({ services: [gatewayService(orders)] })
  await assert.rejects(startGateway({ aggregates: [dashboard] }, host), /uses service "recommendations", which is not part of the platform/)
})
