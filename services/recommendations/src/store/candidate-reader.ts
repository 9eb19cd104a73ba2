import type { SqlReader } from 'banyan'
import { affinity } from '../domain/affinity.ts'
import { heatNow } from '../domain/heat.ts'
import type { Candidate } from '../domain/select.ts'
import { type Pair, strongestPairs } from './strongest-pairs.ts'

interface OfferedRow {
  sku: string
  product_id: string
  slug: string
  title: string
  category: string
}

type SoldRow = OfferedRow & { orders: number }

const OFFERED = 'o.sku, o.product_id, o.slug, o.title, o.category'
/** Skus that are looked up in one statement. */
const SKUS_AT_ONCE = 100

/** Finds products that could be recommended; only what is on sale, best first. What it reads is bounded, however much was sold. */
export function candidateReader(sql: SqlReader) {
  return {
    /** What was ordered together with any of `seeds`, of their strongest pairs; scores of several seeds add up. */
    async boughtTogether(seeds: readonly string[], limit: number): Promise<Candidate[]> {
      const pairs = await strongestPairs(sql, seeds)
      if (pairs.length === 0) return []
      const ordersOf = await ordersOfSeeds(sql, seeds)
      const bySku = new Map<string, Candidate>()
      for (const { pair, row } of await pairsOnSale(sql, pairs, limit)) {
        const score = affinity({ together: pair.together, ordersOfOne: ordersOf.get(pair.seed) ?? 0, ordersOfOther: row.orders })
        bySku.set(row.sku, toCandidate(row, 'bought_together', score + (bySku.get(row.sku)?.score ?? 0)))
      }
      return [...bySku.values()].toSorted((one, other) => other.score - one.score || (one.sku < other.sku ? -1 : 1))
    },
    /** What sells now: by the index `offered_heat`, in which only what has sold or was looked at stands. */
    async trending(limit: number, now: number): Promise<Candidate[]> {
      const rows = await sql.all<OfferedRow & { heat: number }>(
        `SELECT ${OFFERED}, o.heat FROM offered o WHERE o.status = 'active' AND o.heat IS NOT NULL ORDER BY o.heat DESC, o.sku LIMIT ?`,
        limit,
      )
      return rows.map((row) => toCandidate(row, 'trending', heatNow(row.heat, now)))
    },
    /** What is new, whether it sold or not; the first variant stands for its product. */
    async newest(limit: number): Promise<Candidate[]> {
      const rows = await sql.all<OfferedRow>(
        `SELECT ${OFFERED} FROM offered o WHERE o.status = 'active' AND o.position = 0 ORDER BY o.created_at DESC, o.product_id DESC LIMIT ?`,
        limit,
      )
      return rows.map((row) => toCandidate(row, 'newest', 0))
    },
  }
}

async function ordersOfSeeds(sql: SqlReader, seeds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const query = `SELECT sku, orders FROM popularity WHERE sku IN (${placeholders(seeds)})`
  return new Map((await sql.all<{ sku: string; orders: number }>(query, ...seeds)).map(({ sku, orders }) => [sku, orders]))
}

/** The first pairs, at most `limit`, whose other sku is on sale; in their order. */
async function pairsOnSale(sql: SqlReader, pairs: readonly Pair[], limit: number): Promise<{ pair: Pair; row: SoldRow }[]> {
  const found: { pair: Pair; row: SoldRow }[] = []
  for (let from = 0; from < pairs.length && found.length < limit; from += SKUS_AT_ONCE) {
    const some = pairs.slice(from, from + SKUS_AT_ONCE)
    const rows = await onSale(sql, [...new Set(some.map(({ other }) => other))])
    for (const pair of some) {
      const row = rows.get(pair.other)
      if (row) found.push({ pair, row })
    }
  }
  return found.slice(0, limit)
}

/** Found by their keys alone: a condition on the status would let SQLite begin with everything on sale. */
async function onSale(sql: SqlReader, skus: readonly string[]): Promise<ReadonlyMap<string, SoldRow>> {
  const rows = await sql.all<SoldRow & { status: string }>(
    `SELECT ${OFFERED}, o.status, p.orders FROM offered o JOIN popularity p ON p.sku = o.sku WHERE o.sku IN (${placeholders(skus)})`,
    ...skus,
  )
  return new Map(rows.filter(({ status }) => status === 'active').map((row) => [row.sku, row]))
}

function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ')
}

function toCandidate(
  { sku, product_id: productId, slug, title, category }: OfferedRow,
  reason: Candidate['reason'],
  score: number,
): Candidate {
  return { sku, productId, slug, title, category, reason, score }
}
