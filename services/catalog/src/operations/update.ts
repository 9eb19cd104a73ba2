import { DEFAULT_CURRENCY, PRICES_MAX, type ProductChange, VARIANTS_MAX } from '../contract.ts'
import { BanyanError } from 'banyan'
import { type CatalogTransaction, operation } from '../define.ts'
import { toMedia } from '../domain/media.ts'
import type { ProductRecord, ProductVariant } from '../domain/product.ts'
import { allowedStatuses, canMove } from '../domain/product-status.ts'
import { initialStockOf, toVariants } from '../domain/variant-input.ts'
import { productFacts } from './product-facts.ts'
import { toProduct } from './to-product.ts'
import { noSuchProduct, outdated, writeParts, type WrittenPrice } from './write-product.ts'

/** Changes a product: given fields replace, absent ones stay, new skus are added. */
export const update = operation('update', async (input, { transaction, fail, id, now }) =>
  transaction(async (tx) => {
    const before = await tx.products.byId(input.id)
    if (!before) throw noSuchProduct()
    if (before.version !== input.version) throw outdated(before.version)
    const product = changed(before, input, now())
    refuseTooMany(product.variants)
    if (!canMove(before.status, product.status))
      fail('illegal_transition', { from: before.status, to: product.status, allowed: [...allowedStatuses(before.status)] })
    const holder = await tx.products.idOfSlug(product.slug)
    if (holder !== undefined && holder !== product.id) fail('slug_taken', { slug: product.slug })
    if (!(await tx.products.update(product))) throw outdated(before.version)
    const prices = await writeParts(
      tx,
      { product, before, id },
      { unknownCategory: (categories) => fail('unknown_category', { categories }), skuTaken: (skus) => fail('sku_taken', { skus }) },
    )
    emitPrices(tx, product, prices)
    const archived = product.status === 'archived' && before.status !== 'archived'
    tx.emit(archived ? 'product.archived' : 'product.updated', productFacts(product, initialStockOf(input.variants ?? [])))
    return toProduct(product, DEFAULT_CURRENCY)
  }),
)

function emitPrices(tx: CatalogTransaction, { id: productId, updatedAt: validFrom }: ProductRecord, prices: readonly WrittenPrice[]): void {
  for (const { sku, price, oldMinor } of prices)
    if (price.amountMinor !== oldMinor)
      tx.emit('price.changed', { sku, productId, currency: price.currency, oldMinor, newMinor: price.amountMinor, validFrom })
}

function changed(before: ProductRecord, { variants, ...change }: ProductChange, now: number): ProductRecord {
  return {
    ...before,
    ...change,
    media: change.media === undefined ? before.media : toMedia(change.media),
    variants: variants === undefined ? before.variants : merged(before.variants, toVariants(variants)),
    updatedAt: now,
    version: before.version + 1,
  }
}

/** A change adds variants and prices to those that stand; a product of many changes is bounded like a new one. */
function refuseTooMany(variants: readonly ProductVariant[]): void {
  if (variants.length > VARIANTS_MAX)
    throw tooMany(`a product has at most ${VARIANTS_MAX} variants; with these it would have ${variants.length}`)
  const dear = variants.find(({ prices }) => prices.length > PRICES_MAX)
  if (dear) throw tooMany(`a variant has at most ${PRICES_MAX} prices; ${dear.sku} would have ${dear.prices.length}`)
}

function tooMany(expected: string): BanyanError {
  return new BanyanError('invalid_argument', `variants: ${expected}`, { fields: [{ path: '/variants', expected }] })
}

/** Puts given variants in place of those with the same sku and adds the others; currencies that are not named keep their prices. */
function merged(before: readonly ProductVariant[], given: readonly ProductVariant[]): readonly ProductVariant[] {
  const kept = before.map((variant) => {
    const replacement = given.find(({ sku }) => sku === variant.sku)
    if (!replacement) return variant
    const named = new Set(replacement.prices.map(({ currency }) => currency))
    return { ...replacement, prices: [...replacement.prices, ...variant.prices.filter(({ currency }) => !named.has(currency))] }
  })
  return [...kept, ...given.filter(({ sku }) => !before.some((variant) => variant.sku === sku))]
}
