import type { Shortage } from './contract.ts'
import type { SkuQuantity } from './domain/merge-lines.ts'
import type { StockRecords } from './store/repository.ts'

/** Compares lines with what there is: what is short, and which skus are unknown. */
export async function compareStock(
  stock: Pick<StockRecords, 'find'>,
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
