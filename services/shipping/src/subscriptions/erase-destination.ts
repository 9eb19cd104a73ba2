import { on } from '../define.ts'

/** Forgets where an order went, once what is personal in it is to go. */
export const eraseDestination = on('order.personal_data.erased', async ({ data: { orderId } }, { transaction }) => {
  await transaction((tx) => tx.shipments.eraseDestination(orderId))
})
