import type { Price } from './product.ts'

/** A price that replaces another. */
export interface PriceChange {
  readonly price: Price
  /** Null where the currency had no price. */
  readonly oldMinor: number | null
}

/** Returns the prices that differ from those in force. A currency that is not named keeps its price. */
export function priceChanges(before: readonly Price[], asked: readonly Price[]): readonly PriceChange[] {
  return asked.flatMap((price) => {
    const old = before.find((one) => one.currency === price.currency)
    if (old && old.amountMinor === price.amountMinor && old.compareAtMinor === price.compareAtMinor) return []
    return [{ price, oldMinor: old?.amountMinor ?? null }]
  })
}
