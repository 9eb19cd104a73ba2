import type { OrderState } from './domain/order-state.ts'
import type { OrdersTransaction } from './define.ts'
import { asReason } from './domain/cancellation-reason.ts'
import { decide, evolve, type OrderCommand, type OrderFact } from './domain/order.ts'

/** Key on which those wait who want to see an order settled. */
export function orderKey(orderId: string): string {
  return `order:${orderId}`
}

/** Decides a command on an order that was read in this transaction: stores the next state, says what happened, wakes who waits. */
export async function changeOrder(tx: OrdersTransaction, order: OrderState, command: OrderCommand, at: number): Promise<OrderState> {
  const fact = decide(order, command)
  const next = evolve(order, fact)
  await tx.orders.save(next, at)
  emitFact(tx, next, fact)
  if (next.settled) tx.notify(orderKey(order.id))
  return next
}

function emitFact(tx: OrdersTransaction, order: OrderState, fact: OrderFact): void {
  const { id: orderId, userId, flow, version, currency, totalMinor, failure } = order
  switch (fact.type) {
    case 'confirmed':
      tx.emit('order.confirmed', {
        orderId,
        userId,
        orderNumber: fact.orderNumber,
        currency,
        totalMinor,
        lines: order.lines.map(skuQuantity),
        flow,
        version,
      })
      return
    case 'rejected':
      tx.emit('order.rejected', { orderId, userId, reason: fact.failure.reason, detail: fact.failure, flow, version })
      return
    case 'settled':
      tx.emit('order.settled', { orderId, flow, version })
      return
    case 'cancel_requested':
      tx.emit('order.cancel.requested', { orderId, reason: fact.reason, flow, version })
      return
    case 'cancelled': {
      const { voidedMinor, refundedMinor } = fact
      const reason = asReason(failure?.reason ?? 'other')
      tx.emit('order.cancelled', {
        orderId,
        userId,
        reason,
        releasedLines: order.lines.map(skuQuantity),
        voidedMinor,
        refundedMinor,
        flow,
        version,
      })
      return
    }
    case 'cancel_refused':
      tx.emit('order.cancel.refused', { orderId, flow, version })
  }
}

function skuQuantity({ sku, quantity }: OrderState['lines'][number]): { sku: string; qty: number } {
  return { sku, qty: quantity }
}
