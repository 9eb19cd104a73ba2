import { BanyanError, type Documents } from 'banyan'
import { MAIN_LOCATION, type StockRecords, type StoredStock } from '../repository.ts'
import { type StockDocument, stockItems } from './collections.ts'
import { pagesOf } from './pages-of.ts'

/** Opens the stock within a transaction or snapshot. */
export function stockDocuments(database: Documents): StockRecords {
  const change = async (sku: string, at: number, changed: (item: StockDocument) => Partial<StockDocument> | undefined): Promise<boolean> =>
    (await database.change(stockItems, [sku, MAIN_LOCATION], (item) => {
      const changes = item && changed(item)
      return changes && possible({ ...item, ...changes, version: item.version + 1, updatedAt: at })
    })) !== undefined
  return {
    async find(sku) {
      const item = await database.get(stockItems, [sku, MAIN_LOCATION])
      return item && stockOf(item)
    },
    async page(after, limit, lowAtMost) {
      if (lowAtMost === undefined) return (await database.range(stockItems, { after: [after], limit })).map(stockOf)
      const low: StoredStock[] = []
      for await (const item of pagesOf(database, stockItems, { after: [after] })) {
        if (freeOf(item) <= lowAtMost) low.push(stockOf(item))
        if (low.length === limit) break
      }
      return low
    },
    async add(sku, onHand, at) {
      if (await database.get(stockItems, [sku, MAIN_LOCATION])) return false
      const fresh = { sku, locationId: MAIN_LOCATION, onHand, reserved: 0, safetyStock: 0, version: 1, updatedAt: at }
      await database.add(stockItems, possible(fresh))
      return true
    },
    take: ({ sku, qty }, at) => change(sku, at, (item) => (freeOf(item) >= qty ? { reserved: item.reserved + qty } : undefined)),
    async giveBack({ sku, qty }, at) {
      await change(sku, at, ({ reserved }) => ({ reserved: reserved - qty }))
    },
    async adjust(sku, delta, at) {
      await change(sku, at, ({ onHand }) => ({ onHand: onHand + delta }))
    },
  }
}

/** Returns an item whose figures can be; tables have the same conditions. Throws `internal` for one that no handler may leave. */
function possible(item: StockDocument): StockDocument {
  const { sku, onHand, reserved } = item
  if (onHand >= 0 && reserved >= 0 && reserved <= onHand) return item
  throw new BanyanError('internal', `stock of ${sku} would be ${onHand} on hand with ${reserved} reserved; nothing was changed`)
}

function freeOf({ onHand, reserved, safetyStock }: StockDocument): number {
  return onHand - reserved - safetyStock
}

function stockOf(item: StockDocument): StoredStock {
  return { ...item, available: Math.max(0, freeOf(item)) }
}
