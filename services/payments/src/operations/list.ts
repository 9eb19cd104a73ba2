import { operation } from '../define.ts'
import { STAFF } from '../staff.ts'
import { toPayment } from './to-payment.ts'

/** Payments of an order; for its owner, finance and admin. */
export const list = operation('list', async ({ orderId }, { read, permit }) => {
  const payment = await read((tx) => tx.payments.find(orderId))
  permit(payment?.userId, ...STAFF)
  return { items: payment ? [toPayment(payment)] : [], nextCursor: null }
})
