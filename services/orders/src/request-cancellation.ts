import { changeOrder } from './change-order.ts'
import type { CancellationReason } from './domain/cancellation-reason.ts'
import type { OrderState } from './domain/order-state.ts'
import type { OrdersTransaction } from './define.ts'
import { cancellationId, cancelOrder } from './sagas/cancel-order.ts'

/** Begins the cancellation of an order whose state allows it: its own saga turns round between two steps, and another one returns everything. */
export async function requestCancellation(
  tx: OrdersTransaction,
  order: OrderState,
  reason: CancellationReason,
  at: number,
): Promise<OrderState> {
  const next = await changeOrder(tx, order, { type: 'request_cancel', reason }, at)
  const { id: orderId, version } = next
  if (order.status === 'pending' && order.flow === 'orchestration') await tx.requestRollback(orderId, reason)
  await tx.start(cancelOrder, { id: cancellationId(orderId, version), input: { orderId, reason } })
  return next
}
