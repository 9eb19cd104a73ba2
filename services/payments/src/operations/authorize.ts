import { BanyanError } from 'banyan'
import { operation } from '../define.ts'
import { drivePayment } from '../drive-payment.ts'
import { newPayment } from '../new-payment.ts'
import { toPayment } from './to-payment.ts'

/** Reserves the money of an order; repeating it returns what became of the first try. */
export const authorize = operation('authorize', async (input, context) => {
  const { fail, id, now } = context
  const payment = await drivePayment(context, input.orderId, 'authorize', async (tx) => {
    const fresh = newPayment(input, { id: id(), flow: 'orchestration', at: now() })
    return (await tx.payments.insert(fresh)) ? fresh : undefined
  })
  if (!payment) throw new BanyanError('not_found', `there is no payment of order ${input.orderId}`)
  const { status, declineCode, declineRetryable, closedReason } = payment
  if (status === 'declined' || status === 'failed')
    return fail('payment_declined', { declineCode: declineCode ?? status, retryable: declineRetryable })
  if (closedReason !== null) return fail('payment_closed', { orderId: input.orderId, status })
  return toPayment(payment)
})
