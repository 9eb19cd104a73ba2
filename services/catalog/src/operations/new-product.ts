import type { NewProduct } from '../contract.ts'
import type { ProductRecord } from '../domain/product.ts'
import { toMedia } from '../domain/media.ts'
import { slugOf } from '../domain/slug.ts'
import { toVariants } from '../domain/variant-input.ts'

/** Tax class of products that name none. */
const TAX_CLASS = 'standard'

/** Returns a new product; on sale at once unless it is a draft. */
export function newProduct(input: NewProduct, id: string, now: number): ProductRecord {
  return {
    id,
    slug: input.slug ?? slugOf(input.title),
    title: input.title,
    description: input.description ?? '',
    status: input.status ?? 'active',
    brand: input.brand ?? null,
    categories: input.categories ?? [],
    attributes: input.attributes ?? {},
    media: toMedia(input.media ?? []),
    taxClass: input.taxClass ?? TAX_CLASS,
    variants: toVariants(input.variants),
    createdAt: now,
    updatedAt: now,
    version: 1,
  }
}
