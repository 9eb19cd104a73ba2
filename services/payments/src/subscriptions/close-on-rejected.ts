import { closePayment } from '../close-payment.ts'
import { on } from '../define.ts'

/** Choreography: gives back what a rejected order has authorised, also what is authorised late. */
export const closeOnRejected = on('order.rejected', async ({ data: { orderId, reason, flow } }, context) => {
  if (flow === 'choreography') await closePayment(context, orderId, reason)
})
