import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, testPlatform, type TestPlatform } from '@banyan/testing'
import { command, contract, define, event, query, service, Type } from 'banyan'
import { silentLogger } from 'banyan/kernel'
import { aggregate } from './aggregate/aggregate.ts'
import { gateway } from './index.ts'

const Nothing = Type.Object({})
const stock = contract('stock', {
  operations: { count: query('GET /api/stock', { input: Nothing, output: Type.Object({ count: Type.Integer() }), access: 'public' }) },
  events: { 'stock.counted': event({ key: 'id', data: Type.Object({ id: Type.String() }) }) },
})
const shop = contract('shop', {
  operations: {
    open: query('GET /api/open', { input: Nothing, output: Type.Object({ open: Type.Boolean() }), access: 'public' }),
    sell: command('POST /api/sell', { input: Nothing, output: Nothing, access: 'public' }),
  },
})
const hooks = contract('hooks', {
  operations: { last: query('GET /api/last', { input: Nothing, output: Nothing, access: 'public' }) },
})

const shopParts = define(shop, { uses: [stock] })
const shopService = service(shopParts.definition, {
  operations: [
    shopParts.operation('open', async () => ({ open: true })),
    shopParts.operation('sell', async (_input, { call }) => {
      await call.stock.count({})
      return {}
    }),
  ],
  on: [shopParts.on('stock.counted', async () => undefined)],
})
const hooksParts = define(hooks)
const hooksService = service(hooksParts.definition, {
  operations: [hooksParts.operation('last', async () => ({}))],
  routes: { prefix: '/api/hooks', plugin: async (app) => void app.get('/api/hooks/a', async () => 'here') },
})

/** Shop alone; hooks is implemented and runs elsewhere, of stock there is only the contract. */
async function apart(): Promise<TestPlatform> {
  const both = aggregate('GET /api/both', {
    access: 'public',
    summary: '',
    uses: [shop, stock],
    parts: ({ required, withFallback }) => ({
      open: required(({ call }) => call.shop.open({})),
      stock: withFallback(({ call }) => call.stock.count({}), { count: 0 }),
    }),
  })
  return testPlatform({
    services: [shopService, hooksService],
    contracts: [stock],
    hosts: ['shop'],
    gateway: gateway({ aggregates: [both], limits: false }),
    log: silentLogger,
  })
}

async function ask({ port }: TestPlatform, path: string, method = 'GET') {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { 'idempotency-key': crypto.randomUUID() } })
  const text = await response.text()
  return { status: response.status, text, json: () => JSON.parse(text) as Record<string, unknown> }
}

test('what is part of the platform does not depend on what this process hosts: its reference, its routes, who may be called', async () => {
  await using running = await apart()
  const paths = Object.keys((await ask(running, '/openapi.json')).json()['paths'] as object)
  for (const path of ['/api/open', '/api/stock', '/api/last', '/api/both']) assert.ok(paths.includes(path), path)
  assert.equal((await ask(running, '/api/open')).status, 200)
  for (const [path, method] of [['/api/stock'], ['/api/last'], ['/api/hooks/a'], ['/api/sell', 'POST']] as const) {
    const { status, json } = await ask(running, path, method)
    const { code, retry } = json()
    assert.deepEqual([path, status, code, retry], [path, 503, 'unavailable', 'safe'])
  }
  assert.match(
    String((await ask(running, '/api/last')).json()['detail']),
    /"hooks" is not hosted by this process \(shop\); it was looked for in other processes/,
  )
})

test('an aggregate takes a service elsewhere for one that does not answer', async () => {
  await using running = await apart()
  const { status, json } = await ask(running, '/api/both')
  const { open, stock: counted } = json()['sections'] as Record<string, { status: string; data: unknown }>
  assert.deepEqual([status, open?.status, counted?.status, counted?.data], [200, 'ok', 'fallback', { count: 0 }])
})

test('a process is ready by what it hosts, and says what that is; a consumer of a log elsewhere waits and keeps no other figure away', async () => {
  await using running = await apart()
  const { ready, hosts, checks } = running.health()
  assert.deepEqual([ready, hosts], [true, ['shop']])
  assert.ok(checks.length > 0 && checks.every(({ name }) => name.startsWith('shop:')), checks.map(({ name }) => name).join())
  const text = running.metrics.text()
  for (const [service, value] of Object.entries({ shop: 1, hooks: 0, stock: 0 }))
    assert.ok(text.includes(`banyan_service_hosted{service="${service}"} ${value}\n`), service)
  const [hosted] = running.services
  const [reader] = hosted!.consumers.running()
  assert.equal(reader?.source, 'stock')
  assert.match(String(reader?.state().error), /"stock" is not hosted by this process/)
  assert.deepEqual(await running.admin.services[0]?.lag(), [])
  await eventually(() => assert.match(running.metrics.text(), /banyan_store_bytes\{service="shop"\}/))
})
