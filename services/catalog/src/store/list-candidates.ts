import type { SqlReader, SqlValue } from 'banyan'
import type { ListPosition } from '../list-cursor.ts'
import type { ProductFilter } from './product-filter.ts'
import { newestIds, type WordMatch } from './word-index.ts'

/** Finds where the next products of a list may stand, in its order, by an index alone: behind a position, so many. The same may come in a row. */
export type Candidates = (after: ListPosition | undefined, size: number) => Promise<readonly ListPosition[]>

/** The newest products with a word. */
export function newestWith(sql: SqlReader, match: WordMatch): Candidates {
  return async (after, size) => (await newestIds(sql, match, after?.id, size)).map((id) => ({ sort: 'newest', value: null, id }))
}

/** All products that a list in this order may have, by its index. */
export function inOrder(sql: SqlReader, filter: ProductFilter): Candidates {
  const { sort } = filter
  const { column, id, direction, from } = INDEXES[sort]
  const beyond = direction === 'ASC' ? '>' : '<'
  const order = [...(column === undefined ? [] : [`${column} ${direction}`]), `${id} ${direction}`].join(', ')
  return async (after, size) => {
    const { where, values } = from === 'product' ? ofStatus(filter) : ofPrices(filter)
    if (after !== undefined) {
      where.push(column === undefined ? `${id} ${beyond} ?` : `(${column}, ${id}) ${beyond} (?, ?)`)
      values.push(...(column === undefined ? [after.id] : [after.value, after.id]))
    }
    const query = `SELECT ${id} AS id, ${column ?? 'NULL'} AS value FROM ${from} WHERE ${where.join(' AND ')} ORDER BY ${order} LIMIT ?`
    const rows = await sql.all<{ id: string; value: ListPosition['value'] }>(query, ...values, size)
    return rows.map((row) => ({ sort, value: row.value, id: row.id }))
  }
}

const BY_PRICE = { column: 'amount_minor', id: 'product_id', from: 'product_price' } as const

const INDEXES = {
  newest: { column: undefined, id: 'id', direction: 'DESC', from: 'product' },
  title: { column: 'title', id: 'id', direction: 'ASC', from: 'product' },
  price: { ...BY_PRICE, direction: 'ASC' },
  '-price': { ...BY_PRICE, direction: 'DESC' },
} as const

interface Conditions {
  readonly where: string[]
  readonly values: SqlValue[]
}

function ofStatus({ status }: ProductFilter): Conditions {
  return { where: ['status = ?'], values: [status] }
}

function ofPrices({ currency, minPrice, maxPrice }: ProductFilter): Conditions {
  return {
    where: [
      'currency = ?',
      ...(minPrice === undefined ? [] : ['amount_minor >= ?']),
      ...(maxPrice === undefined ? [] : ['amount_minor <= ?']),
    ],
    values: [currency, ...(minPrice === undefined ? [] : [minPrice]), ...(maxPrice === undefined ? [] : [maxPrice])],
  }
}
