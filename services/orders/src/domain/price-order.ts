import type { OrderLine } from '../contract.ts'

/** A line with its price of the moment. */
export interface QuotedLine {
  readonly sku: string
  readonly productId: string
  readonly title: string
  readonly quantity: number
  readonly unitMinor: number
  readonly totalMinor: number
  readonly weightGrams: number
  readonly requiresShipping: boolean
}

/** What an order costs. Prices include tax, so the tax is not added again. */
export interface OrderPrice {
  readonly lines: OrderLine[]
  readonly subtotalMinor: number
  readonly discountMinor: number
  readonly taxMinor: number
  readonly shippingMinor: number
  readonly totalMinor: number
}

/** Adds an order up. Amounts in minor units of one currency. */
export function priceOrder(quoted: readonly QuotedLine[], shippingMinor: number): OrderPrice {
  const lines = quoted.map(({ sku, productId, title, quantity, unitMinor, totalMinor }, index): OrderLine => {
    return { lineId: String(index + 1), sku, productId, title, quantity, unitMinor, totalMinor }
  })
  const subtotalMinor = lines.reduce((sum, line) => sum + line.totalMinor, 0)
  return { lines, subtotalMinor, discountMinor: 0, taxMinor: 0, shippingMinor, totalMinor: subtotalMinor + shippingMinor }
}

/** Returns the weight of what has to be shipped. */
export function weightGramsOf(quoted: readonly QuotedLine[]): number {
  return quoted.reduce((sum, line) => sum + (line.requiresShipping ? line.weightGrams * line.quantity : 0), 0)
}
