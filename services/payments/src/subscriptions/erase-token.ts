import { on } from '../define.ts'

/** Forgets the token with which an order was paid, once what is personal in it is to go; the provider's reference stays. */
export const eraseToken = on('order.personal_data.erased', async ({ data: { orderId } }, { transaction }) => {
  await transaction((tx) => tx.payments.eraseToken(orderId))
})
