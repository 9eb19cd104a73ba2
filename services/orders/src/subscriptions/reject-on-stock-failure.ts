import { choreographed } from '../contract.ts'
import { on } from '../define.ts'
import { statusAfter } from '../domain/order.ts'
import { changeOrder } from '../change-order.ts'
import { requestCancellation } from '../request-cancellation.ts'
import { standing } from '../sagas/place-order.ts'

/** Choreography: rejects an order whose goods cannot be held; cancels one that was confirmed on a hold that ran out. */
export const rejectOnStockFailure = on(
  'inventory.reservation.failed',
  async ({ data: { orderId, reason, lines } }, { transaction, now }) => {
    await transaction(async (tx) => {
      const order = await standing(tx, orderId)
      const failure = reason === 'insufficient_stock' ? { reason, lines } : { reason }
      if (statusAfter(order, 'reject')) await changeOrder(tx, order, { type: 'reject', failure }, now())
      else if (order.status === 'confirmed') await requestCancellation(tx, order, reason, now())
    })
  },
  choreographed,
)
