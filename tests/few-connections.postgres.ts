// The shop on servers that give few connections: one instance and two.
import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { after, suite, test } from 'node:test'
import { eventually, temporaryDirectory } from '@banyan/testing'
import { runSql } from './chaos/database.ts'
import { startPrivatePostgres } from './chaos/private-postgres.ts'
import { ADMIN, anOrder, registerUser, sellProducts, shopClient } from './support/shop-client.ts'
import { type ShopProcess, startShop } from './support/shop-process.ts'

/** Three hundred orders of two instances on so few connections, on a machine that is busy with other tests. */
const SETTLE_MS_MAX = 180_000

/** A server with so many connections, on which the shop is a role of its own: administrators keep three. */
async function smallServer(connections: number): Promise<AsyncDisposable & { start(): Promise<ShopProcess> }> {
  const directory = temporaryDirectory()
  chmodSync(directory.path, 0o755) // the server is another user
  const server = await startPrivatePostgres(`${directory.path}/postgres`, { settings: { max_connections: connections } })
  await runSql(server.url, 'CREATE ROLE shop LOGIN; GRANT CREATE ON DATABASE postgres TO shop')
  const url = new URL(server.url)
  url.username = 'shop'
  const environment = {
    ...ADMIN,
    BANYAN_SEED: 'off',
    BANYAN_RATE_LIMITS: 'off',
    BANYAN_STORE: 'postgres',
    POSTGRES_URL: url.href,
    BANYAN_FAKE_PROVIDER_BOOK: `${directory.path}/book.db`, // one for all instances
  }
  const shops: ShopProcess[] = []
  return {
    async start() {
      const shop = await startShop({ directory: `${directory.path}/${shops.length}`, environment })
      shops.push(shop)
      return shop
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(shops.map((shop) => shop.kill()))
      await server[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    },
  }
}

/** Places so many orders at once; returns how they were answered. */
async function burst(shop: ShopProcess, token: string, name: string, count: number): Promise<Record<string, number>> {
  const client = shopClient(shop.url, token)
  const statuses: Record<string, number> = {}
  await Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const { status } = await client.request('POST', '/api/orders', anOrder({ sku: 'TEST-1' }), { 'idempotency-key': `${name}-${number}` })
      statuses[status] = (statuses[status] ?? 0) + 1
    }),
  )
  return statuses
}

async function ready(shop: ShopProcess): Promise<boolean> {
  return (await shopClient(shop.url).request('GET', '/health/ready')).status === 200
}

for (const connections of [20, 60])
  suite(`a server with max_connections = ${connections}`, { timeout: 500_000 }, async () => {
    const server = await smallServer(connections)
    after(() => server[Symbol.asyncDispose]())

    test('one instance is ready and refuses nothing of a burst; a second one starts beside it, and both do', async () => {
      const first = await server.start()
      await eventually(async () => assert.ok(await ready(first)))
      await sellProducts(first.url, 1, 1_000_000)
      const { token } = await registerUser(first.url, 'ann@example.org')
      assert.deepEqual(await burst(first, token, 'alone', 100), { 201: 100 }, first.errors())
      const second = await server.start()
      await eventually(async () => assert.ok(await ready(second)))
      const both = await Promise.all([first, second].map((shop, index) => burst(shop, token, `both-${index}`, 100)))
      assert.deepEqual(both, [{ 201: 100 }, { 201: 100 }], first.errors() + second.errors())
      for (const shop of [first, second]) assert.ok(await ready(shop))
      await eventually(
        async () => {
          const { body } = await shopClient(second.url, token).request<{ items: { status: string }[] }>('GET', '/api/orders?limit=20')
          assert.deepEqual([...new Set(body.items.map(({ status }) => status))], ['confirmed'])
        },
        { timeoutMs: SETTLE_MS_MAX, pollMs: 200 },
      )
    })
  })
