import type { Sql } from 'banyan'
import type { Shortage, StockItem } from '../contract.ts'
import type { SkuQuantity } from '../domain/merge-lines.ts'
import { MAIN_LOCATION } from './migrations.ts'

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

/** A sku's stock as stored. Times are epoch milliseconds. */
export type StoredStock = Omit<StockItem, 'updatedAt'> & { readonly updatedAt: number }

/** Units of skus in the main location. */
export interface StockTable {
  find(sku: string): Promise<StoredStock | undefined>
  /** Ascending by sku, after `after`. `low` keeps those with at most `lowAtMost` units left. */
  page(after: string, limit: number, lowAtMost: number | undefined): Promise<StoredStock[]>
  /** Adds a sku that is new; returns false when it is known. */
  add(sku: string, onHand: number, at: number): Promise<boolean>
  /** Takes units if there are enough; returns whether there were. */
  take(line: SkuQuantity, at: number): Promise<boolean>
  /** Gives units back that were taken. */
  giveBack(line: SkuQuantity, at: number): Promise<void>
  /** Changes the units on hand. */
  adjust(sku: string, delta: number, at: number): Promise<void>
}

/** Opens the table within a transaction or snapshot. */
export function stockTable(sql: Sql): StockTable {
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

/** Compares lines with what there is: what is short, and which skus are unknown. */
export async function compareStock(
  stock: Pick<StockTable, 'find'>,
  lines: readonly SkuQuantity[],
): Promise<{ short: Shortage[]; unknown: string[] }> {
  const short: Shortage[] = []
  const unknown: string[] = []
  for (const { sku, qty } of lines) {
    const item = await stock.find(sku)
    if (!item) unknown.push(sku)
    else if (item.available < qty) short.push({ sku, requested: qty, available: item.available })
  }
  return { short, unknown }
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
