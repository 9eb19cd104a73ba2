import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { virtualClock } from '@banyan/testing'
import { createRuntime } from 'banyan/kernel'
import { apiKeyHash } from '../identity/api-keys.ts'
import { gatewayService, type RunningTest, shop, startGateway, stubHost, testIssuer } from '../gateway.fixture.ts'
import type { GatewayOptions } from '../options/options.ts'
import { type RateLimitOptions, SITE_NETWORKS } from './rate-limits.ts'

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
    { limits: { operations: { 'shop.getProduct': { address: LIMIT } } } },
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

/** A gateway whose clock stands still, behind a proxy that says who is at the other end. */
async function standingStill(options: GatewayOptions): Promise<RunningTest> {
  const runtime = createRuntime({ clock: virtualClock(Date.now()) })
  return startGateway({ tokens: issuer.tokens, trustedProxies: ['127.0.0.1'], ...options }, stubHost({ runtime }))
}

/** Signs in from an address, with credentials of one kind or none, and returns the status. */
async function signIn(
  running: RunningTest,
  address: string,
  email: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const ask = { method: 'POST', headers: { 'x-forwarded-for': address, ...headers }, body: { email, password: 'x' } }
  return (await running.ask('/api/sessions', ask)).status
}

test('counts what anybody may change by address, whatever tokens, accounts and API keys a caller takes', async () => {
  const secrets = ['a secret that nobody guesses 1', 'a secret that nobody guesses 2']
  await using running = await standingStill({
    apiKeys: secrets.map((secret, index) => ({ id: `k${index}`, sha256: apiKeyHash(secret), roles: ['admin'] })),
  })
  const bearer = async (sub: string) => ({ authorization: `Bearer ${await issuer.sign({ sub })}` })
  const credentials = [{}, await bearer('ann'), await bearer('bob'), await bearer('ann'), { authorization: 'Bearer made-up' }]
  const all = [...credentials, ...secrets.map((secret) => ({ 'x-api-key': secret }))]
  let allowed = 0
  for (let tries = 0; tries < 140; tries++)
    if ((await signIn(running, '203.0.113.1', `a${tries}@example.org`, all[tries % all.length])) === 200) allowed++
  assert.equal(allowed, 100, 'the burst of one address')
  assert.equal(await signIn(running, '203.0.113.2', 'a@example.org'), 200)
})

test('refuses an address before it verifies a token', async () => {
  let asked = 0
  const keys: NonNullable<GatewayOptions['tokens']>['keys'] = (call) => (asked++, issuer.tokens.keys(call))
  await using running = await standingStill({
    tokens: { ...issuer.tokens, keys },
    limits: { operations: { 'shop.signIn': { address: { ...LIMIT, burst: 1 } } } },
  })
  assert.equal(await signIn(running, '203.0.113.1', 'a@example.org'), 200)
  assert.equal(await signIn(running, '203.0.113.1', 'a@example.org', { authorization: `Bearer ${await issuer.sign()}` }), 429)
  assert.equal(asked, 0)
})

const BY_ACCOUNT: GatewayOptions = {
  limits: { operations: { 'shop.signIn': { target: { field: 'email', limit: { ...LIMIT, burst: 3 }, own: { ...LIMIT, burst: 1 } } } } },
}

test('counts by what a request is about, in any spelling and from everywhere', async () => {
  await using running = await standingStill(BY_ACCOUNT)
  const spellings = [
    'ann@Bücher.example',
    'ANN@b\u00fccher.example',
    ' ann@bu\u0308cher.example',
    'a\u200bnn@xn--bcher-kva.example',
    'ａnn@bücher.example',
  ]
  const statuses = []
  for (const email of spellings) statuses.push(await signIn(running, '203.0.113.1', email))
  assert.deepEqual(statuses, [200, 200, 200, 200, 429], 'one of its own and three of all')
  assert.equal(await signIn(running, '203.0.113.1', 'bob@bücher.example'), 200)
})

test('lets the owner of an account in while strangers use up what is there for it', async () => {
  await using running = await standingStill(BY_ACCOUNT)
  for (let stranger = 1; stranger <= 10; stranger++)
    for (let tries = 0; tries < 3; tries++) await signIn(running, `203.0.113.${stranger}`, 'ann@example.org')
  assert.equal(await signIn(running, '203.0.113.1', 'ann@example.org'), 429)
  assert.equal(await signIn(running, '198.51.100.7', 'ann@example.org'), 200)
})

test('takes all addresses of a /64 for one, and a whole /48 for no more than some', async () => {
  await using running = await standingStill({ limits: { operations: { 'shop.signIn': { address: { ...LIMIT, burst: 1 } } } } })
  assert.equal(await signIn(running, '2001:db8:1:1::1', 'a@example.org'), 200)
  assert.equal(await signIn(running, '2001:db8:1:1:ffff::2', 'b@example.org'), 429)
  let allowed = 1
  for (let network = 2; network < 100; network++)
    if ((await signIn(running, `2001:db8:1:${network.toString(16)}::1`, 'c@example.org')) === 200) allowed++
  assert.equal(allowed, SITE_NETWORKS)
  assert.equal(await signIn(running, '2001:db8:2:1::1', 'a@example.org'), 200)
})

test('refuses limits of operations and fields that are not there', async () => {
  const of = (operations: NonNullable<RateLimitOptions['operations']>) => startGateway({ limits: { operations } })
  await assert.rejects(of({ 'shop.singIn': { address: LIMIT } }), { code: 'misuse', message: /"shop\.singIn"/ })
  const target = { field: 'mail', limit: LIMIT, own: LIMIT }
  await assert.rejects(of({ 'shop.signIn': { target } }), { code: 'misuse', message: /counts by "mail"/ })
})

test('counts raw routes and malformed targets by address, and says in the metrics what was refused', async () => {
  const raw = { prefix: '/api/webhooks', handle: (_request: unknown, response: ServerResponse) => void response.end() }
  const host = stubHost({ runtime: createRuntime({ clock: virtualClock(Date.now()) }), services: [gatewayService(shop, { raw })] })
  await using running = await startGateway({ limits: { address: LIMIT } }, host)
  assert.equal((await running.ask('/api/webhooks/a', { method: 'POST' })).status, 200)
  assert.equal((await running.ask('/api/..')).status, 400)
  assert.equal((await running.ask('/api/webhooks/a', { method: 'POST' })).status, 429)
  assert.equal((await running.ask('/api/..')).status, 429)
  assert.match(host.metrics.text(), /banyan_gateway_refused_total\{limit="address"\} 2/)
})
