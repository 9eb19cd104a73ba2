import { BanyanError } from 'banyan'
import { operation } from '../define.ts'
import { drivePayment } from '../drive-payment.ts'
import { toPayment } from './to-payment.ts'

/** Takes the authorised money of an order; repeating it changes nothing. */
export const capture = operation('capture', async ({ orderId }, context) => {
  const payment = await drivePayment(context, orderId, 'capture', async () => undefined)
  if (!payment) throw new BanyanError('not_found', `there is no payment of order ${orderId}`)
  if (payment.status === 'authorized' && payment.closedReason === null)
    throw new BanyanError(
      'unavailable',
      `the provider refused the capture for order ${orderId} (${payment.declineCode}); it will be tried again`,
    )
  if (payment.status !== 'captured' || payment.closedReason !== null)
    return context.fail('payment_closed', { orderId, status: payment.status })
  return toPayment(payment)
})
