import type { StockRecords, StoredStock } from '../store/repository.ts'

/** At this many units or fewer an item runs low. */
export const LOW_AT_MOST = 5
/** Items that are looked at while others wait: some thousandths of a second. Most shops have no more. */
export const LOOKED_AT_MAX = 2_000
/** Items of one look. */
const ITEMS_AT_ONCE = 500

/**
 * Finds items that run low, ascending by sku, after `after`, at most `limit`. No index tells which they are: it would have to be kept up to date by every
 * reservation. Returns undefined where so many items were looked at and there may be more; then look apart.
 */
export async function lowStock(stock: Pick<StockRecords, 'page'>, after: string, limit: number): Promise<StoredStock[] | undefined> {
  const low: StoredStock[] = []
  let last = after
  for (let seen = 0; seen < LOOKED_AT_MAX; seen += ITEMS_AT_ONCE) {
    const items = await stock.page(last, ITEMS_AT_ONCE, undefined)
    low.push(...items.filter(({ available }) => available <= LOW_AT_MOST))
    if (low.length >= limit || items.length < ITEMS_AT_ONCE) return low.slice(0, limit)
    last = items.at(-1)?.sku ?? last
  }
  return undefined
}
