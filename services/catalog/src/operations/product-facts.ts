import type { CatalogEvent } from '../define.ts'
import { displayTitle, type ProductRecord } from '../domain/product.ts'

/** Units to book in by sku, for variants that are new. */
export type InitialStock = ReadonlyMap<string, number>

/** Returns what others need to know of a product. */
export function productFacts(product: ProductRecord, initialStock: InitialStock = new Map()): CatalogEvent<'product.created'> {
  const { id: productId, version, status, slug, title, categories } = product
  const variants = product.variants.map((variant) => ({
    sku: variant.sku,
    title: displayTitle(title, variant.title),
    initialStock: initialStock.get(variant.sku) ?? 0,
  }))
  return { productId, version, status, slug, title, categories: [...categories], variants }
}
