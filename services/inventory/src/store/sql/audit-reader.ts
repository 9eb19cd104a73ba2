import type { Sql } from 'banyan'
import type { OverdueHold, ReservationFact, StockMismatch } from '../../audits/contract.ts'
import { AUDIT_LINES_MAX, AUDIT_ROWS_MAX, type AuditReader, type OrderRange } from '../repository.ts'

/** Opens the answers on a snapshot. */
export function auditReader(sql: Sql): AuditReader {
  return {
    mismatches: () => stockMismatches(sql),
    strays: () => strayMovements(sql),
    overdue: (before) => overdueHolds(sql, before),
    reservations: (range) => reservationFacts(sql, range),
  }
}

/** Skus for which stock, movements and open reservations disagree, or whose figures are impossible. */
function stockMismatches(sql: Sql): Promise<StockMismatch[]> {
  return sql.all<StockMismatch>(
    `SELECT * FROM (
       SELECT s.sku AS "sku", s.location_id AS "locationId", s.on_hand AS "onHand", s.reserved AS "reserved",
         COALESCE(m.on_hand, 0) AS "movedOnHand", COALESCE(m.reserved, 0) AS "movedReserved", COALESCE(b.qty, 0) AS "bound"
       FROM stock_item s
       LEFT JOIN (SELECT sku, location_id, CAST(SUM(delta_on_hand) AS BIGINT) AS on_hand, CAST(SUM(delta_reserved) AS BIGINT) AS reserved
                  FROM stock_movement GROUP BY sku, location_id) m ON m.sku = s.sku AND m.location_id = s.location_id
       LEFT JOIN (SELECT l.sku, l.location_id, CAST(SUM(l.qty) AS BIGINT) AS qty FROM reservation_line l
                  JOIN reservation r ON r.order_id = l.order_id WHERE r.status IN ('held', 'committed')
                  GROUP BY l.sku, l.location_id) b ON b.sku = s.sku AND b.location_id = s.location_id
     ) figures
     WHERE "onHand" <> "movedOnHand" OR "reserved" <> "movedReserved" OR "reserved" <> "bound"
       OR "onHand" < 0 OR "reserved" < 0 OR "reserved" > "onHand"
     ORDER BY "sku" LIMIT ?`,
    AUDIT_ROWS_MAX,
  )
}

/** Skus of movements that have no stock item: nothing may move what does not exist. */
async function strayMovements(sql: Sql): Promise<string[]> {
  const rows = await sql.all<{ sku: string }>(
    `SELECT DISTINCT sku FROM stock_movement m
     WHERE NOT EXISTS (SELECT 1 FROM stock_item s WHERE s.sku = m.sku AND s.location_id = m.location_id) LIMIT ?`,
    AUDIT_ROWS_MAX,
  )
  return rows.map(({ sku }) => sku)
}

/** Orders whose holds ran out before `before` (epoch milliseconds) and still bind stock. */
function overdueHolds(sql: Sql, before: number): Promise<OverdueHold[]> {
  return sql.all<OverdueHold>(
    `SELECT order_id AS "orderId", expires_at AS "expiresAt" FROM reservation WHERE status = 'held' AND expires_at < ? ORDER BY expires_at LIMIT ?`,
    before,
    AUDIT_ROWS_MAX,
  )
}

/** Reservations of a range of orders, by order id. */
async function reservationFacts(sql: Sql, { after, upTo }: OrderRange): Promise<ReservationFact[]> {
  const bound = upTo === undefined ? '' : 'AND r.order_id <= ?'
  const rows = await sql.all<{
    orderId: string
    status: string
    expiresAt: number | null
    createdAt: number
    sku: string | null
    qty: number
  }>(
    `SELECT r.order_id AS "orderId", r.status AS "status", r.expires_at AS "expiresAt", r.created_at AS "createdAt", l.sku AS "sku", l.qty AS "qty"
     FROM reservation r LEFT JOIN reservation_line l ON l.order_id = r.order_id
     WHERE r.order_id > ? ${bound} ORDER BY r.order_id LIMIT ?`,
    after,
    ...(upTo === undefined ? [] : [upTo]),
    AUDIT_LINES_MAX,
  )
  const facts = new Map<string, ReservationFact & { readonly all: string[] }>()
  for (const { sku, qty, ...fact } of rows) {
    const known = facts.get(fact.orderId) ?? { ...fact, lines: '', all: [] }
    if (sku !== null) known.all.push(`${sku}:${qty}`)
    facts.set(fact.orderId, known)
  }
  return [...facts.values()].map(({ all, ...fact }) => ({ ...fact, lines: all.toSorted().join(',') }))
}
