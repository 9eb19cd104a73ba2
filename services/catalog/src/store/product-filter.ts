import type { ProductStatus } from '../domain/product-status.ts'
import type { ListPosition, ProductSort } from '../list-cursor.ts'

/** Which products to list. */
export interface ProductFilter {
  readonly status: ProductStatus
  /** Beginnings of words that must all be found; undefined when nothing is searched for. */
  readonly words?: readonly string[] | undefined
  readonly category?: string | undefined
  /** Of the product's lowest price in `currency`. */
  readonly minPrice?: number | undefined
  readonly maxPrice?: number | undefined
  readonly currency: string
  readonly sort: ProductSort
  readonly after?: ListPosition | undefined
  readonly limit: number
}
