import { BanyanError } from 'banyan'
import type { CatalogTransaction } from '../define.ts'
import type { PriceChange } from '../domain/price-change.ts'
import { priceChanges } from '../domain/price-change.ts'
import type { ProductRecord } from '../domain/product.ts'

/** Where a product comes from and how it is written. */
export interface ProductWrite {
  readonly product: ProductRecord
  /** What is stored now; undefined for a new product. */
  readonly before?: ProductRecord
  /** Makes ids of prices. */
  readonly id: () => string
}

/** A price that came into force. */
export interface WrittenPrice extends PriceChange {
  readonly sku: string
}

/** Fails a write for a reason that the contract declares. */
export interface WriteFailures {
  unknownCategory(categories: string[]): never
  skuTaken(skus: string[]): never
}

/** Writes what belongs to a product besides its own row; returns the prices that came into force. */
export async function writeParts(
  tx: CatalogTransaction,
  { product, before, id }: ProductWrite,
  fails: WriteFailures,
): Promise<WrittenPrice[]> {
  await tx.categories.assign(product.id, await categoryIds(tx, product.categories, fails))
  const taken = await tx.variants.takenByOthers(
    product.variants.map(({ sku }) => sku),
    product.id,
  )
  if (taken.length > 0) fails.skuTaken(taken)
  const written: WrittenPrice[] = []
  for (const [position, variant] of product.variants.entries()) {
    await tx.variants.save({ productId: product.id, position, variant })
    const old = before?.variants.find(({ sku }) => sku === variant.sku)?.prices ?? []
    for (const change of priceChanges(old, variant.prices)) {
      await tx.prices.replace({ ...change.price, id: id(), sku: variant.sku, validFrom: product.updatedAt })
      written.push({ ...change, sku: variant.sku })
    }
  }
  await tx.prices.summarize(product.id)
  return written
}

async function categoryIds(tx: CatalogTransaction, slugs: readonly string[], fails: WriteFailures): Promise<string[]> {
  const known = new Map((await tx.categories.bySlugs(slugs)).map(({ slug, id }) => [slug, id]))
  const unknown = slugs.filter((slug) => !known.has(slug))
  if (unknown.length > 0) fails.unknownCategory(unknown)
  return slugs.map((slug) => known.get(slug) as string)
}

/** Throws `not_found` for a product that is not there, or not there for this caller. */
export function noSuchProduct(): BanyanError {
  return new BanyanError('not_found', 'no such product')
}

/** The error for a change of a version that is no longer the latest. */
export function outdated(version: number): BanyanError {
  return new BanyanError('version_mismatch', `the product has version ${version} by now; read it again, then change it`)
}
