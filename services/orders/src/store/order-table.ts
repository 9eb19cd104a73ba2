import { BanyanError, type Sql, type SqlValue } from 'banyan'
import type { ShippingAddress } from '@shop/shipping/contract'
import type { OrderFailure } from '../contract.ts'
import { asReason, type CancellationReason } from '../domain/cancellation-reason.ts'
import type { QuotaUse } from '../domain/customer-quota.ts'
import type { OrderState } from '../domain/order-state.ts'
import { listOrders, type OrderFilter } from './order-list.ts'
import { ORDER_COLUMNS, type OrderLineRow, toOrders } from './order-row.ts'

/** What is kept of an order apart from it, because it is personal. */
export interface OrderPii {
  readonly address: ShippingAddress
  readonly provider: 'fake'
  readonly token: string
}

/** Orders with their lines. */
export interface OrderTable {
  insert(order: OrderState, pii: OrderPii): void
  find(id: string): Promise<OrderState | undefined>
  /** The order if it is settled; cheap while it is not. */
  findSettled(id: string): Promise<OrderState | undefined>
  /** Stores a changed order; `version` tells from which state it comes. */
  save(order: OrderState, at: number): Promise<void>
  pii(id: string): Promise<OrderPii>
  /** Keeps what was written about a cancellation. */
  note(id: string, note: string, at: number): void
  /** Whether what is personal was removed: each order has it from the beginning until then. */
  isErased(id: string): Promise<boolean>
  /** Removes what is personal. */
  erase(id: string): Promise<void>
  /** What a customer has under way, and how much was cancelled since a moment. */
  usage(userId: string, since: number): Promise<QuotaUse>
  /** Counts up the number of orders; goes back when the transaction does, so there are no gaps. */
  nextNumber(): Promise<number>
  /** Newest first. */
  list(filter: OrderFilter): Promise<OrderState[]>
  /** Pending orders placed at or before `placedAt`, oldest first. */
  overdue(placedAt: number, limit: number): Promise<{ id: string; flow: OrderState['flow']; placedAt: number }[]>
  /** Orders that are being cancelled since `updatedAt` or longer, oldest first. */
  longCancelling(updatedAt: number, limit: number): Promise<{ id: string; version: number; reason: CancellationReason }[]>
}

const SELECT = `SELECT ${ORDER_COLUMNS} FROM customer_order o JOIN order_line l ON l.order_id = o.id`

const INSERT = `INSERT INTO customer_order (id, order_number, user_id, status, payment_status, fulfilment_status, settled, flow, currency, subtotal_minor,
  discount_minor, tax_minor, shipping_minor, total_minor, shipping_method, policy, country, failure, placed_at, confirmed_at, updated_at, version)
  VALUES (?, NULL, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, 'all_or_nothing', ?, NULL, ?, NULL, ?, ?)`

const UPDATE = `UPDATE customer_order SET order_number = ?, status = ?, payment_status = ?, fulfilment_status = ?, settled = ?, failure = ?,
  confirmed_at = ?, updated_at = ?, version = ? WHERE id = ? AND version = ?`

const USAGE = `SELECT
  (SELECT COUNT(*) FROM customer_order WHERE user_id = ? AND settled = 0) AS "openOrders",
  (SELECT COALESCE(SUM(l.quantity), 0) FROM customer_order o JOIN order_line l ON l.order_id = o.id
    WHERE o.user_id = ? AND o.settled = 0) AS "openUnits",
  (SELECT COUNT(*) FROM customer_order WHERE user_id = ? AND status IN ('cancelling', 'cancelled') AND updated_at >= ?) AS "cancellations"`

/** Opens the table within a transaction or snapshot. */
export function orderTable(sql: Sql): OrderTable {
  return {
    insert: (order, pii) => insertOrder(sql, order, pii),
    find: async (id) => toOrders(await sql.all<OrderLineRow>(`${SELECT} WHERE o.id = ? ORDER BY l.line_number`, id))[0],
    findSettled: async (id) =>
      toOrders(await sql.all<OrderLineRow>(`${SELECT} WHERE o.id = ? AND o.settled = 1 ORDER BY l.line_number`, id))[0],
    async save(o, at) {
      const failure = o.failure === null ? null : JSON.stringify(o.failure)
      const state = [o.orderNumber, o.status, o.paymentStatus, o.fulfilmentStatus, Number(o.settled), failure, o.confirmedAt, at, o.version]
      const changed = await sql.run(UPDATE, ...state, o.id, o.version - 1)
      if (changed !== 1) throw new BanyanError('fenced', `order ${o.id} changed in the meantime`)
    },
    async pii(id) {
      const row = await sql.get<{ address: string; payment_provider: 'fake'; payment_token: string }>(
        'SELECT * FROM order_pii WHERE order_id = ?',
        id,
      )
      if (!row)
        throw new BanyanError('failed_precondition', `the personal data of order ${id} is erased; it cannot be paid or shipped any more`)
      return { address: JSON.parse(row.address) as ShippingAddress, provider: row.payment_provider, token: row.payment_token }
    },
    note(id, note, at) {
      const once = 'ON CONFLICT (order_id) DO UPDATE SET note = excluded.note, noted_at = excluded.noted_at'
      sql.write(`INSERT INTO order_note (order_id, note, noted_at) VALUES (?, ?, ?) ${once}`, id, note, at)
    },
    isErased: async (id) => (await sql.get('SELECT 1 AS kept FROM order_pii WHERE order_id = ?', id)) === undefined,
    async erase(id) {
      await sql.run('DELETE FROM order_pii WHERE order_id = ?', id)
      await sql.run('DELETE FROM order_note WHERE order_id = ?', id)
    },
    usage: async (userId, since) => (await sql.get<QuotaUse>(USAGE, userId, userId, userId, since)) as QuotaUse, // counts: always one row
    async nextNumber() {
      const row = await sql.get<{ last: number }>(`UPDATE order_counter SET last = last + 1 WHERE name = 'order_number' RETURNING last`)
      return (row as { last: number }).last
    },
    list: (filter) => listOrders(sql, filter),
    overdue: (placedAt, limit) =>
      sql.all(
        `SELECT id AS "id", flow AS "flow", placed_at AS "placedAt" FROM customer_order WHERE status = 'pending' AND placed_at <= ? ORDER BY placed_at LIMIT ?`,
        placedAt,
        limit,
      ),
    async longCancelling(updatedAt, limit) {
      const query = `SELECT id, version, failure FROM customer_order WHERE status = 'cancelling' AND updated_at <= ? ORDER BY updated_at LIMIT ?`
      const rows = await sql.all<{ id: string; version: number; failure: string }>(query, updatedAt, limit)
      return rows.map(({ id, version, failure }) => ({ id, version, reason: asReason((JSON.parse(failure) as OrderFailure).reason) }))
    },
  }
}

function insertOrder(sql: Sql, o: OrderState, { address, provider, token }: OrderPii): void {
  const amounts = [o.subtotalMinor, o.discountMinor, o.taxMinor, o.shippingMinor, o.totalMinor]
  const states = [o.status, o.paymentStatus, o.fulfilmentStatus, o.flow]
  sql.write(INSERT, o.id, o.userId, ...states, o.currency, ...amounts, o.shippingMethod, address.country, o.placedAt, o.placedAt, o.version)
  sql.write(
    `INSERT INTO order_line (order_id, line_number, sku, product_id, title, quantity, unit_minor, total_minor)
     VALUES ${o.lines.map(() => '(?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
    ...o.lines.flatMap((l): SqlValue[] => [o.id, Number(l.lineId), l.sku, l.productId, l.title, l.quantity, l.unitMinor, l.totalMinor]),
  )
  sql.write(
    'INSERT INTO order_pii (order_id, address, payment_provider, payment_token) VALUES (?, ?, ?, ?)',
    o.id,
    JSON.stringify(address),
    provider,
    token,
  )
}
