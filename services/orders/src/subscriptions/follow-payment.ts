import { changeOrder } from '../change-order.ts'
import { choreographed } from '../contract.ts'
import { on } from '../define.ts'
import { statusAfter } from '../domain/order.ts'
import { requestCancellation } from '../request-cancellation.ts'
import { confirm, settle, standing } from '../sagas/place-order.ts'

/** Choreography: confirms an order whose money is held. One that was given up meanwhile stays so; its rejection makes payments void. */
export const confirmOnAuthorized = on(
  'payment.authorized',
  async ({ data: { orderId } }, { transaction, now }) => {
    await transaction((tx) => confirm(tx, orderId, now()))
  },
  choreographed,
)

/** Choreography: settles an order that is paid. */
export const settleOnCompleted = on(
  'payment.completed',
  async ({ data: { orderId } }, { transaction, now }) => {
    await transaction((tx) => settle(tx, orderId, now()))
  },
  choreographed,
)

/** Choreography: rejects an order that cannot be paid; cancels one whose money can no longer be taken. */
export const rejectOnPaymentFailure = on(
  'payment.failed',
  async ({ data: { orderId, op, code, retryable } }, { transaction, now }) => {
    await transaction(async (tx) => {
      const order = await standing(tx, orderId)
      const failure = { reason: 'payment_declined', declineCode: code, retryable }
      if (op === 'authorize' && statusAfter(order, 'reject')) await changeOrder(tx, order, { type: 'reject', failure }, now())
      else if (op === 'capture' && order.status === 'confirmed') await requestCancellation(tx, order, 'capture_failed', now())
    })
  },
  choreographed,
)
