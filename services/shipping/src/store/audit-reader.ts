import type { Sql } from 'banyan'
import type { ShipmentFact } from '../audits/contract.ts'

/** Most facts of one range of orders. */
const FACTS_MAX = 20_000

/** A range of order ids: above `after`, up to and with `upTo`; open when that is undefined. */
interface OrderRange {
  readonly after: string
  readonly upTo?: string | undefined
}

/** Answers to audits; see the contract's `audits`. */
export interface AuditReader {
  shipments(range: OrderRange): Promise<ShipmentFact[]>
}

/** Opens the answers on a snapshot. */
export function auditReader(sql: Sql): AuditReader {
  return { shipments: (range) => shipmentFacts(sql, range) }
}

async function shipmentFacts(sql: Sql, { after, upTo }: OrderRange): Promise<ShipmentFact[]> {
  const bound = upTo === undefined ? '' : 'AND order_id <= ?'
  const rows = await sql.all<{ orderId: string; status: string; createdAt: number; lines: string }>(
    `SELECT order_id AS "orderId", status AS "status", created_at AS "createdAt", lines AS "lines" FROM shipment
     WHERE order_id > ? ${bound} ORDER BY order_id, number LIMIT ?`,
    after,
    ...(upTo === undefined ? [] : [upTo]),
    FACTS_MAX,
  )
  return rows.map((row) => ({ ...row, lines: summary(JSON.parse(row.lines) as { sku: string; qty: number }[]) }))
}

function summary(lines: readonly { readonly sku: string; readonly qty: number }[]): string {
  const total = new Map<string, number>()
  for (const { sku, qty } of lines) total.set(sku, (total.get(sku) ?? 0) + qty)
  return [...total]
    .map(([sku, qty]) => `${sku}:${qty}`)
    .toSorted()
    .join(',')
}
