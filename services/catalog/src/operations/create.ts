import { DEFAULT_CURRENCY } from '../contract.ts'
import { operation } from '../define.ts'
import type { ProductRecord } from '../domain/product.ts'
import { initialStockOf } from '../domain/variant-input.ts'
import { newProduct } from './new-product.ts'
import { productFacts } from './product-facts.ts'
import { toProduct } from './to-product.ts'
import { writeParts } from './write-product.ts'

/** Characters of the id that tell two products of one title apart. */
const SLUG_SUFFIX_LENGTH = 6

/** Creates a product. A slug made of the title gives way when it is taken; one that was asked for does not. */
export const create = operation('create', async (input, { transaction, fail, id, now }) => {
  const asked = newProduct(input, id(), now())
  return transaction(async (tx) => {
    const free = input.slug !== undefined || (await tx.products.idOfSlug(asked.slug)) === undefined
    const product: ProductRecord = free ? asked : { ...asked, slug: `${asked.slug}-${asked.id.slice(-SLUG_SUFFIX_LENGTH)}` }
    if (!(await tx.products.insert(product))) fail('slug_taken', { slug: product.slug })
    await writeParts(
      tx,
      { product, id },
      { unknownCategory: (categories) => fail('unknown_category', { categories }), skuTaken: (skus) => fail('sku_taken', { skus }) },
    )
    tx.emit('product.created', productFacts(product, initialStockOf(input.variants)))
    return toProduct(product, DEFAULT_CURRENCY)
  })
})
