import type { Sql } from 'banyan'
import { type ProductRecord, searchText } from '../domain/product.ts'

/** Writes products; variants, prices and categories have words of their own. */
export function productWriter(sql: Sql) {
  return {
    /** Inserts a product; false when its slug is taken. */
    async insert(product: ProductRecord): Promise<boolean> {
      const inserted = await sql.run(
        `INSERT INTO product (id, slug, title, description, status, brand, attributes, media, tax_class, search_text, created_at, updated_at,
           version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (slug) DO NOTHING`,
        product.id,
        product.slug,
        product.title,
        product.description,
        product.status,
        product.brand,
        JSON.stringify(product.attributes),
        JSON.stringify(product.media),
        product.taxClass,
        searchText(product),
        product.createdAt,
        product.updatedAt,
        product.version,
      )
      return inserted === 1
    },
    /** Writes a product back if it still has the version before; false when somebody else was faster. */
    async update(product: ProductRecord): Promise<boolean> {
      const updated = await sql.run(
        `UPDATE product SET slug = ?, title = ?, description = ?, status = ?, brand = ?, attributes = ?, media = ?, tax_class = ?,
           search_text = ?, updated_at = ?, version = ? WHERE id = ? AND version = ?`,
        product.slug,
        product.title,
        product.description,
        product.status,
        product.brand,
        JSON.stringify(product.attributes),
        JSON.stringify(product.media),
        product.taxClass,
        searchText(product),
        product.updatedAt,
        product.version,
        product.id,
        product.version - 1,
      )
      return updated === 1
    },
    /** Remembers that a seed was planted; false when it was planted before. */
    async markSeeded(name: string, now: number): Promise<boolean> {
      return (await sql.run('INSERT INTO seed (name, seeded_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING', name, now)) === 1
    },
  }
}
