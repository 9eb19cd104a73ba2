import type { Sql } from 'banyan'
import { productWords } from '../domain/search-words.ts'
import { type ProductRow, wholeProducts } from './product-reader.ts'
import { replaceWords, wordsText } from './word-index.ts'

/** Finds words for products that were written before there was an index of them. */
export function productWordFiller(sql: Sql) {
  return {
    /** Indexes up to `limit` products that are not; returns how many it found. */
    async indexWords(limit: number): Promise<number> {
      const rows = await sql.all<ProductRow>('SELECT * FROM product WHERE has_words = 0 ORDER BY id LIMIT ?', limit)
      for (const product of await wholeProducts(sql, rows)) {
        const words = productWords(product)
        await replaceWords(sql, product.id, [], words)
        await sql.run('UPDATE product SET search_text = ?, has_words = 1 WHERE id = ?', wordsText(words), product.id)
      }
      return rows.length
    },
  }
}
