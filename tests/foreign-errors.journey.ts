// An error speaks of one contract and one request. What a dependency said is not what its caller says, over any number of hops.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregate, gateway } from '@banyan/gateway'
import { eventually, testPlatform } from '@banyan/testing'
import { type BanyanError, command, contract, declareError, define, event, failedWith, service, Type } from 'banyan'
import { createLogger } from 'banyan/telemetry'

const Ask = Type.Object({ what: Type.String() })
const stock = contract('stock', {
  operations: {
    take: command('POST /api/stock', {
      input: Ask,
      output: Type.Null(),
      access: 'public',
      errors: { sold_out: declareError(418, Type.Object({ sku: Type.String() })), short: Type.Object({ sku: Type.String() }) },
    }),
    broken: command('POST /api/stock/broken', { input: Ask, output: Type.Null(), access: 'public' }),
  },
})
const stockParts = define(stock)
const stockService = service(stockParts.definition, {
  operations: [
    stockParts.operation('take', async ({ what }, { fail }) => {
      if (what === 'broken') throw new TypeError('stock is broken')
      if (what === 'wrong data') return fail('sold_out', { sku: 7 } as never)
      return what === 'short' ? fail('short', { sku: 'a' }) : fail('sold_out', { sku: 'a' })
    }),
    stockParts.operation('broken', async () => null),
  ],
})

/** Asks the stock, and lets pass whatever it says. */
const shop = contract('shop', {
  operations: {
    buy: command('POST /api/shop', {
      input: Ask,
      output: Type.Null(),
      access: 'public',
      errors: { sold_out: declareError(410, Type.Object({ since: Type.Integer() })), short: Type.Object({ sku: Type.String() }) },
    }),
  },
  events: { 'shop.asked': event({ key: 'what', data: Ask }) },
})
const shopParts = define(shop, { uses: [stock] })
const rolledBack: unknown[] = []
const buyLater = shopParts.saga('buy-later', async (s, { what }: { what: string }) => {
  try {
    await s.step('take', { action: ({ call }) => call.stock.take({ what }) })
  } catch (error) {
    rolledBack.push(failedWith(error, stock.operations.take, 'sold_out') && error.data)
    throw error
  }
})
const shopService = service(shopParts.definition, {
  operations: [
    shopParts.operation('buy', async ({ what }, { call, fail, transaction }) => {
      if (what === 'own') return fail('sold_out', { since: 3 })
      if (what === 'later')
        return transaction(async (tx) => {
          await tx.start(buyLater, { id: 'later', input: { what } })
          return null
        })
      if (what === 'event')
        return transaction((tx) => {
          tx.emit('shop.asked', { what })
          return null
        })
      if (what === 'wrong input') return call.stock.take({} as never)
      return call.stock.take({ what })
    }),
  ],
  on: [shopParts.on('shop.asked', async (_event, { call }) => call.stock.take({ what: 'event' }))],
  sagas: [buyLater],
})

const desk = contract('desk', {
  operations: { order: command('POST /api/desk', { input: Ask, output: Type.Null(), access: 'public' }) },
})
const deskParts = define(desk, { uses: [shop] })
const deskService = service(deskParts.definition, {
  operations: [deskParts.operation('order', async (input, { call }) => call.shop.buy(input))],
})

const page = (need: 'required' | 'optional') =>
  aggregate(`GET /api/pages/${need}/:what`, {
    access: 'public',
    summary: 'One part',
    id: need,
    uses: [stock],
    input: Ask,
    parts: (makers) => ({ stock: makers[need](({ call, input }) => call.stock.take({ what: input.what })) }),
  })

async function started() {
  const lines: Record<string, unknown>[] = []
  const log = createLogger({ write: (line) => lines.push(JSON.parse(line)), clock: { now: () => 0 }, level: 'info' })
  const platform = await testPlatform({
    services: [stockService, shopService, deskService],
    gateway: gateway({ limits: false, aggregates: [page('required'), page('optional')] }),
    runtime: { log },
  })
  const ask = async (path: string, body?: object, headers = {}) => {
    const method = body === undefined ? 'GET' : 'POST'
    const answer = await fetch(`http://127.0.0.1:${platform.port}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status: answer.status, headers: answer.headers, json: (await answer.json()) as Record<string, unknown> }
  }
  const errors = () => lines.filter(({ level }) => level === 'error')
  return { platform, ask, errors, lines, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() }
}
type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof started>>['ask']>>

function assertOpaque({ status, json }: Answer): void {
  assert.deepEqual([status, json['code'], json['status'], json['retry'], 'data' in json], [500, 'internal', 500, 'unknown', false])
  assert.doesNotMatch(JSON.stringify(json), /sold|short|sku|stock/)
}

for (const [what, hops] of [
  ['sold out', '/api/shop'],
  ['sold out', '/api/desk'],
  ['short', '/api/shop'],
  ['wrong input', '/api/shop'],
  ['wrong input', '/api/desk'],
] as const)
  test(`"${what}" of the stock, not caught, leaves ${hops} as internal and is logged once, whole`, async () => {
    await using running = await started()
    const answer = await running.ask(hops, { what })
    assertOpaque(answer)
    assert.equal(running.errors().length, 1)
    const [line] = running.errors() as [{ operation: string; trace_id: string; error: { cause: { code: string } } }]
    assert.deepEqual([line.operation, line.trace_id], ['shop.buy', answer.json['traceId']])
    assert.match(line.error.cause.code, /^(?:sold_out|short|invalid_argument)$/)
  })

test('a mistake of the stock is logged there, with its trace, and by nobody on the way', async () => {
  await using running = await started()
  const answer = await running.ask('/api/desk', { what: 'broken' })
  assertOpaque(answer)
  const [line, ...others] = running.errors() as { operation: string; trace_id: string; error: { message: string } }[]
  assert.deepEqual(others, [])
  assert.deepEqual([line?.operation, line?.trace_id, line?.error.message], ['stock.take', answer.json['traceId'], 'stock is broken'])
})

test('data that does not fit the declaration is our mistake', async () => {
  await using running = await started()
  assertOpaque(await running.ask('/api/stock', { what: 'wrong data' }))
  assert.equal(running.errors().length, 1)
})

test('a repetition for a key gets the first answer: status, headers and body', async () => {
  await using running = await started()
  for (const [path, what, status] of [
    ['/api/stock', 'sold out', 418],
    ['/api/stock', 'short', 409],
    ['/api/shop', 'own', 410],
    ['/api/shop', 'sold out', 500],
    ['/api/desk', 'own', 500],
  ] as const) {
    const key = { 'idempotency-key': `${path} ${what}`.replaceAll(' ', '-') }
    const [first, again] = [await running.ask(path, { what }, key), await running.ask(path, { what }, key)]
    assert.equal(first.status, status, path)
    assert.deepEqual(comparable(again), comparable(first))
  }
})

/** Without what names the request and not the answer. */
function comparable({ status, headers, json }: Answer): object {
  const { requestId: _, traceId: __, ...body } = json
  const named = [...headers].filter(([name]) => !['date', 'x-request-id', 'traceresponse'].includes(name))
  return { status, body, named }
}

test('a saga’s author sees the declared error of a participant as such', async () => {
  await using running = await started()
  await running.platform.client(shop).buy({ what: 'later' })
  const admin = running.platform.admin.services.find(({ service: name }) => name === 'shop')
  await eventually(async () => assert.equal((await admin?.saga('later'))?.saga.status, 'compensated'))
  assert.deepEqual(rolledBack, [{ sku: 'a' }])
  assert.match((await admin?.saga('later'))?.saga.failure ?? '', /sold_out/)
})

test('a subscription that lets it pass parks its event with what came from where', async () => {
  await using running = await started()
  await running.platform.client(shop).buy({ what: 'event' })
  const admin = running.platform.admin.services.find(({ service: name }) => name === 'shop')
  const parked = await eventually(async () => {
    const [one] = (await admin?.parked({ limit: 1 })) ?? []
    assert.ok(one)
    return one
  })
  assert.equal(
    String(parked.error).split('\n', 1)[0],
    'internal: shop on shop.asked got "sold_out" from stock.take and did not handle it: sold out',
  )
})

test('an aggregate neither declares nor hands on what its services declare', async () => {
  await using running = await started()
  assertOpaque(hidingSections(await running.ask('/api/pages/required/any')))
  assert.equal(running.errors().length, 1)
  const { status, json } = await running.ask('/api/pages/optional/any')
  const { stock: section } = json['sections'] as { stock: { error: { code: string } } }
  assert.deepEqual([status, section.error.code], [200, 'internal'])
})

/** The problem of an aggregate names its own parts. */
function hidingSections(answer: Answer): Answer {
  return { ...answer, json: { ...answer.json, sections: undefined, detail: undefined } }
}

test('a client of the service itself still sees the declared error', async () => {
  await using running = await started()
  await assert.rejects(running.platform.client(stock).take({ what: 'x' }), (error: BanyanError) => {
    assert.ok(failedWith(error, stock.operations.take, 'sold_out'))
    assert.deepEqual([error.from, error.data], ['stock.take', { sku: 'a' }])
    return true
  })
})
