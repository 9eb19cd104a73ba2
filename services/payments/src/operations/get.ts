import { BanyanError } from 'banyan'
import { operation } from '../define.ts'
import { STAFF } from '../staff.ts'
import { toPayment } from './to-payment.ts'

/** One payment; for its owner, finance and admin. */
export const get = operation('get', async ({ id }, { read, permit }) => {
  const payment = await read((tx) => tx.payments.findById(id))
  permit(payment?.userId, ...STAFF)
  if (!payment) throw new BanyanError('not_found', `there is no payment ${id}`)
  return toPayment(payment)
})
