import type { Sql } from 'banyan'

/** A product as events describe it. */
export interface OfferedProduct {
  readonly productId: string
  readonly slug: string
  readonly title: string
  readonly category: string
  readonly status: string
  readonly skus: readonly string[]
  /** Epoch milliseconds; kept from the first event. */
  readonly createdAt: number
}

/** Reads and writes what the catalog offers. */
export function offeredRecords(sql: Sql) {
  return {
    async save({ productId, slug, title, category, status, skus, createdAt }: OfferedProduct): Promise<void> {
      for (const [position, sku] of skus.entries())
        await sql.run(
          `INSERT INTO offered (sku, product_id, slug, title, category, status, position, created_at, heat)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT heat FROM popularity WHERE sku = ?))
           ON CONFLICT (sku) DO UPDATE SET slug = excluded.slug, title = excluded.title, category = excluded.category,
             status = excluded.status, position = excluded.position`,
          sku,
          productId,
          slug,
          title,
          category,
          status,
          position,
          createdAt,
          sku, // sold before this service heard of it
        )
    },
    async isOffered(sku: string): Promise<boolean> {
      return (await sql.get(`SELECT sku FROM offered WHERE sku = ? AND status = 'active'`, sku)) !== undefined
    },
    /** Products that these skus belong to; unknown skus are left out. */
    async productsOf(skus: readonly string[]): Promise<Set<string>> {
      if (skus.length === 0) return new Set()
      const list = skus.map(() => '?').join(', ')
      const rows = await sql.all<{ product_id: string }>(`SELECT product_id FROM offered WHERE sku IN (${list})`, ...skus)
      return new Set(rows.map((row) => row.product_id))
    },
  }
}
