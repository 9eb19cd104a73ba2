import { toTimestamp } from 'banyan'
import type { StockItem } from '../contract.ts'
import type { StoredStock } from '../store/stock-table.ts'

/** Returns a sku's stock as staff see it. */
export function toStockItem(stock: StoredStock): StockItem {
  return { ...stock, updatedAt: toTimestamp(stock.updatedAt) }
}
