// One order after another through all services, once driven by the saga and once by events alone; the auditor has the last word on each.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { OrderFlow } from '@shop/orders/contract'
import { readBook } from '@shop/payments/fake-provider'
import { eventually } from '@banyan/testing'
import path from 'node:path'
import { anOrder, paidWith, type Shop, shopPlace, startShop } from './shop.fixture.ts'

const FLOWS: readonly OrderFlow[] = ['orchestration', 'choreography']

for (const flow of FLOWS)
  describe(`orders by ${flow}`, () => {
    test('confirms, ships and captures an order, and shows it with its user, products, payment and shipment', async () => {
      await using shop = await startShop({ flow })
      await shop.sell('MUG', 5, 1_000)
      await shop.sell('CAP', 5, 700)
      const order = await shop.place({
        items: [
          { sku: 'MUG', quantity: 2 },
          { sku: 'CAP', quantity: 1 },
        ],
      })
      assert.deepEqual(
        [order.status, order.paymentStatus, order.fulfilmentStatus, order.settled, order.orderNumber, order.flow],
        ['confirmed', 'captured', 'fulfilled', true, 1, flow],
      )
      assert.deepEqual([order.subtotalMinor, order.shippingMinor, order.totalMinor], [2_700, 390, 3_090])
      const view = await eventually(async () => {
        const seen = await shop.get(order.id)
        assert.equal(seen.source, 'projection')
        assert.deepEqual([seen.payment?.capturedMinor, seen.shipment?.status], [3_090, 'label_created'])
        return seen
      })
      assert.deepEqual(
        view.lines.map(({ sku, quantity, productTitle }) => [sku, quantity, productTitle]),
        [
          ['MUG', 2, 'Product MUG'],
          ['CAP', 1, 'Product CAP'],
        ],
      )
      assert.equal((await shop.inventory.getStock({ sku: 'MUG' })).available, 3)
      await shop.auditedAtRest()
    })

    test('rejects an order whose payment is declined, and gives its goods back', async () => {
      await using shop = await startShop({ flow })
      await shop.sell('MUG', 5)
      const order = await shop.place(paidWith('tok_declined'))
      assert.deepEqual([order.status, order.orderNumber], ['rejected', null])
      assert.deepEqual(order.failure, { reason: 'payment_declined', declineCode: 'card_declined', retryable: false })
      await shop.auditedAtRest()
      assert.equal((await shop.inventory.getStock({ sku: 'MUG' })).available, 5)
    })

    test('rejects an order for more than there is, and says what is short', async () => {
      await using shop = await startShop({ flow })
      await shop.sell('MUG', 3)
      await shop.sell('CAP', 9)
      const twice = [
        { sku: 'MUG', quantity: 2 },
        { sku: 'CAP', quantity: 1 },
        { sku: 'MUG', quantity: 2 },
      ]
      const order = await shop.place({ items: twice })
      assert.equal(order.status, 'rejected')
      assert.deepEqual(order.failure, { reason: 'insufficient_stock', lines: [{ sku: 'MUG', requested: 4, available: 3 }] })
      await shop.auditedAtRest()
      assert.equal((await shop.inventory.getStock({ sku: 'CAP' })).available, 9, 'all or nothing')
    })

    for (const token of ['tok_timeout_after', 'tok_error_after', 'tok_slow'])
      test(`finds out what became of the payment and charges once (${token})`, async () => {
        await using shop = await startShop({ flow })
        await shop.sell('MUG', 5)
        const order = await shop.place(paidWith(token))
        assert.deepEqual([order.status, order.paymentStatus], ['confirmed', 'captured'])
        assert.equal(charges(shop).length, 1)
        await shop.auditedAtRest()
      })

    test('waits for a provider that answers later than anybody waits for', async () => {
      await using shop = await startShop({ flow, environment: { BANYAN_FAKE_PROVIDER_SLOW_MS: '700', BANYAN_PAYMENT_TIMEOUT_MS: '100' } })
      await shop.sell('MUG', 5)
      const order = await shop.place(paidWith('tok_slow'))
      assert.deepEqual([order.status, charges(shop).length], ['confirmed', 1])
      await shop.auditedAtRest()
    })

    test('rejects an order whose payment never reaches the provider; nothing is charged', async () => {
      await using shop = await startShop({ flow })
      await shop.sell('MUG', 5)
      const order = await shop.place(paidWith('tok_timeout_before'))
      assert.equal(order.status, 'rejected')
      assert.deepEqual(order.failure, { reason: 'payment_declined', declineCode: 'provider_timeout', retryable: true })
      assert.deepEqual(charges(shop), [])
      await shop.auditedAtRest()
    })

    test('sells the last five units to five of twenty buyers', async () => {
      await using shop = await startShop({ flow })
      await shop.sell('MUG', 5)
      const orders = await Promise.all(Array.from({ length: 20 }, (_, buyer) => shop.place({}, { user: `buyer-${buyer}` })))
      const confirmed = orders.filter((order) => order.status === 'confirmed')
      assert.equal(confirmed.length, 5)
      assert.deepEqual(
        confirmed.map((order) => order.orderNumber).toSorted((a, b) => Number(a) - Number(b)),
        [1, 2, 3, 4, 5],
        'numbers without gaps',
      )
      for (const order of orders) if (order.status !== 'confirmed') assert.equal(order.failure?.reason, 'insufficient_stock')
      assert.equal((await shop.inventory.getStock({ sku: 'MUG' })).available, 0)
      assert.equal(charges(shop).length, 5)
      await shop.auditedAtRest()
    })

    test('places one order for a key, however often it is sent', async () => {
      await using shop = await startShop({ flow })
      await shop.sell('MUG', 5)
      const orders = await Promise.all([1, 2, 3].map(() => shop.place({}, { key: 'click' })))
      assert.equal(new Set(orders.map(({ id }) => id)).size, 1)
      await assert.rejects(shop.place({ items: [{ sku: 'MUG', quantity: 2 }] }, { key: 'click' }), { code: 'idempotency_mismatch' })
      assert.equal(charges(shop).length, 1)
      assert.equal((await shop.inventory.getStock({ sku: 'MUG' })).available, 4)
      await shop.auditedAtRest()
    })

    test('cancels a settled order: the parcel is called back, the money and the goods return', async () => {
      await using shop = await startShop({ flow })
      await shop.sell('MUG', 5)
      const placed = await shop.place()
      const order = await shop.cancel(placed.id)
      assert.deepEqual(
        [order.status, order.paymentStatus, order.fulfilmentStatus, order.settled],
        ['cancelled', 'refunded', 'returned', true],
      )
      assert.equal((await shop.inventory.getStock({ sku: 'MUG' })).available, 5)
      assert.deepEqual(
        charges(shop).map(({ capturedMinor, refundedMinor }) => capturedMinor - refundedMinor),
        [0],
      )
      await assert.rejects(shop.cancel(placed.id), { code: 'illegal_transition' })
      await shop.auditedAtRest()
    })

    test('cancels an order at any moment of its flow', async () => {
      await using shop = await startShop({ flow })
      await shop.sell('MUG', 100)
      await Promise.all(
        Array.from({ length: 24 }, async (_, number) => {
          const placed = await shop.place(paidWith(number % 3 === 0 ? 'tok_slow' : 'tok_ok'), { waitMs: 0 })
          await delay(number * 4)
          await shop.cancel(placed.id)
        }),
      )
      await shop.auditedAtRest()
      assert.equal((await shop.inventory.getStock({ sku: 'MUG' })).available, 100)
      assert.equal(
        charges(shop).reduce((sum, charge) => sum + charge.capturedMinor - charge.refundedMinor, 0),
        0,
      )
    })

    test('gives an order up whose time runs out, and takes nothing that comes late', async () => {
      const environment = { BANYAN_ORDER_DEADLINE_MS: '1000', BANYAN_FAKE_PROVIDER_SLOW_MS: '2500', BANYAN_PAYMENT_TIMEOUT_MS: '3000' }
      await using shop = await startShop({ flow, environment })
      await shop.sell('MUG', 5)
      const order = await shop.place(paidWith('tok_slow'))
      assert.deepEqual([order.status, order.failure?.reason], ['rejected', 'deadline'])
      await shop.auditedAtRest()
      assert.equal((await shop.inventory.getStock({ sku: 'MUG' })).available, 5)
      assert.ok(charges(shop).every(({ voided, capturedMinor }) => voided && capturedMinor === 0))
    })

    test('ends an order that nothing drives any more, e.g. because its time was up before its first step began', async () => {
      await using shop = await startShop({ flow, environment: { BANYAN_ORDER_DEADLINE_MS: '1000' } })
      await shop.sell('MUG', 5)
      const order = await shop.place(paidWith('tok_declined'))
      await shop.auditedAtRest()
      await shop.sql(
        'orders',
        `UPDATE customer_order SET status = 'pending', settled = 0, failure = NULL, placed_at = 0 WHERE id = ?`,
        order.id,
      )
      const ended = await eventually(async () => {
        const seen = await shop.get(order.id)
        assert.equal(seen.status, 'rejected')
        assert.equal(seen.failure?.reason, 'deadline')
        return seen
      })
      assert.equal(ended.settled, true)
      await shop.auditedAtRest()
    })

    test('keeps a hundred mixed orders of ten buyers consistent', async () => {
      await using shop = await startShop({ flow })
      await shop.sell('MUG', 40)
      await shop.sell('CAP', 1_000)
      const tokens = ['tok_ok', 'tok_ok', 'tok_ok', 'tok_declined', 'tok_error_after', 'tok_timeout_after']
      await Promise.all(
        Array.from({ length: 100 }, (_, number) =>
          shop.place(
            {
              ...paidWith(tokens[number % tokens.length] as string),
              items: [{ sku: number % 2 === 0 ? 'MUG' : 'CAP', quantity: 1 + (number % 3) }],
            },
            { user: `buyer-${number % 10}` },
          ),
        ),
      )
      await shop.auditedAtRest()
    })
  })

test('an order keeps the flow under which it was placed', async () => {
  await using place = shopPlace()
  let id: string
  {
    await using shop = await startShop({ flow: 'choreography', place })
    await shop.sell('MUG', 5)
    id = (await shop.place(paidWith('tok_slow'), { waitMs: 0 })).id
  }
  await using shop = await startShop({ flow: 'orchestration', place })
  const order = await eventually(async () => {
    const seen = await shop.get(id)
    assert.equal(seen.settled, true)
    return seen
  })
  assert.deepEqual([order.flow, order.status], ['choreography', 'confirmed'])
  assert.equal((await shop.place()).flow, 'orchestration')
  await shop.auditedAtRest()
})

describe('what is refused before there is an order', () => {
  test('unknown goods, wrong totals, unknown ways to ship, places where nothing is shipped', async () => {
    await using shop = await startShop()
    await shop.sell('MUG', 5, 1_000)
    await assert.rejects(shop.place({ items: [{ sku: 'NOPE', quantity: 1 }] }), {
      code: 'unknown_sku',
      status: 422,
      data: { skus: ['NOPE'] },
    })
    await assert.rejects(shop.place({ expectedTotalMinor: 1_000 }), { code: 'price_changed', status: 409 })
    assert.equal((await shop.place({ expectedTotalMinor: 1_390 })).status, 'confirmed')
    await assert.rejects(shop.place({ shippingMethod: 'pigeon' }), { code: 'unknown_shipping_method', status: 422 })
    for (const quantity of [0, -1, 1.5, 1e308])
      await assert.rejects(shop.place({ items: [{ sku: 'MUG', quantity }] }), { code: 'invalid_argument' })
    await assert.rejects(shop.place({ items: [] }), { code: 'invalid_argument' })
    await assert.rejects(shop.place({ payment: { provider: 'other' as 'fake', token: 'tok_ok' } }), { code: 'invalid_argument' })
    const { shippingAddress } = anOrder()
    await assert.rejects(shop.place({ shippingAddress: { ...shippingAddress, country: 'Germany' } }), { code: 'invalid_argument' })
  })

  test('orders, payments and shipments of somebody else do not exist', async () => {
    await using shop = await startShop()
    await shop.sell('MUG', 5)
    const { orders } = await import('@shop/orders/contract')
    const { payments } = await import('@shop/payments/contract')
    const { shipping } = await import('@shop/shipping/contract')
    const order = await shop.place()
    const mallory = { user: 'mallory' }
    await assert.rejects(shop.get(order.id, mallory), { code: 'not_found' })
    await assert.rejects(shop.cancel(order.id, mallory), { code: 'not_found' })
    await assert.rejects(shop.request(payments, 'list', { orderId: order.id }, mallory), { code: 'not_found' })
    await assert.rejects(shop.request(shipping, 'list', { orderId: order.id }, mallory), { code: 'not_found' })
    assert.deepEqual(await shop.request(orders, 'list', {}, mallory), { items: [], nextCursor: null })
    const support = { user: 'sam', roles: ['support'] }
    assert.equal((await shop.get(order.id, support)).id, order.id)
    assert.equal(((await shop.request(orders, 'list', { userId: 'alice' }, support)) as { items: unknown[] }).items.length, 1)
  })

  test('staff who lost their role do not get the order again by repeating the key of what they did with it', async () => {
    await using shop = await startShop()
    await shop.sell('MUG', 5)
    const [first, second] = [await shop.place(), await shop.place()]
    const sam = { user: 'sam', roles: ['support'], key: 'cancelled-by-sam' }
    assert.equal((await shop.cancel(first.id, sam)).status, 'cancelled')
    await assert.rejects(shop.cancel(first.id, { ...sam, key: 'too-late' }), { code: 'illegal_transition' })
    for (const waitMs of [0, 20_000])
      for (const key of [sam.key, 'too-late'])
        await assert.rejects(shop.cancel(first.id, { user: 'sam', roles: ['customer'], key, waitMs }), { code: 'not_found' }, key)
    assert.equal((await shop.cancel(first.id, sam)).status, 'cancelled')
    assert.equal((await shop.cancel(second.id, { user: 'alice', key: 'own' })).status, 'cancelled')
    assert.equal((await shop.cancel(second.id, { user: 'alice', key: 'own' })).status, 'cancelled')
  })
})

/** What the provider itself has booked. */
function charges(shop: Shop) {
  const book = readBook(path.join(shop.files, 'payments', 'fake-provider.db'))
  try {
    return book.charges({ after: '', upTo: undefined })
  } finally {
    book.close()
  }
}
