import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '@banyan/testing'
import { createRuntime } from 'banyan/kernel'
import { startGateway, stubHost, testIssuer } from './gateway.fixture.ts'

const issuer = await testIssuer()
const LIMIT = { requests: 60, windowMs: 60_000, burst: 2 }

test('limits an address before anything else, tells how much is left and when to come again', async () => {
  const clock = virtualClock(Date.now())
  await using running = await startGateway({ limits: { address: LIMIT } }, stubHost({ runtime: createRuntime({ clock }) }))
  const ask = () => running.ask('/api/products/a')
  const first = await ask()
  assert.deepEqual([first.headers['ratelimit-policy'], first.headers['ratelimit']], ['"address";q=60;w=60', '"address";r=1;t=1'])
  await ask()
  const refused = await ask()
  assert.equal(refused.status, 429)
  assert.deepEqual([refused.headers['ratelimit'], refused.headers['retry-after']], ['"address";r=0;t=1', '1'])
  assert.deepEqual([refused.json['code'], refused.json['violated-policies']], ['rate_limited', ['address']])
  await clock.advance(1_000)
  assert.equal((await ask()).status, 200)
})

test('limits users apart from each other', async () => {
  const clock = virtualClock(Date.now())
  await using running = await startGateway(
    { tokens: issuer.tokens, limits: { subject: LIMIT } },
    stubHost({ runtime: createRuntime({ clock }) }),
  )
  const asUser = async (sub: string) =>
    running.ask('/api/products/a', { headers: { authorization: `Bearer ${await issuer.sign({ sub })}` } })
  assert.equal((await asUser('ann')).headers['ratelimit-policy'], '"subject";q=60;w=60')
  await asUser('ann')
  assert.equal((await asUser('ann')).status, 429)
  assert.equal((await asUser('bob')).status, 200)
})

test('limits single operations more strictly', async () => {
  const clock = virtualClock(Date.now())
  await using running = await startGateway(
    { limits: { operations: { 'shop.getProduct': LIMIT } } },
    stubHost({ runtime: createRuntime({ clock }) }),
  )
  await running.ask('/api/products/a')
  await running.ask('/api/products/b')
  const refused = await running.ask('/api/products/c')
  assert.deepEqual([refused.status, refused.headers['ratelimit-policy']], [429, '"shop.getProduct";q=60;w=60'])
  assert.notEqual((await running.ask('/openapi.json')).status, 429)
})

test('never limits health checks, and nothing where limits are off', async () => {
  const clock = virtualClock(Date.now())
  await using limited = await startGateway({ limits: { address: LIMIT } }, stubHost({ runtime: createRuntime({ clock }) }))
  await using free = await startGateway({ limits: false })
  for (let index = 0; index < 10; index++) {
    assert.equal((await limited.ask('/health/live')).status, 200)
    assert.equal((await free.ask('/api/products/a')).headers['ratelimit'], undefined)
  }
})

test('tells clients behind a trusted proxy apart', async () => {
  const clock = virtualClock(Date.now())
  await using running = await startGateway(
    { limits: { address: LIMIT }, trustedProxies: ['127.0.0.1'] },
    stubHost({ runtime: createRuntime({ clock }) }),
  )
  const from = (address: string) => running.ask('/api/products/a', { headers: { 'x-forwarded-for': `1.1.1.1, ${address}` } })
  await from('203.0.113.1')
  await from('203.0.113.1')
  assert.equal((await from('203.0.113.1')).status, 429)
  assert.equal((await from('203.0.113.2')).status, 200)
})

test('limits whoever tries paths', async () => {
  const clock = virtualClock(Date.now())
  await using running = await startGateway({ limits: { address: LIMIT } }, stubHost({ runtime: createRuntime({ clock }) }))
  const statuses = [await running.ask('/admin.php'), await running.ask('/.env'), await running.ask('/wp-login')].map(({ status }) => status)
  assert.deepEqual(statuses, [404, 404, 429])
})
