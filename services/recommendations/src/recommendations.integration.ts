import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, readSql, testPlatform } from '@banyan/testing'
import { catalog } from '@shop/catalog/contract'
import { orders } from '@shop/orders/contract'
import { users } from '@shop/users/contract'
import { command, contract, define, service, type SqlReader, Type } from 'banyan'
import { ANONYMOUS, type Principal, type Static } from 'banyan/contract'
import { createRuntime, deadlineAfter, systemClock } from 'banyan/kernel'
import { LISTS_MAX, type recommendations } from './contract.ts'
import { recommendationsService } from './service.ts'

type ListInput = Static<typeof recommendations.operations.list.input>

/** Stand-ins that only tell events, as the real catalog and orders would. */
const catalogTeller = contract('catalog', {
  operations: {
    tell: command('POST /tell-catalog', { input: catalog.events['product.created'].data, output: Type.Null(), access: 'internal' }),
  },
  events: catalog.events,
})
const ordersTeller = contract('orders', {
  operations: {
    tell: command('POST /tell-orders', { input: orders.events['order.confirmed'].data, output: Type.Null(), access: 'internal' }),
  },
  events: orders.events,
})
const usersTeller = contract('users', {
  operations: {
    tell: command('POST /tell-users', { input: users.events['user.erased'].data, output: Type.Null(), access: 'internal' }),
  },
  events: users.events,
})
const products = define(catalogTeller)
const people = define(usersTeller)
const tellErased = people.operation('tell', async (input, { transaction }) =>
  transaction((tx) => {
    tx.emit('user.erased', input)
    return null
  }),
)
const sales = define(ordersTeller)
const tellProduct = products.operation('tell', async (input, { transaction }) =>
  transaction((tx) => {
    tx.emit(input.status === 'archived' ? 'product.archived' : 'product.created', input)
    return null
  }),
)
const tellOrder = sales.operation('tell', async (input, { transaction }) =>
  transaction((tx) => {
    tx.emit('order.confirmed', input)
    return null
  }),
)

async function recommendationsPlatform() {
  const platform = await testPlatform({
    services: [
      recommendationsService,
      service(products.definition, { operations: [tellProduct] }),
      service(sales.definition, { operations: [tellOrder] }),
      service(people.definition, { operations: [tellErased] }),
    ],
  })
  const hosted = platform.services.find(({ name }) => name === 'recommendations') as (typeof platform.services)[number]
  const clock = systemClock()
  const { ids } = createRuntime()
  let told = 0

  async function orderAs(orderId: string, userId: string, ...skus: readonly string[]): Promise<void> {
    const lines = skus.map((sku) => ({ sku, qty: 1 }))
    const order = { orderId, userId, orderNumber: 1, currency: 'EUR', totalMinor: 1, lines, flow: 'orchestration', version: 1 } as const
    await platform.client(ordersTeller).tell(order)
  }
  async function callAs(principal: Principal, operation: string, input: unknown): Promise<unknown> {
    const id = ids.uuid()
    const trace = { traceId: ids.hex(16), spanId: ids.hex(8), flags: 0 } as const
    const scope = { principal, deadline: deadlineAfter(clock, 10_000), trace, correlationId: id, causationId: id }
    return (await hosted.invoke({ service: 'recommendations', operation, input, scope })).output
  }
  return {
    async product(sku: string, status: 'active' | 'archived' = 'active') {
      const id = `p-${sku}`
      const variants = [{ sku, title: sku, initialStock: 0 }]
      await platform
        .client(catalogTeller)
        .tell({ productId: id, version: 1, status, slug: sku.toLowerCase(), title: sku, categories: [], variants })
    },
    order: (userId: string, ...skus: readonly string[]) => orderAs(`o${told++}`, userId, ...skus),
    orderAs,
    erase: (userId: string) => platform.client(usersTeller).tell({ userId }),
    read: <T>(read: (sql: SqlReader) => Promise<T>) => readSql(hosted, read),
    /** Waits until everything told was learnt. */
    async learnt() {
      await eventually(async () => {
        for (const { consumer, source, position, head } of await hosted.consumers.lag())
          assert.equal(position, head, `${consumer} of ${source}`)
      })
    },
    async list(input: ListInput = {}, principal: Principal = ANONYMOUS) {
      const { items } = (await callAs(principal, 'list', input)) as Static<typeof recommendations.operations.list.output>
      return items.map(({ sku, reason }) => `${sku} ${reason}`)
    },
    callAs,
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  }
}

function user(subject: string): Principal {
  return { kind: 'user', subject, roles: ['customer'] }
}

test('recommends what is new while nothing was sold', async () => {
  await using shop = await recommendationsPlatform()
  for (const sku of ['A', 'B']) await shop.product(sku)
  await shop.learnt()
  assert.deepEqual(await shop.list(), ['B newest', 'A newest'])
})

test('recommends what is bought together, then what sells, then what is new', async () => {
  await using shop = await recommendationsPlatform()
  for (const sku of ['MUG', 'DRIPPER', 'FILTER', 'LAMP', 'NEW']) await shop.product(sku)
  for (let index = 0; index < 3; index++) await shop.order('ada', 'MUG', 'DRIPPER')
  await shop.order('bob', 'MUG', 'FILTER')
  await shop.order('bob', 'LAMP')
  await shop.learnt()
  assert.deepEqual(await shop.list({ sku: 'MUG' }), ['DRIPPER bought_together', 'FILTER bought_together', 'LAMP trending', 'NEW newest'])
  assert.deepEqual(await shop.list({ cart: 'MUG, DRIPPER', limit: 2 }), ['FILTER bought_together', 'LAMP trending'])
})

test('recommends from one’s own purchases, and from nobody else’s', async () => {
  await using shop = await recommendationsPlatform()
  for (const sku of ['MUG', 'DRIPPER', 'LAMP']) await shop.product(sku)
  await shop.order('ada', 'MUG')
  for (let index = 0; index < 2; index++) await shop.order('bob', 'MUG', 'DRIPPER')
  await shop.learnt()
  assert.deepEqual(await shop.list({}, user('ada')), ['DRIPPER bought_together', 'LAMP newest'])
  await assert.rejects(shop.list({ userId: 'ada' }, user('bob')), { code: 'not_found' })
  await assert.rejects(shop.list({ userId: 'ada' }), { code: 'not_found' })
})

test('never recommends what is off sale or unknown', async () => {
  await using shop = await recommendationsPlatform()
  for (const sku of ['MUG', 'DRIPPER']) await shop.product(sku)
  await shop.order('ada', 'MUG', 'DRIPPER', 'UNKNOWN')
  await shop.product('DRIPPER', 'archived')
  await shop.learnt()
  assert.deepEqual(await shop.list({ sku: 'MUG' }), [])
})

test('counts an order once, however often it is told', async () => {
  await using shop = await recommendationsPlatform()
  for (const sku of ['MUG', 'LAMP']) await shop.product(sku)
  for (let index = 0; index < 5; index++) await shop.orderAs('o-lamp', 'ada', 'LAMP')
  for (let index = 0; index < 2; index++) await shop.order('bob', 'MUG')
  await shop.learnt()
  assert.deepEqual(await shop.list(), ['MUG trending', 'LAMP trending'])
})

test('counts a look once a day and user', async () => {
  await using shop = await recommendationsPlatform()
  await shop.product('MUG')
  await shop.learnt()
  const look = () => shop.callAs(user('ada'), 'recordInteraction', { sku: 'MUG', kind: 'view' })
  assert.deepEqual(await look(), { accepted: true })
  assert.deepEqual(await look(), { accepted: false })
  assert.deepEqual(await shop.callAs(user('ada'), 'recordInteraction', { sku: 'NOWHERE', kind: 'view' }), { accepted: false })
  await assert.rejects(shop.callAs(ANONYMOUS, 'recordInteraction', { sku: 'MUG', kind: 'view' }), { code: 'unauthenticated' })
})

test('forgets what an erased person did, and keeps what all did together', async () => {
  await using shop = await recommendationsPlatform()
  for (const sku of ['A', 'B']) await shop.product(sku)
  await shop.learnt()
  for (const userId of ['ann', 'bob']) {
    await shop.order(userId, 'A', 'B')
    await shop.callAs(user(userId), 'recordInteraction', { sku: 'A', kind: 'view' })
  }
  await shop.learnt()
  const before = await shop.list({ sku: 'A' })
  await shop.erase('ann')
  await shop.learnt()
  const kept = await shop.read(async (sql) => {
    const count = async (table: string) => (await sql.all(`SELECT DISTINCT user_hash FROM ${table}`)).length
    return [await count('purchase'), await count('interaction')]
  })
  assert.deepEqual(kept, [1, 1])
  assert.deepEqual(await shop.list({ sku: 'A' }), before)
})

test('so many lists are answered at once; who comes beyond is told to come again', async () => {
  await using shop = await recommendationsPlatform()
  const answers = await Promise.allSettled(Array.from({ length: LISTS_MAX + 5 }, () => shop.list()))
  const refused = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => (reason as { code: string }).code)
  assert.deepEqual(refused, Array(5).fill('overloaded'))
})
