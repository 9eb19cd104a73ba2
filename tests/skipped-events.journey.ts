// Choreography: an operator gives up every event of an order's flow, once each, after doing by hand what can be done by hand. In the end every
// order has ended and all books agree; what only the shop itself can do is done by its deadlines, or by a cancellation.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from '@banyan/testing'
import type { Order } from '@shop/orders/contract'
import { anOrder, paidWith, type Shop, startShop } from './shop.fixture.ts'
import { Saboteur, serviceAdminOf } from './support/stuck-saga.ts'

const BY = { actor: 'olga', reason: 'done by hand' }
/** Attempts of an event whose handler fails by itself. */
const ATTEMPTS = 5
/** Where the shop itself has to end an order: soon after the event was parked. */
const SHORT_DEADLINE = { BANYAN_ORDER_DEADLINE_MS: '5000' }
const SIDE_BY_SIDE = { concurrency: 4 }

type ByHand = (shop: Shop, order: Order) => Promise<unknown>

interface Case {
  readonly service: string
  readonly type: string
  /** Which of the service's events about the order it is, counted from 1. */
  readonly nth: number
  readonly byHand?: ByHand
  readonly ends: Order['status']
  /** Cancelled by staff, because nothing else ends it. */
  readonly cancelled?: true
}

const capture: ByHand = ({ payments }, { id: orderId }) => payments.capture({ orderId })
const shipAndCapture: ByHand = async (shop, order) => {
  const { id: orderId, userId, shippingMethod, lines } = order
  const consigned = lines.map(({ lineId, sku, quantity: qty }) => ({ lineId, sku, qty }))
  await shop.shipping.createShipment({ orderId, userId, shippingMethod, address: anOrder().shippingAddress, lines: consigned })
}

/** Events of an order that goes well. */
const GOOD: readonly Case[] = [
  { service: 'inventory', type: 'order.created', nth: 1, ends: 'rejected' },
  {
    service: 'inventory',
    type: 'order.confirmed',
    nth: 2,
    byHand: ({ inventory }, { id: orderId }) => inventory.commit({ orderId }),
    ends: 'confirmed',
  },
  { service: 'payments', type: 'inventory.reserved', nth: 1, ends: 'rejected' },
  { service: 'payments', type: 'shipment.created', nth: 2, byHand: capture, ends: 'confirmed' },
  { service: 'shipping', type: 'order.confirmed', nth: 1, byHand: shipAndCapture, ends: 'confirmed' },
  { service: 'orders', type: 'payment.authorized', nth: 1, ends: 'rejected' },
  { service: 'orders', type: 'payment.completed', nth: 2, ends: 'cancelled', cancelled: true },
]

/** Events of an order that cannot be paid. */
const DECLINED: readonly Case[] = [
  { service: 'orders', type: 'payment.failed', nth: 1, ends: 'rejected' },
  {
    service: 'inventory',
    type: 'order.rejected',
    nth: 2,
    byHand: ({ inventory }, { id: orderId }) => inventory.release({ orderId, reason: 'by_hand' }),
    ends: 'rejected',
  },
  {
    service: 'payments',
    type: 'order.rejected',
    nth: 2,
    byHand: ({ payments }, { id: orderId }) => payments.cancel({ orderId, reason: 'by_hand' }),
    ends: 'rejected',
  },
  {
    service: 'shipping',
    type: 'order.rejected',
    nth: 1,
    byHand: ({ shipping }, { id: orderId }) => shipping.cancelShipment({ orderId, reason: 'by_hand' }),
    ends: 'rejected',
  },
]

function gaveUp(what: string, cases: readonly Case[], token: string): void {
  describe(`P6: an event of an order that ${what}, given up`, SIDE_BY_SIDE, () => {
    for (const { service, type, nth, byHand, ends, cancelled } of cases)
      test(`${type} at ${service}`, async () => {
        const faults = new Saboteur()
        await using shop = await startShop({ flow: 'choreography', runtime: { faults }, environment: SHORT_DEADLINE })
        await shop.sell('MUG', 10)
        const point = `consumer.${service}.main.before-handler`
        const first = faults.visits(point) + nth
        faults.failAt(point, ...Array.from({ length: ATTEMPTS }, (_, index) => first + index))
        const order = await shop.place(paidWith(token), { waitMs: 0 })
        const admin = serviceAdminOf(shop, service)
        const parked = await eventually(async () => {
          const [found] = await admin.parked({ state: 'failed', limit: 1 })
          assert.ok(found, 'nothing is parked')
          return found
        })
        assert.equal((JSON.parse(parked.event) as { type: string }).type, type)
        await byHand?.(shop, order)
        await admin.skipParked(parked.consumer, parked.source, parked.position, BY)
        if (cancelled) await shop.cancel(order.id, { roles: ['support'] })
        await eventually(async () => {
          const { status, settled } = await shop.get(order.id)
          assert.deepEqual([status, settled], [ends, true])
        })
        await shop.auditedAtRest()
        assert.ok((await admin.audit(10)).some(({ action, actor }) => action === 'event.skip' && actor === BY.actor))
      })
  })
}

gaveUp('goes well', GOOD, 'tok_ok')
gaveUp('cannot be paid', DECLINED, 'tok_declined')
