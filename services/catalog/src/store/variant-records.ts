import type { Sql } from 'banyan'
import type { ProductVariant } from '../domain/product.ts'
import { placeholders } from './placeholders.ts'

/** A variant and its place in the product. */
export interface VariantPlace {
  readonly productId: string
  readonly position: number
  readonly variant: Omit<ProductVariant, 'prices'>
}

/** Reads and writes variants. */
export function variantRecords(sql: Sql) {
  return {
    /** Those of `skus` that belong to another product. */
    async takenByOthers(skus: readonly string[], productId: string): Promise<string[]> {
      const query = `SELECT sku FROM variant WHERE sku IN (${placeholders(skus.length)}) AND product_id <> ? ORDER BY sku`
      return (await sql.all<{ sku: string }>(query, ...skus, productId)).map(({ sku }) => sku)
    },
    /** Adds a variant, or changes the product's variant with that sku; a sku never moves to another product. */
    async save({ productId, position, variant }: VariantPlace): Promise<void> {
      await sql.run(
        `INSERT INTO variant (sku, product_id, title, options, weight_grams, requires_shipping, status, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (sku) DO UPDATE SET title = excluded.title, options = excluded.options, weight_grams = excluded.weight_grams,
           requires_shipping = excluded.requires_shipping, status = excluded.status, position = excluded.position`,
        variant.sku,
        productId,
        variant.title,
        JSON.stringify(variant.options),
        variant.weightGrams,
        variant.requiresShipping ? 1 : 0,
        variant.status,
        position,
      )
    },
  }
}
