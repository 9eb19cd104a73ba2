import { toTimestamp, toTimestampOrNull } from 'banyan'
import type { Order } from '../contract.ts'
import type { OrderState } from '../domain/order-state.ts'

/** Returns an order as callers see it. */
export function toOrder(order: OrderState): Order {
  return { ...order, placedAt: toTimestamp(order.placedAt), confirmedAt: toTimestampOrNull(order.confirmedAt) }
}

/** Returns an order that was kept as the answer for a key: an earlier release kept its times as epoch milliseconds. */
export function keptOrder(kept: Order | OrderState): Order {
  return typeof kept.placedAt === 'number' ? toOrder(kept as OrderState) : (kept as Order)
}
