import type { Sql } from 'banyan'
import type { ReservationStatus } from '../../contract.ts'
import type { SkuQuantity } from '../../domain/merge-lines.ts'
import { MAIN_LOCATION, type ReservationRecords, type StoredReservation } from '../repository.ts'
import { placeholders } from './rows.ts'

interface ReservationRow {
  readonly id: string
  readonly order_id: string
  readonly status: ReservationStatus
  readonly flow: string
  readonly expires_at: number | null
}

/** Opens the table within a transaction or snapshot. */
export function reservationTable(sql: Sql): ReservationRecords {
  return {
    async find(orderId) {
      const row = await sql.get<ReservationRow>('SELECT * FROM reservation WHERE order_id = ?', orderId)
      return row && toReservation(row)
    },
    insert: async ({ reservationId, orderId, status, flow, expiresAt }, at) =>
      (await sql.run(
        `INSERT INTO reservation (id, order_id, status, flow, expires_at, created_at, version) VALUES (?, ?, ?, ?, ?, ?, 1)
         ON CONFLICT (order_id) DO NOTHING`,
        reservationId,
        orderId,
        status,
        flow,
        expiresAt,
        at,
      )) === 1,
    insertLines(orderId, lines) {
      sql.write(
        `INSERT INTO reservation_line (order_id, sku, location_id, qty) VALUES ${placeholders(lines.length, 4)}`,
        ...lines.flatMap(({ sku, qty }) => [orderId, sku, MAIN_LOCATION, qty]),
      )
    },
    lines: (orderId) => sql.all<SkuQuantity>('SELECT sku, qty FROM reservation_line WHERE order_id = ? ORDER BY sku', orderId),
    async commitHold(orderId) {
      const row = await sql.get<ReservationRow>(
        `UPDATE reservation SET status = 'committed', expires_at = NULL, version = version + 1 WHERE order_id = ? AND status = 'held' RETURNING *`,
        orderId,
      )
      return row && toReservation(row)
    },
    async end(orderId, status) {
      await sql.run('UPDATE reservation SET status = ?, expires_at = NULL, version = version + 1 WHERE order_id = ?', status, orderId)
    },
    async expired(now, limit) {
      const rows = await sql.all<{ order_id: string }>(
        `SELECT order_id FROM reservation WHERE status = 'held' AND expires_at <= ? ORDER BY expires_at LIMIT ?`,
        now,
        limit,
      )
      return rows.map((row) => row.order_id)
    },
  }
}

function toReservation(row: ReservationRow): StoredReservation {
  return { reservationId: row.id, orderId: row.order_id, status: row.status, expiresAt: row.expires_at, flow: row.flow }
}
