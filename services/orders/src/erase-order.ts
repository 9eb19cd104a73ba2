import type { OrdersTransaction } from './define.ts'

/** Erases what is personal in an order, here at once and elsewhere by an event. What the books need stays: items, amounts, ids. */
export async function eraseOrder(tx: OrdersTransaction, orderId: string): Promise<void> {
  await tx.orders.erase(orderId)
  tx.emit('order.personal_data.erased', { orderId })
}
