/** Units of one sku. */
export interface SkuQuantity {
  readonly sku: string
  readonly qty: number
}

/**
 * Adds up lines of the same sku and sorts them by sku: two lines must not be checked against the same units one by one,
 * and everybody who takes several rows takes them in the same order.
 */
export function mergeLines(lines: readonly SkuQuantity[]): SkuQuantity[] {
  if (lines.length === 1) return [lines[0] as SkuQuantity]
  const total = new Map<string, number>()
  for (const { sku, qty } of lines) total.set(sku, (total.get(sku) ?? 0) + qty)
  return [...total].map(([sku, qty]) => ({ sku, qty })).toSorted((first, second) => (first.sku < second.sku ? -1 : 1))
}
