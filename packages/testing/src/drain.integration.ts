// A process that stops: what is under way is answered, what comes is told to come again, and nothing that is still needed goes first.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { BanyanError, command, contract, define, event, service, Type } from 'banyan'
import { deadlineAfter } from 'banyan/kernel'
import { eventually } from './eventually.ts'
import { testPlatform } from './test-platform.ts'
import { virtualClock } from './virtual-clock.ts'

const Id = Type.Object({ id: Type.String() })
const Answer = Type.Object({ id: Type.String() })
const stock = contract('stock', { operations: { take: command('POST /api/stock', { input: Id, output: Answer, access: 'internal' }) } })
const shop = contract('shop', {
  operations: {
    buy: command('POST /api/shop', { input: Id, output: Answer, access: 'public' }),
    begin: command('POST /api/shop/begun', { input: Type.Object({ how: Type.String() }), output: Answer, access: 'public' }),
  },
  events: { 'shop.asked': event({ key: 'id', data: Id }) },
})

/** A place where the first to come waits until the test lets it go on. */
function gate() {
  const entered = Promise.withResolvers<void>()
  const open = Promise.withResolvers<void>()
  let isFirst = true
  const pass = async (): Promise<void> => {
    entered.resolve()
    if (!isFirst) return
    isFirst = false
    await open.promise
  }
  return { entered: entered.promise, open: open.resolve, pass }
}

function services(pass: () => Promise<void>, done: string[]) {
  const stockParts = define(stock)
  const stockService = service(stockParts.definition, { operations: [stockParts.operation('take', async ({ id }) => ({ id }))] })
  const { operation, on, timer, saga, definition } = define(shop, { uses: [stock] })
  const late = timer('late', async (_data: null, { call }) => {
    await pass()
    done.push((await call.stock.take({ id: 'timer' })).id)
  })
  const slowly = saga('slowly', async (s, _input: null) =>
    s.step('take', {
      action: async ({ call }) => {
        await pass()
        done.push((await call.stock.take({ id: 'saga' })).id)
      },
    }),
  )
  const shopService = service(definition, {
    operations: [
      operation('buy', async ({ id }, { call }) => {
        await pass()
        return call.stock.take({ id })
      }),
      operation('begin', async ({ how }, { transaction, now }) =>
        transaction(async (tx) => {
          if (how === 'timer') await tx.schedule(late, { id: 'late', at: now(), data: null })
          if (how === 'saga') await tx.start(slowly, { id: 's', input: null })
          if (how === 'event') tx.emit('shop.asked', { id: how })
          return { id: how }
        }),
      ),
    ],
    on: [
      on('shop.asked', async (_event, { call }) => {
        await pass()
        done.push((await call.stock.take({ id: 'event' })).id)
      }),
    ],
    timers: [late],
    sagas: [slowly],
    routes: {
      prefix: '/api/hooks',
      plugin: async (app) => {
        app.get('/api/hooks/slow', async () => {
          await pass()
          return { done: true }
        })
        app.get('/api/hooks/wrong', async () => {
          throw new BanyanError('sold_out', 'what the stock said', { from: 'stock.take', declared: true, status: 418 })
        })
      },
    },
  })
  return [stockService, shopService]
}

const refusal = { code: 'unavailable', status: 503, retry: 'safe' }
/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  await new Promise((resolve) => setImmediate(resolve))
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending
}

test('a service that drains refuses new calls and waits for those under way', async () => {
  const { entered, open, pass } = gate()
  await using platform = await testPlatform({ services: services(pass, []) })
  const client = platform.client(shop)
  const slow = client.buy({ id: 'a' })
  await entered
  const drained = platform.services.find(({ name }) => name === 'shop')!.drain()
  await assert.rejects(client.buy({ id: 'b' }), refusal)
  assert.equal(await isSettled(drained), false)
  open()
  assert.deepEqual(await slow, { id: 'a' }, 'also what it calls is still there')
  await drained
  await assert.rejects(client.buy({ id: 'c' }), refusal)
})

test('a platform that stops drains the services that call before those that are called', async () => {
  const { entered, open, pass } = gate()
  await using platform = await testPlatform({ services: services(pass, []) })
  const slow = platform.client(shop).buy({ id: 'a' })
  await entered
  const stopped = platform.stop()
  await assert.rejects(platform.client(shop).buy({ id: 'b' }), refusal)
  open()
  assert.deepEqual(await slow.catch((error: unknown) => error), { id: 'a' })
  await stopped
})

test('a platform can drain without ending: it is not ready any more, and lives', async () => {
  const { entered, open, pass } = gate()
  await using platform = await testPlatform({ services: services(pass, []) })
  const slow = platform.client(shop).buy({ id: 'a' })
  await entered
  const drained = platform.drain()
  assert.deepEqual([platform.health().live, platform.health().ready], [true, false])
  await assert.rejects(platform.client(shop).buy({ id: 'b' }), refusal)
  open()
  await Promise.all([slow, drained, platform.drain()])
})

for (const how of ['event', 'timer', 'saga'])
  test(`a drain waits for the handler of a ${how}, and what it calls is still there`, async () => {
    const { entered, open, pass } = gate()
    const done: string[] = []
    await using platform = await testPlatform({ services: services(pass, done) })
    await platform.client(shop).begin({ how })
    await entered
    const drained = platform.drain()
    assert.equal(await isSettled(drained), false)
    open()
    await drained
    assert.deepEqual(done, [how])
  })

test('a drain ends when its time is over, whatever is still under way', async () => {
  const clock = virtualClock()
  const { entered, open, pass } = gate()
  await using platform = await testPlatform({ services: services(pass, []), runtime: { clock } })
  const slow = platform.client(shop).buy({ id: 'a' })
  await entered
  let isDrained = false
  const drained = platform.services
    .find(({ name }) => name === 'shop')!
    .drain(deadlineAfter(clock, 5_000))
    .then(() => (isDrained = true))
  await clock.advance(4_000)
  assert.equal(isDrained, false)
  await clock.advance(5_000)
  await drained
  open()
  await slow
})

test('raw routes under way are answered, new ones are refused, and what a route throws is not shown', async () => {
  const { entered, open, pass } = gate()
  await using platform = await testPlatform({ services: services(pass, []) })
  const hosted = platform.services.find(({ name }) => name === 'shop')!
  const server = createServer((request, response) => hosted.raw?.handle(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const ask = async (path: string): Promise<{ status: number | undefined; body: Record<string, unknown> }> => {
    const request = get({ port, host: '127.0.0.1', path, agent: false })
    const [response] = await once(request, 'response')
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += chunk
    return { status: response.statusCode, body: JSON.parse(text) }
  }
  try {
    const wrong = await ask('/api/hooks/wrong')
    assert.deepEqual([wrong.status, wrong.body['code']], [500, 'internal'])
    assert.doesNotMatch(JSON.stringify(wrong.body), /stock|sold/)
    const slow = ask('/api/hooks/slow')
    await entered
    const drained = hosted.drain()
    const refused = await ask('/api/hooks/slow')
    assert.deepEqual([refused.status, refused.body['code'], refused.body['retry']], [503, 'unavailable', 'safe'])
    assert.equal(await isSettled(drained), false)
    open()
    assert.deepEqual(await slow, { status: 200, body: { done: true } })
    await eventually(async () => assert.equal(await isSettled(drained), true))
  } finally {
    server.close()
  }
})
