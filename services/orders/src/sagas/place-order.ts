import { failedWith, type Static, Type } from 'banyan'
import { payments } from '@shop/payments/contract'
import { shipping } from '@shop/shipping/contract'
import { changeOrder } from '../change-order.ts'
import type { OrderState } from '../domain/order-state.ts'
import { type OrdersTransaction, saga } from '../define.ts'
import { failureOf, type RollbackCause } from '../domain/failure.ts'
import { statusAfter } from '../domain/order.ts'

/** Output of a capture that was skipped, because somebody took the money by hand: then the order is settled apart from it. */
const TAKEN_BY_HAND = 'taken_by_hand'

/** What the saga carries: ids and facts. Personal data is read where it is needed, so that journals hold none. */
export const PlacedOrder = Type.Object({
  orderId: Type.String(),
  userId: Type.String(),
  currency: Type.String(),
  totalMinor: Type.Integer(),
  shippingMethod: Type.String(),
  lines: Type.Array(Type.Object({ lineId: Type.String(), sku: Type.String(), qty: Type.Integer() })),
})
/** What the saga carries. */
export type PlacedOrder = Static<typeof PlacedOrder>

/**
 * Orchestration of an order: reserve → authorise → commit the reservation → commit point → confirm → ship → capture and close.
 * The commit point stands before the confirmation: what customers and other services have been told is never taken back by a rollback.
 * A cancellation that comes after it closes the order's shipment and payment; then the steps that find them closed end the saga quietly.
 */
export const placeOrder = saga(
  'place-order',
  async (s, order) => {
    const { orderId, userId, currency, totalMinor, shippingMethod } = order
    const lines = order.lines.map(({ sku, qty }) => ({ sku, qty }))
    // Begins first, so it is undone last: the order is rejected once its money and its goods are back.
    await s.step('order', {
      local: true,
      action: async () => null,
      skipped: () => null,
      compensation: async ({ transaction, now, error }) => transaction((tx) => reject(tx, orderId, error, now())),
    })
    await s.step('reserve', {
      action: ({ call }) => call.inventory.reserve({ orderId, lines }).then(() => null),
      skipped: () => null,
      compensation: ({ call, error }) => call.inventory.release({ orderId, reason: error.code }),
    })
    await s.step('authorize', {
      action: async ({ call, read }) => {
        const { provider, token } = await read((tx) => tx.orders.pii(orderId))
        await call.payments.authorize({ orderId, userId, amountMinor: totalMinor, currency, provider, token })
        return null
      },
      skipped: () => null,
      compensation: ({ call, error }) => call.payments.cancel({ orderId, reason: error.code }),
    })
    await s.step('commit-reservation', {
      action: ({ call }) => call.inventory.commit({ orderId }).then(() => null),
      skipped: () => null,
    })
    await s.commit()
    const isConfirmed = await s.step('confirm', {
      local: true,
      action: async ({ transaction, now }) => transaction((tx) => confirm(tx, orderId, now())),
      // Nobody can confirm an order by hand: one whose confirmation is skipped is given up when its time is over.
      output: Type.Literal(false),
      skipped: () => false,
    })
    if (!isConfirmed) return
    const isShipped = await s.step('ship', {
      action: async ({ call, read }) => {
        const { address } = await read((tx) => tx.orders.pii(orderId))
        return unlessClosed(call.shipping.createShipment({ orderId, userId, shippingMethod, address, lines: [...order.lines] }))
      },
      output: Type.Boolean(), // whoever skips it says whether the goods went out; if not, the order stays confirmed until it is cancelled
    })
    if (!isShipped) return
    const isSettled = await s.step<boolean | typeof TAKEN_BY_HAND>('capture', {
      action: async ({ call, transaction, now }) => {
        if (!(await unlessClosed(call.payments.capture({ orderId })))) return false
        return transaction((tx) => settle(tx, orderId, now()))
      },
      output: Type.Union([Type.Literal(TAKEN_BY_HAND), Type.Literal(false)]),
      skipped: () => TAKEN_BY_HAND,
    })
    if (isSettled === TAKEN_BY_HAND)
      await s.step('settle', {
        local: true,
        action: async ({ transaction, now }) => transaction((tx) => settle(tx, orderId, now())),
        skipped: () => false,
      })
  },
  { input: PlacedOrder },
)

/** Rejects an order that is still pending; one that is being cancelled is ended by its cancellation. */
export async function reject(tx: OrdersTransaction, orderId: string, cause: RollbackCause, at: number): Promise<null> {
  const order = await standing(tx, orderId)
  if (statusAfter(order, 'reject')) await changeOrder(tx, order, { type: 'reject', failure: failureOf(cause) }, at)
  return null
}

/** Confirms an order; false when it is cancelled or was given up meanwhile. */
export async function confirm(tx: OrdersTransaction, orderId: string, at: number): Promise<boolean> {
  const order = await standing(tx, orderId)
  if (!statusAfter(order, 'confirm')) return false
  await changeOrder(tx, order, { type: 'confirm', orderNumber: await tx.orders.nextNumber(), at }, at)
  return true
}

/** Settles a confirmed order; false when it is being cancelled. */
export async function settle(tx: OrdersTransaction, orderId: string, at: number): Promise<boolean> {
  const order = await standing(tx, orderId)
  if (!statusAfter(order, 'settle')) return false
  await changeOrder(tx, order, { type: 'settle' }, at)
  return true
}

/** Returns the order as it stands in this transaction. */
export async function standing(tx: OrdersTransaction, orderId: string): Promise<OrderState> {
  return (await tx.orders.find(orderId)) as OrderState
}

/** True when the call went through, false when a cancellation closed what it is about. */
async function unlessClosed(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (
      failedWith(error, shipping.operations.createShipment, 'shipment_closed') ||
      failedWith(error, payments.operations.capture, 'payment_closed')
    )
      return false
    throw error
  }
}
