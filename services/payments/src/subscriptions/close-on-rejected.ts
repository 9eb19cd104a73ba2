import { closePayment } from '../close-payment.ts'
import { choreographed } from '@shop/orders/contract'
import { on } from '../define.ts'

/** Choreography: gives back what a rejected order has authorised, also what is authorised late. */
export const closeOnRejected = on(
  'order.rejected',
  async ({ data: { orderId, reason } }, context) => {
    await closePayment(context, orderId, reason)
  },
  choreographed,
)
