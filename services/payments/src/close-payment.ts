import { BanyanError } from 'banyan'
import type { PaymentsContext } from './define.ts'
import { closed, dueMove, type PaymentState } from './domain/payment.ts'
import { drivePayment } from './drive-payment.ts'
import { tombstone } from './new-payment.ts'

/** Closes the payment of an order and gives its money back; without a payment it leaves a tombstone. Throws while that is not settled. */
export async function closePayment(context: PaymentsContext, orderId: string, reason: string): Promise<PaymentState> {
  const payment = await drivePayment(context, orderId, 'settle', async (tx) => {
    const at = context.now()
    const found = await tx.payments.findWithOpen(orderId)
    if (!found) {
      const stone = tombstone(orderId, reason, { id: context.id(), at })
      await tx.payments.insert(stone)
      return stone
    }
    const next = closed(found.payment, reason, found.open !== undefined)
    if (next !== found.payment) tx.payments.save(next, at)
    return undefined
  })
  if (!payment || dueMove(payment, 'settle'))
    throw new BanyanError('unavailable', `the money of order ${orderId} is not given back yet; try again`)
  return payment
}
