import type { SqlReader } from 'banyan'

/** How often a sku that is asked about was ordered together with another. */
export interface Pair {
  readonly seed: string
  readonly other: string
  /** Orders that hold both. */
  readonly together: number
}

/**
 * Pairs that one answer looks at, shared among its seeds: fifty each of twenty. Most that is sold goes with a few things often and with many once,
 * and what goes together once says little. What is off sale counts too, so an answer may have fewer than it asked for; others fill it up.
 */
export const PAIRS_READ_MAX = 1_000

/** The pairs of `seeds` that were ordered most often, most often first. Read in the order of the index `co_occurrence_strongest`, each seed's alone. */
export async function strongestPairs(sql: SqlReader, seeds: readonly string[]): Promise<Pair[]> {
  if (seeds.length === 0) return []
  const each = Math.floor(PAIRS_READ_MAX / seeds.length)
  const ofOne =
    'SELECT * FROM (SELECT sku_a, sku_b, orders FROM co_occurrence WHERE sku_a = ? ORDER BY orders DESC, sku_b LIMIT ?) AS strongest'
  const rows = await sql.all<{ sku_a: string; sku_b: string; orders: number }>(
    seeds.map(() => ofOne).join(' UNION ALL '),
    ...seeds.flatMap((seed) => [seed, each]),
  )
  return rows
    .map(({ sku_a: seed, sku_b: other, orders: together }) => ({ seed, other, together }))
    .toSorted((a, b) => b.together - a.together || (a.other < b.other ? -1 : 1))
}
