import { operation } from '../define.ts'
import { toStockItem } from './answers.ts'

/** Items of a page when the caller does not say. */
const PAGE_ITEMS = 50
/** At this many units or fewer an item runs low. */
const LOW_AT_MOST = 5

/** Stock of all skus, or of those that run low. */
export const listStock = operation('listStock', async ({ low, cursor, limit = PAGE_ITEMS }, { read, readApart }) => {
  const look = low ? readApart : read // few run low, and no index tells which
  const items = await look((tx) => tx.stock.page(cursor ?? '', limit + 1, low ? LOW_AT_MOST : undefined))
  const page = items.slice(0, limit)
  return { items: page.map(toStockItem), nextCursor: items.length > limit ? (page.at(-1)?.sku ?? null) : null }
})
