import { BanyanError, toTimestamp } from 'banyan'
import { operation } from '../define.ts'

/** What anybody may know about the stock of a sku. */
export const getStock = operation('getStock', async ({ sku }, { read }) => {
  const item = await read((tx) => tx.stock.find(sku))
  if (!item) throw new BanyanError('not_found', `there is no stock item "${sku}"`)
  return { sku, available: item.available, inStock: item.available > 0, updatedAt: toTimestamp(item.updatedAt) }
})
