import type { Sql } from 'banyan'
import { placeholders } from './placeholders.ts'

/** A category. */
export interface CategoryRecord {
  readonly id: string
  readonly parentId: string | null
  readonly slug: string
  readonly name: string
  readonly position: number
}

/** Categories of a shop at most; a tree that people click through is far smaller. */
const CATEGORIES_MAX = 1_000

const COLUMNS = 'id, parent_id AS "parentId", slug, name, position'

/** Reads and writes categories. */
export function categoryRecords(sql: Sql) {
  return {
    async all(): Promise<CategoryRecord[]> {
      return sql.all<CategoryRecord>(`SELECT ${COLUMNS} FROM category ORDER BY position, slug LIMIT ?`, CATEGORIES_MAX)
    },
    async bySlugs(slugs: readonly string[]): Promise<CategoryRecord[]> {
      if (slugs.length === 0) return []
      return sql.all<CategoryRecord>(`SELECT ${COLUMNS} FROM category WHERE slug IN (${placeholders(slugs.length)})`, ...slugs)
    },
    async insert({ id, parentId, slug, name, position }: CategoryRecord): Promise<void> {
      await sql.run('INSERT INTO category (id, parent_id, slug, name, position) VALUES (?, ?, ?, ?, ?)', id, parentId, slug, name, position)
    },
    /** Puts a product into exactly these categories. */
    async assign(productId: string, categoryIds: readonly string[]): Promise<void> {
      await sql.run('DELETE FROM product_category WHERE product_id = ?', productId)
      for (const [position, categoryId] of categoryIds.entries())
        await sql.run('INSERT INTO product_category (product_id, category_id, position) VALUES (?, ?, ?)', productId, categoryId, position)
    },
  }
}
