import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, define, event, service, Type } from 'banyan'
import { platform, type RunningPlatform, startPlatform } from 'banyan/host'
import { createRuntime, sleep, systemClock } from 'banyan/kernel'
import { postgresStores } from './postgres-stores.ts'
import { type TestServer, testServer } from './test-server.ts'

const Sku = Type.Object({ sku: Type.String() })
const shop = contract('test', {
  operations: { sell: command('POST /api/sell', { input: Sku, output: Type.Null(), access: 'public' }) },
  events: { 'thing.sold': event({ key: 'sku', data: Sku }) },
})
const shopParts = define(shop)
const shopService = service(shopParts.definition, {
  operations: [
    shopParts.operation('sell', async (sold, { transaction }) =>
      transaction((tx) => {
        tx.emit('thing.sold', sold)
        return null
      }),
    ),
  ],
})
const watchParts = define(contract('watch', { operations: {} }), { listens: [shop] })
const watchService = service(watchParts.definition, { on: [watchParts.on('thing.sold', async () => {})] })

/** One more process of the same platform. */
function start({ url, prefix }: TestServer): Promise<RunningPlatform & AsyncDisposable> {
  return startPlatform(platform({ services: [shopService, watchService] }), {
    runtime: createRuntime({ leaseMs: 2_000 }),
    stores: postgresStores({ url, schemaPrefix: prefix }),
    directory: '/nowhere',
    environment: {},
  }).then((running) => ({ ...running, [Symbol.asyncDispose]: () => running.stop() }))
}

async function eventually(check: () => Promise<boolean> | boolean): Promise<void> {
  const clock = systemClock()
  for (const end = clock.monotonic() + 20_000; !(await check()); await sleep(clock, 50)) assert.ok(clock.monotonic() < end, 'not in time')
}

test('data set back under running instances are refused by all of them, and by those that start later', async () => {
  await using server = await testServer()
  await using first = await start(server)
  await using second = await start(server)
  for (const sku of ['a', 'b', 'c']) await first.client(shop).sell({ sku })
  const consumed = async (): Promise<number> => Math.max(...(await Promise.all([first, second].map(position))))
  await eventually(async () => (await consumed()) === 3)
  await first.services[1]?.consumers.stop() // its cursor is durable now
  const client = await server.connect()
  await client.query('DELETE FROM banyan_outbox WHERE position > 1; UPDATE banyan_sequencer SET position = 1')
  await eventually(() => [first, second].every((running) => !running.health().ready))
  for (const running of [first, second]) await assert.rejects(running.client(shop).sell({ sku: 'x' }), { code: 'unavailable' })
  await using third = await start(server)
  assert.equal(third.health().ready, false)
  assert.match(third.health().checks.find(({ name }) => name === 'test:history')?.output ?? '', /older copy.*accept-loss --service test/)
  await assert.rejects(third.client(shop).sell({ sku: 'x' }), { code: 'unavailable' })
})

async function position({ services }: RunningPlatform): Promise<number> {
  const [lag] = (await services[1]?.consumers.lag()) ?? []
  return lag?.position ?? 0
}
