// An operator skips every step and every compensation of the shop's sagas, once each. What can be done by hand was done by hand before; what
// only the orders service itself can do is taken up by the shop. In the end every order has ended and all books agree.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from '@banyan/testing'
import type { Order } from '@shop/orders/contract'
import { anOrder, type Shop, startShop } from './shop.fixture.ts'
import { holdAt, ordersAdmin, Saboteur, stuckAt } from './support/stuck-saga.ts'

const BY = { actor: 'olga', reason: 'done by hand' }
/** Deadline of orders where the shop itself has to end one: it comes soon after the step was skipped. */
const SHORT_DEADLINE = { BANYAN_ORDER_DEADLINE_MS: '1500' }
/** Sagas tested side by side; each mostly waits. */
const SIDE_BY_SIDE = { concurrency: 4 }

const point = (saga: string, name: 'action' | 'compensation') => `saga.orders.${saga}.before-${name}`

/** What a person does instead of a step, and what the step then would have answered; no output where the saga declares it. */
type ByHand = (shop: Shop, order: Order) => Promise<{ readonly output?: unknown }>

const nothing: ByHand = async () => ({})
const ship: ByHand = async ({ shipping }, { id: orderId, userId, shippingMethod, lines }) => {
  const address = anOrder().shippingAddress
  const consigned = lines.map(({ lineId, sku, quantity: qty }) => ({ lineId, sku, qty }))
  await shipping.createShipment({ orderId, userId, shippingMethod, address, lines: consigned })
  return { output: true }
}
const returnMoney: ByHand = async ({ payments }, { id: orderId }) => ({ output: await payments.cancel({ orderId, reason: 'by_hand' }) })
const release: ByHand = async ({ inventory }, { id: orderId }) => {
  await inventory.release({ orderId, reason: 'by_hand' })
  return {}
}
const quietly =
  (work: ByHand): ByHand =>
  async (shop, order) => {
    await work(shop, order)
    return {}
  }

async function shopWith(faults: Saboteur, environment: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const shop = await startShop({ runtime: { faults }, environment })
  await shop.sell('MUG', 10)
  return shop
}

/** Settles the step by hand and skips it; then waits until the order has ended so, and the books agree. */
async function settleByHand(shop: Shop, order: Order, saga: string, step: string, byHand: ByHand): Promise<void> {
  const stuck = await stuckAt(shop, saga)
  assert.equal(stuck.step, step)
  await ordersAdmin(shop).skipSagaStep(stuck.id, step, BY, await byHand(shop, order))
}

async function endsAs(shop: Shop, { id }: Order, status: Order['status']): Promise<void> {
  await eventually(async () => {
    const order = await shop.get(id)
    assert.deepEqual([order.status, order.settled], [status, true])
  })
  await shop.auditedAtRest()
}

describe('P9: a step of place-order that was settled by hand', SIDE_BY_SIDE, () => {
  const before: readonly (readonly [step: string, byHand: ByHand])[] = [
    ['order', nothing],
    [
      'reserve',
      async ({ inventory }, { id: orderId, lines }) => {
        await inventory.reserve({ orderId, lines: lines.map(({ sku, quantity: qty }) => ({ sku, qty })) })
        return {}
      },
    ],
    [
      'authorize',
      async ({ payments }, { id: orderId, userId, totalMinor: amountMinor, currency }) => {
        await payments.authorize({ orderId, userId, amountMinor, currency, ...anOrder().payment })
        return {}
      },
    ],
    [
      'commit-reservation',
      async ({ inventory }, { id: orderId }) => {
        await inventory.commit({ orderId })
        return {}
      },
    ],
  ]
  for (const [index, [step, byHand]] of before.entries())
    test(`before the commit point: ${step}`, async () => {
      const faults = new Saboteur().postponeAt(point('place-order', 'action'), index + 1)
      await using shop = await shopWith(faults)
      const order = await shop.place({}, { waitMs: 0 })
      await holdAt(shop, order.id, step)
      await settleByHand(shop, order, 'place-order', step, byHand)
      await endsAs(shop, order, 'confirmed')
    })

  test('confirm: nobody can do it by hand, so the order is given up', async () => {
    await using shop = await shopWith(new Saboteur().failAt(point('place-order', 'action'), 5), SHORT_DEADLINE)
    const order = await shop.place({}, { waitMs: 0 })
    const { id, step } = await stuckAt(shop, 'place-order')
    await assert.rejects(ordersAdmin(shop).skipSagaStep(id, step, BY, { output: true }), { code: 'invalid_argument' })
    await settleByHand(shop, order, 'place-order', 'confirm', nothing)
    await endsAs(shop, order, 'rejected')
  })

  test('ship: whoever skips it must say whether the goods went out', async () => {
    await using shop = await shopWith(new Saboteur().failAt(point('place-order', 'action'), 6))
    const order = await shop.place({}, { waitMs: 0 })
    const { id, step } = await stuckAt(shop, 'place-order')
    await assert.rejects(ordersAdmin(shop).skipSagaStep(id, step, BY), { code: 'failed_precondition', message: /--output/ })
    await settleByHand(shop, order, 'place-order', 'ship', ship)
    await endsAs(shop, order, 'confirmed')
  })

  test('ship, and the goods did not go out: the order stays until it is cancelled', async () => {
    await using shop = await shopWith(new Saboteur().failAt(point('place-order', 'action'), 6))
    const order = await shop.place({}, { waitMs: 0 })
    await settleByHand(shop, order, 'place-order', 'ship', async () => ({ output: false }))
    await eventually(async () => assert.equal((await ordersAdmin(shop).saga(order.id))?.saga.status, 'completed'))
    await shop.cancel(order.id)
    await endsAs(shop, order, 'cancelled')
  })

  test('capture: the order is settled apart from it', async () => {
    await using shop = await shopWith(new Saboteur().failAt(point('place-order', 'action'), 7))
    const order = await shop.place({}, { waitMs: 0 })
    const byHand: ByHand = async ({ payments }, { id: orderId }) => {
      await payments.capture({ orderId })
      return {}
    }
    await settleByHand(shop, order, 'place-order', 'capture', byHand)
    await endsAs(shop, order, 'confirmed')
  })

  test('settle, after a capture by hand: the order stays until it is cancelled', async () => {
    await using shop = await shopWith(new Saboteur().failAt(point('place-order', 'action'), 7, 8))
    const order = await shop.place({}, { waitMs: 0 })
    await settleByHand(shop, order, 'place-order', 'capture', async ({ payments }, { id: orderId }) => {
      await payments.capture({ orderId })
      return {}
    })
    await settleByHand(shop, order, 'place-order', 'settle', nothing)
    await eventually(async () => assert.equal((await ordersAdmin(shop).saga(order.id))?.saga.status, 'completed'))
    await shop.cancel(order.id)
    await endsAs(shop, order, 'cancelled')
  })
})

describe('P9: a compensation of place-order that was settled by hand', SIDE_BY_SIDE, () => {
  const undone: readonly (readonly [step: string, byHand: ByHand])[] = [
    ['authorize', quietly(returnMoney)],
    ['reserve', release],
    ['order', nothing],
  ]
  for (const [index, [step, byHand]] of undone.entries())
    test(step, async () => {
      const faults = new Saboteur().failAt(point('place-order', 'action'), 4).failAt(point('place-order', 'compensation'), index + 1)
      await using shop = await shopWith(faults, step === 'order' ? SHORT_DEADLINE : {})
      const order = await shop.place({}, { waitMs: 0 })
      await settleByHand(shop, order, 'place-order', step, byHand)
      await endsAs(shop, order, 'rejected')
    })
})

describe('P9: a step of cancel-order that was settled by hand', SIDE_BY_SIDE, () => {
  const after: readonly (readonly [step: string, byHand: ByHand])[] = [
    ['return-money', returnMoney],
    ['release-stock', release],
    ['close', nothing],
  ]
  for (const [index, [step, byHand]] of after.entries())
    test(step, async () => {
      const faults = new Saboteur().failAt(point('cancel-order', 'action'), index + 3)
      await using shop = await shopWith(faults, step === 'close' ? SHORT_DEADLINE : {})
      const order = await shop.place()
      await shop.cancel(order.id, { waitMs: 0 })
      if (step === 'return-money') {
        const stuck = await stuckAt(shop, 'cancel-order')
        await assert.rejects(ordersAdmin(shop).skipSagaStep(stuck.id, step, BY), { code: 'failed_precondition', message: /refundedMinor/ })
        const output = { orderId: order.id, refundedMinor: 'all' }
        await assert.rejects(ordersAdmin(shop).skipSagaStep(stuck.id, step, BY, { output }), { code: 'invalid_argument' })
      }
      await settleByHand(shop, order, 'cancel-order', step, byHand)
      await endsAs(shop, order, 'cancelled')
    })

  const before: readonly (readonly [step: string, byHand: ByHand])[] = [
    ['order', nothing],
    [
      'call-back-shipment',
      async ({ shipping }, { id: orderId }) => {
        await shipping.cancelShipment({ orderId, reason: 'by_hand' })
        return {}
      },
    ],
  ]
  for (const [index, [step, byHand]] of before.entries())
    test(`before the commit point: ${step}`, async () => {
      const faults = new Saboteur().postponeAt(point('cancel-order', 'action'), index + 1)
      await using shop = await shopWith(faults)
      const order = await shop.place()
      const { version } = await shop.cancel(order.id, { waitMs: 0 })
      await holdAt(shop, `cancel:${order.id}:${version}`, step)
      await settleByHand(shop, order, 'cancel-order', step, byHand)
      await endsAs(shop, order, 'cancelled')
    })

  test('the compensation that lets the order go on: the cancellation is taken up again', async () => {
    const faults = new Saboteur().failAt(point('cancel-order', 'action'), 2).failAt(point('cancel-order', 'compensation'), 1)
    await using shop = await shopWith(faults, SHORT_DEADLINE)
    const order = await shop.place()
    await shop.cancel(order.id, { waitMs: 0 })
    await settleByHand(shop, order, 'cancel-order', 'order', nothing)
    await endsAs(shop, order, 'cancelled')
  })
})

describe('P9: a step of give-up-order that was settled by hand', SIDE_BY_SIDE, () => {
  const steps: readonly (readonly [step: string, byHand: ByHand])[] = [
    ['return-money', quietly(returnMoney)],
    ['release-stock', release],
    ['reject', nothing],
  ]
  for (const [index, [step, byHand]] of steps.entries())
    test(step, async () => {
      const faults = new Saboteur().failAt(point('place-order', 'action'), 5).failAt(point('give-up-order', 'action'), index + 1)
      await using shop = await shopWith(faults, SHORT_DEADLINE)
      const order = await shop.place({}, { waitMs: 0 })
      await settleByHand(shop, order, 'place-order', 'confirm', nothing)
      await settleByHand(shop, order, 'give-up-order', step, byHand)
      await endsAs(shop, order, 'rejected')
    })
})
