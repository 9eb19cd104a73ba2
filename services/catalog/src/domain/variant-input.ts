import { BanyanError } from 'banyan/kernel'
import type { NewProduct } from '../contract.ts'
import type { ProductVariant } from './product.ts'

/** A variant as a request gives it. */
export type VariantInput = NewProduct['variants'][number]

/** Returns the variants of a request; throws `invalid_argument` when one sku, or one currency of a sku, is there twice. */
export function toVariants(inputs: readonly VariantInput[]): readonly ProductVariant[] {
  refuseTwice(
    inputs.map(({ sku }) => sku),
    (index) => `/variants/${index}/sku`,
  )
  return inputs.map((input, variantIndex) => {
    refuseTwice(
      input.prices.map(({ currency }) => currency),
      (index) => `/variants/${variantIndex}/prices/${index}/currency`,
    )
    return {
      sku: input.sku,
      title: input.title ?? '',
      options: input.options ?? {},
      weightGrams: input.weightGrams,
      requiresShipping: input.requiresShipping ?? true,
      status: 'active',
      prices: input.prices.map(({ currency, amountMinor, compareAtMinor = null }) => ({ currency, amountMinor, compareAtMinor })),
    }
  })
}

/** Units to book in by sku, where a request names any. */
export function initialStockOf(inputs: readonly VariantInput[]): ReadonlyMap<string, number> {
  return new Map(inputs.map(({ sku, initialStock = 0 }) => [sku, initialStock]))
}

function refuseTwice(values: readonly string[], path: (index: number) => string): void {
  const index = values.findIndex((value, at) => values.indexOf(value) !== at)
  if (index < 0) return
  const fields = [{ path: path(index), expected: `must not repeat "${values[index]}"` }]
  throw new BanyanError('invalid_argument', `${path(index)} must not repeat "${values[index]}"`, { fields })
}
