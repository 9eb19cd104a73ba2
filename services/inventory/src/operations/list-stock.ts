import { operation } from '../define.ts'
import { toStockItem } from './answers.ts'
import { LOW_AT_MOST, lowStock } from './low-stock.ts'

/** Items of a page when the caller does not say. */
const PAGE_ITEMS = 50

/** Stock of all skus, or of those that run low. */
export const listStock = operation('listStock', async ({ low, cursor = '', limit = PAGE_ITEMS }, { read, readApart }) => {
  const items = low
    ? ((await read((tx) => lowStock(tx.stock, cursor, limit + 1))) ??
      (await readApart((tx) => tx.stock.page(cursor, limit + 1, LOW_AT_MOST))))
    : await read((tx) => tx.stock.page(cursor, limit + 1, undefined))
  const page = items.slice(0, limit)
  return { items: page.map(toStockItem), nextCursor: items.length > limit ? (page.at(-1)?.sku ?? null) : null }
})
