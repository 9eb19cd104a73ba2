import type { Sql } from 'banyan'
import type { ProductRecord } from '../domain/product.ts'
import { productWords } from '../domain/search-words.ts'
import { replaceWords, wordsOfText, wordsText } from './word-index.ts'

/** Writes products with the words they are found by; variants, prices and categories are written elsewhere. */
export function productWriter(sql: Sql) {
  return {
    /** Inserts a product; false when its slug is taken. */
    async insert(product: ProductRecord): Promise<boolean> {
      const words = productWords(product)
      const inserted = await sql.run(
        `INSERT INTO product (id, slug, title, description, status, brand, attributes, media, tax_class, search_text, has_words, created_at,
           updated_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT (slug) DO NOTHING`,
        product.id,
        product.slug,
        product.title,
        product.description,
        product.status,
        product.brand,
        JSON.stringify(product.attributes),
        JSON.stringify(product.media),
        product.taxClass,
        wordsText(words),
        product.createdAt,
        product.updatedAt,
        product.version,
      )
      if (inserted === 1) await replaceWords(sql, product.id, [], words)
      return inserted === 1
    },
    /** Writes a product back if it still has the version before; false when somebody else was faster. */
    async update(product: ProductRecord): Promise<boolean> {
      const words = productWords(product)
      const before = await sql.get<{ search_text: string; has_words: number }>(
        'SELECT search_text, has_words FROM product WHERE id = ?',
        product.id,
      )
      const updated = await sql.run(
        `UPDATE product SET slug = ?, title = ?, description = ?, status = ?, brand = ?, attributes = ?, media = ?, tax_class = ?,
           search_text = ?, has_words = 1, updated_at = ?, version = ? WHERE id = ? AND version = ?`,
        product.slug,
        product.title,
        product.description,
        product.status,
        product.brand,
        JSON.stringify(product.attributes),
        JSON.stringify(product.media),
        product.taxClass,
        wordsText(words),
        product.updatedAt,
        product.version,
        product.id,
        product.version - 1,
      )
      if (updated === 1) await replaceWords(sql, product.id, before?.has_words ? wordsOfText(before.search_text) : [], words)
      return updated === 1
    },
    /** Remembers that a seed was planted; false when it was planted before. */
    async markSeeded(name: string, now: number): Promise<boolean> {
      return (await sql.run('INSERT INTO seed (name, seeded_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING', name, now)) === 1
    },
  }
}
