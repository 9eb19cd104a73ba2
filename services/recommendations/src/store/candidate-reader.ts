import type { SqlReader } from 'banyan'
import { affinity } from '../domain/affinity.ts'
import { heatNow } from '../domain/heat.ts'
import type { Candidate } from '../domain/select.ts'

interface OfferedRow {
  sku: string
  product_id: string
  slug: string
  title: string
  category: string
}

const OFFERED = 'o.sku, o.product_id, o.slug, o.title, o.category'

/** Finds products that could be recommended; only what is on sale, best first. */
export function candidateReader(sql: SqlReader) {
  return {
    /** What was ordered together with any of `seeds`; scores of several seeds add up. */
    async boughtTogether(seeds: readonly string[], limit: number): Promise<Candidate[]> {
      if (seeds.length === 0) return []
      const list = seeds.map(() => '?').join(', ')
      const rows = await sql.all<OfferedRow & { together: number; seed_orders: number; orders: number }>(
        `SELECT ${OFFERED}, c.orders AS together, s.orders AS seed_orders, p.orders FROM co_occurrence c
         JOIN offered o ON o.sku = c.sku_b JOIN popularity p ON p.sku = c.sku_b JOIN popularity s ON s.sku = c.sku_a
         WHERE c.sku_a IN (${list}) AND o.status = 'active' ORDER BY c.orders DESC, c.sku_b LIMIT ?`,
        ...seeds,
        limit,
      )
      const bySku = new Map<string, Candidate>()
      for (const row of rows) {
        const score = affinity({ together: row.together, ordersOfOne: row.seed_orders, ordersOfOther: row.orders })
        bySku.set(row.sku, toCandidate(row, 'bought_together', score + (bySku.get(row.sku)?.score ?? 0)))
      }
      return [...bySku.values()].toSorted((one, other) => other.score - one.score || (one.sku < other.sku ? -1 : 1))
    },
    /** What sells now. CROSS JOIN keeps SQLite from beginning with everything on offer. */
    async trending(limit: number, now: number): Promise<Candidate[]> {
      const rows = await sql.all<OfferedRow & { heat: number }>(
        `SELECT ${OFFERED}, p.heat FROM popularity p CROSS JOIN offered o
         WHERE o.sku = p.sku AND o.status = 'active' ORDER BY p.heat DESC, p.sku LIMIT ?`,
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

function toCandidate(
  { sku, product_id: productId, slug, title, category }: OfferedRow,
  reason: Candidate['reason'],
  score: number,
): Candidate {
  return { sku, productId, slug, title, category, reason, score }
}
