import { operation } from '../define.ts'
import { newPayment } from '../new-payment.ts'

/** Keeps how an order will be paid; events say when. */
export const prepare = operation('prepare', async (input, { transaction, id, now }) => {
  const payment = newPayment(input, { id: id(), flow: 'choreography', at: now() })
  return transaction(async (tx) => {
    const known = (await tx.payments.insert(payment)) ? payment : await tx.payments.find(input.orderId)
    return { paymentId: known?.id ?? payment.id }
  })
})
