import type { Client } from 'banyan'
import type { EventMap } from 'banyan/contract'
import type { payments } from '@shop/payments/contract'
import type { shipping } from '@shop/shipping/contract'
import type { orders } from './contract.ts'
import type { OrderState } from './domain/order-state.ts'
import type { PlacedOrder } from './sagas/place-order.ts'
import type { OrderPii } from './store/order-table.ts'

/** Returns the states of an order that was just placed; what it is about is added by the caller. */
export function newOrder(id: string, userId: string, placedAt: number) {
  return {
    id,
    userId,
    placedAt,
    orderNumber: null,
    status: 'pending',
    paymentStatus: 'pending',
    fulfilmentStatus: 'unfulfilled',
    settled: false,
    failure: null,
    confirmedAt: null,
    version: 1,
  } as const satisfies Partial<OrderState>
}

/** Returns what the order's saga carries. */
export function sagaInput({ id: orderId, userId, currency, totalMinor, shippingMethod, lines }: OrderState): PlacedOrder {
  return { orderId, userId, currency, totalMinor, shippingMethod, lines: lines.map(shippingLine) }
}

/** Returns the data of `order.created`: ids and facts, nothing personal. */
export function createdEvent(order: OrderState, country: string): EventMap<readonly [typeof orders]>['order.created'] {
  const {
    id: orderId,
    userId,
    currency,
    subtotalMinor,
    discountMinor,
    taxMinor,
    shippingMinor,
    totalMinor,
    shippingMethod,
    flow,
    version,
    placedAt,
  } = order
  const lines = order.lines.map(({ quantity: qty, ...line }) => ({ ...line, qty }))
  const amounts = { subtotalMinor, discountMinor, taxMinor, shippingMinor, totalMinor }
  return { orderId, userId, currency, lines, ...amounts, policy: 'all_or_nothing', shippingMethod, country, flow, placedAt, version }
}

/**
 * Choreography: tells payments and shipping what events must not carry, before the event that starts the flow can exist.
 * What is prepared for an order that is never stored moves nothing.
 */
export async function prepare(
  call: { readonly payments: Pick<Client<typeof payments>, 'prepare'>; readonly shipping: Pick<Client<typeof shipping>, 'prepare'> },
  { id: orderId, userId, currency, totalMinor: amountMinor, shippingMethod, lines }: OrderState,
  { address, provider, token }: OrderPii,
): Promise<void> {
  await Promise.all([
    call.payments.prepare({ orderId, userId, amountMinor, currency, provider, token }),
    call.shipping.prepare({ orderId, userId, shippingMethod, address, lines: lines.map(shippingLine) }),
  ])
}

function shippingLine({ lineId, sku, quantity: qty }: OrderState['lines'][number]): PlacedOrder['lines'][number] {
  return { lineId, sku, qty }
}
