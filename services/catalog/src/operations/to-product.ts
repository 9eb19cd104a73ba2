import { toTimestamp } from 'banyan'
import type { Product } from '../contract.ts'
import type { ProductRecord } from '../domain/product.ts'

/** Returns a product as callers see it; its first price is the one in `currency`, where there is one. */
export function toProduct(record: ProductRecord, currency: string): Product {
  const [first] = record.variants
  return {
    id: record.id,
    slug: record.slug,
    sku: first?.sku ?? '',
    title: record.title,
    description: record.description,
    status: record.status,
    brand: record.brand,
    categories: [...record.categories],
    attributes: record.attributes,
    media: record.media,
    taxClass: record.taxClass,
    price: first?.prices.find((price) => price.currency === currency) ?? first?.prices[0] ?? null,
    variants: record.variants.map((variant) => ({ ...variant, prices: [...variant.prices] })),
    createdAt: toTimestamp(record.createdAt),
    updatedAt: toTimestamp(record.updatedAt),
    version: record.version,
  }
}
