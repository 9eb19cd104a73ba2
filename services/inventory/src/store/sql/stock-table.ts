import type { Sql } from 'banyan'
import { MAIN_LOCATION, type StockRecords, type StoredStock } from '../repository.ts'

/** One row of `stock_item`. */
interface StockRow {
  readonly sku: string
  readonly location_id: string
  readonly on_hand: number
  readonly reserved: number
  readonly safety_stock: number
  readonly version: number
  readonly updated_at: number
}

/** Opens the table within a transaction or snapshot. */
export function stockTable(sql: Sql): StockRecords {
  return {
    async find(sku) {
      const row = await sql.get<StockRow>('SELECT * FROM stock_item WHERE sku = ? AND location_id = ?', sku, MAIN_LOCATION)
      return row && stockOf(row)
    },
    async page(after, limit, lowAtMost) {
      const low = lowAtMost === undefined ? '' : 'AND on_hand - reserved - safety_stock <= ?'
      const values = lowAtMost === undefined ? [after, limit] : [after, lowAtMost, limit]
      const rows = await sql.all<StockRow>(`SELECT * FROM stock_item WHERE sku > ? ${low} ORDER BY sku LIMIT ?`, ...values)
      return rows.map(stockOf)
    },
    add: async (sku, onHand, at) =>
      (await sql.run(
        `INSERT INTO stock_item (sku, location_id, on_hand, reserved, safety_stock, policy, backorder_limit, restock_at, version, updated_at)
         VALUES (?, ?, ?, 0, 0, 'deny', 0, NULL, 1, ?) ON CONFLICT DO NOTHING`,
        sku,
        MAIN_LOCATION,
        onHand,
        at,
      )) === 1,
    take: async ({ sku, qty }, at) =>
      (await sql.run(
        `UPDATE stock_item SET reserved = reserved + ?, version = version + 1, updated_at = ?
         WHERE sku = ? AND location_id = ? AND on_hand - reserved - safety_stock >= ?`,
        qty,
        at,
        sku,
        MAIN_LOCATION,
        qty,
      )) === 1,
    async giveBack({ sku, qty }, at) {
      await sql.run(
        'UPDATE stock_item SET reserved = reserved - ?, version = version + 1, updated_at = ? WHERE sku = ? AND location_id = ?',
        qty,
        at,
        sku,
        MAIN_LOCATION,
      )
    },
    async adjust(sku, delta, at) {
      await sql.run(
        'UPDATE stock_item SET on_hand = on_hand + ?, version = version + 1, updated_at = ? WHERE sku = ? AND location_id = ?',
        delta,
        at,
        sku,
        MAIN_LOCATION,
      )
    },
  }
}

function stockOf(row: StockRow): StoredStock {
  return {
    sku: row.sku,
    locationId: row.location_id,
    onHand: row.on_hand,
    reserved: row.reserved,
    safetyStock: row.safety_stock,
    available: Math.max(0, row.on_hand - row.reserved - row.safety_stock),
    version: row.version,
    updatedAt: row.updated_at,
  }
}
