import { closePayment } from '../close-payment.ts'
import { operation } from '../define.ts'

/** Gives all money of an order back; repeating it changes nothing. */
export const cancel = operation('cancel', async ({ orderId, reason }, context) => {
  const { voidedMinor, refundedMinor } = await closePayment(context, orderId, reason)
  return { orderId, voidedMinor, refundedMinor }
})
