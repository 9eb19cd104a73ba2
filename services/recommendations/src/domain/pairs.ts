/** Distinct skus of one order that are paired: a wholesale order of hundreds says little, and pairs grow with the square. */
export const PAIRED_SKUS_MAX = 20

/** Returns the distinct skus of an order, sorted, so that concurrent orders touch rows in one order. */
export function distinctSkus(lines: readonly { readonly sku: string }[]): readonly string[] {
  return [...new Set(lines.map(({ sku }) => sku))].toSorted()
}

/** Returns both directions of each pair of skus. */
export function pairsOf(skus: readonly string[]): readonly (readonly [string, string])[] {
  const paired = skus.slice(0, PAIRED_SKUS_MAX)
  return paired.flatMap((one) => paired.filter((other) => other !== one).map((other) => [one, other] as const))
}
