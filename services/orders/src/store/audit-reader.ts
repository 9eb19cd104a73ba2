import type { Sql } from 'banyan'
import type { OrderFact, SagaProblem } from '../audits/contract.ts'

/** Most rows that one question of the audit answers; what is beyond it shows once these are mended. */
const ROWS_MAX = 1_000

/** Answers to audits; see the contract's `audits`. */
export interface AuditReader {
  orders(after: string, limit: number): Promise<OrderFact[]>
  version(orderId: string): Promise<number | undefined>
  numbers(): Promise<{ count: number; highest: number }>
  sagaProblems(): Promise<SagaProblem[]>
}

/** Opens the answers on a snapshot. */
export function auditReader(sql: Sql): AuditReader {
  return {
    orders: (after, limit) => orderFacts(sql, after, limit),
    version: (orderId) => orderVersion(sql, orderId),
    numbers: () => orderNumbers(sql),
    sagaProblems: () => sagaProblems(sql),
  }
}

interface OrderFactRow extends Omit<OrderFact, 'lines' | 'settled' | 'linesMinor'> {
  readonly settled: number
  readonly sku: string
  readonly qty: number
  readonly lineMinor: number
}

/** Reads up to `limit` orders with ids above `after`, by id. */
async function orderFacts(sql: Sql, after: string, limit: number): Promise<OrderFact[]> {
  const rows = await sql.all<OrderFactRow>(
    `SELECT o.id AS "orderId", o.status AS "status", o.payment_status AS "paymentStatus", o.settled AS "settled", o.flow AS "flow",
       o.currency AS "currency", o.total_minor AS "totalMinor", o.subtotal_minor AS "subtotalMinor", o.order_number AS "orderNumber",
       o.confirmed_at AS "confirmedAt", o.placed_at AS "placedAt", o.updated_at AS "updatedAt", o.version AS "version",
       l.sku AS "sku", l.quantity AS "qty", l.total_minor AS "lineMinor"
     FROM (SELECT * FROM customer_order WHERE id > ? ORDER BY id LIMIT ?) o JOIN order_line l ON l.order_id = o.id ORDER BY o.id, l.line_number`,
    after,
    limit,
  )
  const groups: OrderFactRow[][] = []
  for (const row of rows) {
    const last = groups.at(-1)
    if (last?.[0]?.orderId === row.orderId) last.push(row)
    else groups.push([row])
  }
  return groups.map(toFact)
}

function toFact(rows: readonly OrderFactRow[]): OrderFact {
  const { sku: _sku, qty: _qty, lineMinor: _minor, settled, ...order } = rows[0] as OrderFactRow
  return { ...order, settled: settled === 1, lines: summary(rows), linesMinor: rows.reduce((sum, row) => sum + row.lineMinor, 0) }
}

/** The version of an order now; undefined when there is none. */
async function orderVersion(sql: Sql, orderId: string): Promise<number | undefined> {
  return (await sql.get<{ version: number }>('SELECT version FROM customer_order WHERE id = ?', orderId))?.version
}

/** How many orders have a number, and the highest number: equal when there are no gaps and no number twice. */
async function orderNumbers(sql: Sql): Promise<{ count: number; highest: number }> {
  const row = await sql.get<{ count: number; highest: number }>(
    'SELECT COUNT(DISTINCT order_number) AS "count", COALESCE(MAX(order_number), 0) AS "highest" FROM customer_order WHERE order_number IS NOT NULL',
  )
  return row ?? { count: 0, highest: 0 }
}

function summary(rows: readonly OrderFactRow[]): string {
  const total = new Map<string, number>()
  for (const { sku, qty } of rows) total.set(sku, (total.get(sku) ?? 0) + qty)
  return [...total]
    .map(([sku, qty]) => `${sku}:${qty}`)
    .toSorted()
    .join(',')
}

/** Sagas that need a person, and sagas that ended as undone although one of their steps is not (P7). */
function sagaProblems(sql: Sql): Promise<SagaProblem[]> {
  return sql.all(
    `SELECT id AS "sagaId", status AS "status", NULL AS "step" FROM banyan_saga WHERE status = 'stuck'
     UNION ALL
     SELECT g.id, g.status, s.name FROM banyan_saga g JOIN banyan_saga_step s ON s.saga_id = g.id
     WHERE g.status = 'compensated' AND s.state IN ('started', 'done', 'unknown') LIMIT ?`,
    ROWS_MAX,
  )
}
