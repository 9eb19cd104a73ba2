import { BanyanError } from 'banyan'
import { DEFAULT_CURRENCY } from '../contract.ts'
import { operation } from '../define.ts'
import { fromCursor, toCursor } from '../list-cursor.ts'
import { queryWords } from '../domain/search-words.ts'
import { maySeeUnsold } from './may-see-unsold.ts'
import { toProduct } from './to-product.ts'

/** Products of a page where the caller names no number. */
const PAGE_SIZE = 20

/** Lists products. */
export const list = operation('list', async (input, { read, readApart, principal }) => {
  const { status = 'active', sort = 'newest', currency = DEFAULT_CURRENCY, limit = PAGE_SIZE, category, minPrice, maxPrice } = input
  if (status !== 'active' && !maySeeUnsold(principal))
    throw new BanyanError('permission_denied', 'only an admin may list products that are not on sale')
  const words = queryWords(input.q ?? '')
  const after = input.cursor === undefined ? undefined : fromCursor(input.cursor, sort)
  const filter = { status, words, category, minPrice, maxPrice, currency, sort, after, limit: limit + 1 }
  const found = (await read((tx) => tx.products.page(filter))) ?? (await readApart((tx) => tx.products.list(filter)))
  const page = found.slice(0, limit)
  const last = found.length > limit ? page.at(-1) : undefined
  return { items: page.map(({ product }) => toProduct(product, currency)), nextCursor: last ? toCursor(last.position) : null }
})
