import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, define, event, service, Type } from 'banyan'
import { platform, startPlatform } from 'banyan/host'
import { createRuntime, sleep, systemClock } from 'banyan/kernel'
import { postgresStores } from './postgres-stores.ts'
import { testServer } from './test-server.ts'

const Sku = Type.Object({ sku: Type.String() })
const shop = contract('test', {
  operations: { sell: command('POST /api/sell', { input: Sku, output: Type.Null(), access: 'public' }) },
  events: { 'thing.sold': event({ key: 'sku', data: Sku }) },
})
const parts = define(shop)
const shopService = service(parts.definition, {
  operations: [
    parts.operation('sell', async (sold, { transaction }) =>
      transaction((tx) => {
        tx.emit('thing.sold', sold)
        return null
      }),
    ),
  ],
})

async function eventually(look: () => boolean, what: string): Promise<void> {
  const clock = systemClock()
  for (const end = clock.monotonic() + 30_000; !look(); await sleep(clock, 50)) assert.ok(clock.monotonic() < end, `not in time: ${what}`)
}

test('events that wait for their positions show in health and in metrics alike, and no more when they have them', async () => {
  await using server = await testServer()
  const running = await startPlatform(platform({ services: [shopService] }), {
    runtime: createRuntime(),
    stores: postgresStores({ url: server.url, schemaPrefix: server.prefix }),
    directory: '/nowhere',
    environment: {},
  })
  try {
    const check = () => running.health().checks.find(({ name }) => name === 'test:store')
    const waitsSeconds = (): number => Number(/banyan_events_waiting_seconds\{service="test"\} (\S+)/.exec(running.metrics.text())?.[1])
    const shows = (status: string): boolean =>
      running.metrics.text().includes(`banyan_health_check{check="test:store",status="${status}"} 1`) && check()?.status === status
    assert.ok(shows('pass'))
    assert.ok(waitsSeconds() < 5, String(waitsSeconds()))
    const other = await server.connect()
    await other.query('BEGIN; SELECT position FROM banyan_sequencer FOR UPDATE')
    await running.client(shop).sell({ sku: 'a' })
    await eventually(() => shows('warn'), 'the warning')
    assert.match(check()?.output ?? '', /its events have waited \d+ s for their positions/)
    assert.ok(waitsSeconds() >= 5, String(waitsSeconds()))
    assert.match(running.metrics.text(), /^banyan_ready 1$/m)
    await other.query('ROLLBACK')
    await eventually(() => shows('pass') && waitsSeconds() < 1, 'the end of the warning')
  } finally {
    await running.stop()
  }
})
