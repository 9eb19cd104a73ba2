import type { Recommendation } from '../contract.ts'

/** A product that could be recommended. */
export interface Candidate extends Recommendation {
  /** Slug of its main category; empty when it has none. */
  readonly category: string
}

/** What the answer must look like. */
export interface Selection {
  readonly limit: number
  /** Products that must not come: what the visitor has or looks at. */
  readonly excludedProducts: ReadonlySet<string>
}

/**
 * Chooses from candidates, which come best first, each product once. At most half of the answer is of one category, as long as others are there:
 * ten kinds of coffee are one recommendation.
 */
export function selectRecommendations(candidates: readonly Candidate[], { limit, excludedProducts }: Selection): Recommendation[] {
  const fresh = firstOfEachProduct(candidates, excludedProducts)
  const perCategory = Math.max(1, Math.ceil(limit / 2))
  const seen = new Map<string, number>()
  const isDiverse = fresh.map(({ category }) => {
    const count = (seen.get(category) ?? 0) + 1
    seen.set(category, count)
    return category === '' || count <= perCategory
  })
  const chosen = [...fresh.filter((_, index) => isDiverse[index]), ...fresh.filter((_, index) => !isDiverse[index])]
  return chosen.slice(0, limit).map(({ category: _category, ...recommendation }) => recommendation)
}

function firstOfEachProduct(candidates: readonly Candidate[], excluded: ReadonlySet<string>): Candidate[] {
  const taken = new Set(excluded)
  return candidates.filter(({ productId }) => {
    if (taken.has(productId)) return false
    taken.add(productId)
    return true
  })
}
