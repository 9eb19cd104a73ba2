import type { Product } from '../contract.ts'
import type { ProductStatus } from './product-status.ts'

/** A price in force, in the smallest unit of its currency. */
export interface Price {
  readonly currency: string
  readonly amountMinor: number
  readonly compareAtMinor: number | null
}

/** A sellable form of a product. */
export interface ProductVariant {
  readonly sku: string
  /** What tells it from the others, e.g. `Large`; empty when there is only one. */
  readonly title: string
  readonly options: Readonly<Record<string, string>>
  readonly weightGrams: number
  readonly requiresShipping: boolean
  readonly status: 'active' | 'archived'
  readonly prices: readonly Price[]
}

/** A product with all that belongs to it. Times are epoch milliseconds. */
export interface ProductRecord {
  readonly id: string
  readonly slug: string
  readonly title: string
  readonly description: string
  readonly status: ProductStatus
  readonly brand: string | null
  /** Slugs. */
  readonly categories: readonly string[]
  readonly attributes: Product['attributes']
  readonly media: Product['media']
  readonly taxClass: string
  readonly variants: readonly ProductVariant[]
  readonly createdAt: number
  readonly updatedAt: number
  readonly version: number
}

/** Returns what an order line calls a variant. */
export function displayTitle(productTitle: string, variantTitle: string): string {
  return variantTitle === '' ? productTitle : `${productTitle}, ${variantTitle}`
}
