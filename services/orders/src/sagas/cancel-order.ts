import { Type } from 'banyan'
import { payments } from '@shop/payments/contract'
import { changeOrder } from '../change-order.ts'
import { saga } from '../define.ts'
import { asReason, CANCELLATION_REASONS } from '../domain/cancellation-reason.ts'
import { statusAfter } from '../domain/order.ts'
import { standing } from './place-order.ts'

const endOfOrder = { orderId: Type.String(), reason: Type.Enum([...CANCELLATION_REASONS]) }

/** Which order is ended, and why. */
export const EndOfOrder = Type.Object(endOfOrder)

/** Which order is cancelled, and why. */
export const Cancellation = Type.Object({
  ...endOfOrder,
  /** A cancellation before this one has called the parcel back: the goods are here and the money may be, so the order can only end. */
  isParcelBack: Type.Optional(Type.Boolean()),
})

/** The customer was told that the order is being cancelled; only the carrier's refusal ends that, never the number of attempts. */
const NEVER_GIVEN_UP = Number.POSITIVE_INFINITY

/**
 * Cancels an order at any stage: calls the parcel back, returns the money, releases the goods. Each participant keeps a tombstone, so a step
 * of the order's own flow that comes late is refused. When the carrier has the parcel already, the order goes on as confirmed.
 */
export const cancelOrder = saga(
  'cancel-order',
  async (s, { orderId, reason: given, isParcelBack = false }) => {
    const reason = asReason(given) // of a cancellation that was begun by an earlier version, it may be what somebody wrote
    if (!isParcelBack) {
      await s.step('order', {
        local: true,
        attemptsMax: NEVER_GIVEN_UP,
        action: async () => null,
        skipped: () => null,
        compensation: async ({ transaction, now }) =>
          transaction(async (tx) => {
            const order = await standing(tx, orderId)
            if (statusAfter(order, 'refuse_cancel')) await changeOrder(tx, order, { type: 'refuse_cancel' }, now())
            return null
          }),
      })
      await s.step('call-back-shipment', {
        attemptsMax: NEVER_GIVEN_UP,
        action: ({ call }) => call.shipping.cancelShipment({ orderId, reason }).then(() => null),
        skipped: () => null,
      })
    }
    await s.commit()
    const { voidedMinor, refundedMinor } = await s.step('return-money', {
      action: ({ call }) => call.payments.cancel({ orderId, reason }),
      output: payments.operations.cancel.output,
    })
    await s.step('release-stock', {
      action: ({ call }) => call.inventory.release({ orderId, reason }).then(() => null),
      skipped: () => null,
    })
    await s.step('close', {
      local: true,
      action: async ({ transaction, now }) =>
        transaction(async (tx) => {
          const order = await standing(tx, orderId)
          if (statusAfter(order, 'finish_cancel'))
            await changeOrder(tx, order, { type: 'finish_cancel', voidedMinor, refundedMinor }, now())
          return null
        }),
      skipped: () => null,
    })
  },
  { input: Cancellation },
)

/** Id of the saga that cancels an order; an order has one cancellation at a time. */
export function cancellationId(orderId: string, version: number): string {
  return `cancel:${orderId}:${version}`
}
