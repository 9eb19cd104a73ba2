import type { Snapshot, RepositoryOf } from 'banyan'
import type { EventMap } from 'banyan/contract'
import type { OrderFailure, OrderLine, orders, OrderView } from '../contract.ts'
import type { OrderState } from '../domain/order-state.ts'
import type { ordersStore } from '../store/orders-store.ts'
import { toOrder } from '../operations/to-order.ts'
import { orderView } from './order-view.ts'

/** One row of the read model, joined with the order's own row. Fields of an order are null until its own events arrived. */
interface ViewRow {
  readonly order_version: number
  readonly version: number | null
  readonly document: string | null
  readonly status: OrderState['status']
  readonly payment_status: OrderState['paymentStatus']
  readonly fulfilment_status: OrderState['fulfilmentStatus']
  readonly settled: number
  readonly order_number: number | null
  readonly confirmed_at: number | null
  readonly failure: string | null
  readonly payment_id: string | null
  readonly authorized_minor: number | null
  readonly captured_minor: number | null
  readonly refunded_minor: number | null
  readonly shipment: string | null
  readonly shipment_status: string | null
  readonly user_status: string | null
  readonly note: string | null
}

type Snap = Snapshot<RepositoryOf<typeof ordersStore>>
type Created = EventMap<readonly [typeof orders]>['order.created']

/** Reads an order from the read model; its own part from the order's row while the read model is behind. Undefined when there is no such order. */
export async function readOrderView(tx: Snap, orderId: string): Promise<OrderView | undefined> {
  const table = tx.table(orderView)
  const row = await tx.sql.get<ViewRow>(
    `SELECT v.*, o.version AS order_version, u.status AS user_status, n.note FROM customer_order o
     LEFT JOIN ${table('orders')} v ON v.order_id = o.id LEFT JOIN ${table('users')} u ON u.user_id = o.user_id
     LEFT JOIN order_note n ON n.order_id = o.id WHERE o.id = ?`,
    orderId,
  )
  if (!row) return undefined
  const isCurrent = row.document !== null && (row.version ?? 0) >= row.order_version
  const order = isCurrent ? fromProjection(orderId, row) : await tx.orders.find(orderId)
  if (!order) return undefined
  const titles = await productTitles(tx, order.lines)
  return {
    ...toOrder(order),
    lines: order.lines.map((line) => ({ ...line, productTitle: titles.get(line.productId) ?? null })),
    user: { id: order.userId, status: row.user_status },
    payment: paymentOf(row),
    shipment: shipmentOf(row),
    cancellationNote: row.note,
    source: isCurrent ? 'projection' : 'order',
  }
}

function fromProjection(id: string, row: ViewRow): OrderState {
  const { orderId: _orderId, lines, ...created } = JSON.parse(row.document as string) as Created
  return {
    ...created,
    id,
    lines: lines.map(({ qty, ...line }): OrderLine => ({ ...line, quantity: qty })),
    status: row.status,
    paymentStatus: row.payment_status,
    fulfilmentStatus: row.fulfilment_status,
    settled: row.settled === 1,
    orderNumber: row.order_number,
    confirmedAt: row.confirmed_at,
    failure: row.failure === null ? null : (JSON.parse(row.failure) as OrderFailure),
    version: row.version as number,
  }
}

async function productTitles({ sql, table }: Snap, lines: readonly OrderLine[]): Promise<Map<string, string>> {
  const ids = [...new Set(lines.map((line) => line.productId))]
  const rows = await sql.all<{ product_id: string; title: string }>(
    `SELECT product_id, title FROM ${table(orderView)('products')} WHERE product_id IN (${ids.map(() => '?').join(', ')})`,
    ...ids,
  )
  return new Map(rows.map((row) => [row.product_id, row.title]))
}

function paymentOf(row: ViewRow): OrderView['payment'] {
  if (row.payment_id === null) return null
  return {
    paymentId: row.payment_id,
    authorizedMinor: row.authorized_minor ?? 0,
    capturedMinor: row.captured_minor ?? 0,
    refundedMinor: row.refunded_minor ?? 0,
  }
}

function shipmentOf({ shipment, shipment_status: status }: ViewRow): OrderView['shipment'] {
  if (shipment === null) return null
  return { ...(JSON.parse(shipment) as Omit<NonNullable<OrderView['shipment']>, 'status'>), status: status ?? '' }
}
