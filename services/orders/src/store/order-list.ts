import type { Sql, SqlValue } from 'banyan'
import { ORDER_STATUSES, type OrderStatus } from '../contract.ts'
import type { OrderState } from '../domain/order-state.ts'
import { ORDER_COLUMNS, type OrderLineRow, toOrders } from './order-row.ts'

/** Which orders to list. */
export interface OrderFilter {
  readonly userId: string | undefined
  readonly status: OrderStatus | undefined
  /** Epoch milliseconds of the placing, inclusive. */
  readonly from: number | undefined
  readonly to: number | undefined
  /** Only orders placed before the one with this id. */
  readonly before: string | undefined
  readonly limit: number
}

/** A query for rows of orders, newest first, with the values of its placeholders. */
interface OrderQuery {
  readonly text: string
  readonly values: readonly SqlValue[]
}

/** Whether a list reads no more orders than its page has, by an index. */
export function isBounded({ userId, status, from, to }: Pick<OrderFilter, 'userId' | 'status' | 'from' | 'to'>): boolean {
  return (from ?? to) === undefined && (userId !== undefined || status === undefined)
}

/** Orders, newest first. */
export async function listOrders(sql: Sql, filter: OrderFilter): Promise<OrderState[]> {
  const { text, values } = filter.userId === undefined ? newest(filter) : newestOfCustomer(filter)
  const rows = await sql.all<OrderLineRow>(
    `SELECT ${ORDER_COLUMNS} FROM (${text}) o JOIN order_line l ON l.order_id = o.id ORDER BY o.id DESC, l.line_number`,
    ...values,
  )
  return toOrders(rows)
}

/** A page of each status, of which the newest are taken: so an index answers, whatever else the customer has. */
function newestOfCustomer({ status, ...filter }: OrderFilter): OrderQuery {
  if (status !== undefined) return newest({ ...filter, status })
  const pages = ORDER_STATUSES.map((each) => newest({ ...filter, status: each }))
  const all = pages.map(({ text }) => `SELECT * FROM (${text}) each`)
  return {
    text: `SELECT * FROM (${all.join(' UNION ALL ')}) found ORDER BY id DESC LIMIT ?`,
    values: [...pages.flatMap(({ values }) => values), filter.limit],
  }
}

function newest({ userId, status, from, to, before, limit }: OrderFilter): OrderQuery {
  const conditions: [string, SqlValue | undefined][] = [
    ['user_id = ?', userId],
    ['status = ?', status],
    ['placed_at >= ?', from],
    ['placed_at <= ?', to],
    ['id < ?', before],
  ]
  const given = conditions.filter((condition): condition is [string, SqlValue] => condition[1] !== undefined)
  const where = given.length === 0 ? '' : `WHERE ${given.map(([text]) => text).join(' AND ')}`
  return { text: `SELECT * FROM customer_order ${where} ORDER BY id DESC LIMIT ?`, values: [...given.map(([, value]) => value), limit] }
}
