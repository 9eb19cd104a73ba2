import type { OrderFailure, OrderLine } from '../contract.ts'
import type { OrderState } from '../domain/order-state.ts'

/** One row of an order joined with one of its lines. */
export interface OrderLineRow {
  readonly id: string
  readonly order_number: number | null
  readonly user_id: string
  readonly status: OrderState['status']
  readonly payment_status: OrderState['paymentStatus']
  readonly fulfilment_status: OrderState['fulfilmentStatus']
  readonly settled: number
  readonly flow: OrderState['flow']
  readonly currency: string
  readonly subtotal_minor: number
  readonly discount_minor: number
  readonly tax_minor: number
  readonly shipping_minor: number
  readonly total_minor: number
  readonly shipping_method: string
  readonly failure: string | null
  readonly placed_at: number
  readonly confirmed_at: number | null
  readonly version: number
  readonly line_number: number
  readonly sku: string
  readonly product_id: string
  readonly title: string
  readonly quantity: number
  readonly unit_minor: number
  readonly line_total: number
}

/** Columns of an order joined with its lines. */
export const ORDER_COLUMNS = 'o.*, l.line_number, l.sku, l.product_id, l.title, l.quantity, l.unit_minor, l.total_minor AS line_total'

/** Puts orders together from rows that stand in the order of the orders and their lines. */
export function toOrders(rows: readonly OrderLineRow[]): OrderState[] {
  const orders: OrderState[] = []
  for (const row of rows) {
    const last = orders.at(-1)
    if (last?.id === row.id) last.lines.push(toLine(row))
    else orders.push(toOrder(row))
  }
  return orders
}

function toOrder(row: OrderLineRow): OrderState {
  return {
    id: row.id,
    orderNumber: row.order_number,
    userId: row.user_id,
    status: row.status,
    paymentStatus: row.payment_status,
    fulfilmentStatus: row.fulfilment_status,
    settled: row.settled === 1,
    flow: row.flow,
    currency: row.currency,
    lines: [toLine(row)],
    subtotalMinor: row.subtotal_minor,
    discountMinor: row.discount_minor,
    taxMinor: row.tax_minor,
    shippingMinor: row.shipping_minor,
    totalMinor: row.total_minor,
    shippingMethod: row.shipping_method,
    failure: row.failure === null ? null : (JSON.parse(row.failure) as OrderFailure),
    placedAt: row.placed_at,
    confirmedAt: row.confirmed_at,
    version: row.version,
  }
}

function toLine(row: OrderLineRow): OrderLine {
  return {
    lineId: String(row.line_number),
    sku: row.sku,
    productId: row.product_id,
    title: row.title,
    quantity: row.quantity,
    unitMinor: row.unit_minor,
    totalMinor: row.line_total,
  }
}
