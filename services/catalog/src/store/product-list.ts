import type { Sql, SqlValue } from 'banyan'
import type { ListPosition, ProductSort } from '../domain/list-cursor.ts'
import type { ProductRecord } from '../domain/product.ts'
import type { ProductStatus } from '../domain/product-status.ts'
import { type ProductRow, wholeProducts } from './product-reader.ts'

/** Which products to list. */
export interface ProductFilter {
  readonly status: ProductStatus
  /** Words that must all be found. */
  readonly words: readonly string[]
  readonly category?: string | undefined
  /** Of the product's lowest price in `currency`. */
  readonly minPrice?: number | undefined
  readonly maxPrice?: number | undefined
  readonly currency: string
  readonly sort: ProductSort
  readonly after?: ListPosition | undefined
  readonly limit: number
}

/** A listed product and where it stands in the list. */
export interface ListedProduct {
  readonly product: ProductRecord
  readonly position: ListPosition
}

interface Order {
  /** Column that is sorted by, besides the id; undefined for the id alone, which grows with time. */
  readonly column: string | undefined
  /** The product's id as the index of the order has it. */
  readonly id: string
  readonly direction: 'ASC' | 'DESC'
  readonly byPrice: boolean
}

const BY_PRICE = { column: 'pp.amount_minor', id: 'pp.product_id', byPrice: true } as const

const ORDERS: Readonly<Record<ProductSort, Order>> = {
  newest: { column: undefined, id: 'p.id', direction: 'DESC', byPrice: false },
  title: { column: 'p.title', id: 'p.id', direction: 'ASC', byPrice: false },
  price: { ...BY_PRICE, direction: 'ASC' },
  '-price': { ...BY_PRICE, direction: 'DESC' },
}

/** Lists products. Products without a price in the currency are left out where the price matters. */
export function productList(sql: Sql) {
  return {
    async list(filter: ProductFilter): Promise<ListedProduct[]> {
      const { column, id, direction, byPrice } = ORDERS[filter.sort]
      const needsPrice = byPrice || filter.minPrice !== undefined || filter.maxPrice !== undefined
      // By price, the index of prices has the whole order: CROSS JOIN keeps SQLite from beginning with all products on sale.
      const from = needsPrice ? `product_price pp${byPrice ? ' CROSS JOIN' : ','} product p` : 'product p'
      const joined = needsPrice ? 'p.id = pp.product_id AND pp.currency = ? AND ' : ''
      const { where, values } = conditions(filter)
      const rows = await sql.all<ProductRow & { sort_value: string | number | null }>(
        `SELECT p.*, ${column ?? 'NULL'} AS sort_value FROM ${from} WHERE ${joined}${where.join(' AND ')}
         ORDER BY ${column ? `${column} ${direction}, ` : ''}${id} ${direction} LIMIT ?`,
        ...(needsPrice ? [filter.currency] : []),
        ...values,
        filter.limit,
      )
      const products = await wholeProducts(sql, rows)
      return products.map((product, index) => ({
        product,
        position: { sort: filter.sort, value: rows[index]?.sort_value ?? null, id: product.id },
      }))
    },
  }
}

function conditions({ status, words, category, minPrice, maxPrice, sort, after }: ProductFilter): { where: string[]; values: SqlValue[] } {
  const where = ['p.status = ?']
  const values: SqlValue[] = [status]
  const add = (condition: string, ...more: readonly SqlValue[]): void => {
    where.push(condition)
    values.push(...more)
  }
  for (const word of words) add(`p.search_text LIKE ? ESCAPE '!'`, `%${word.replaceAll(/[!%_]/g, '!$&')}%`)
  if (category !== undefined)
    add(
      `EXISTS (SELECT 1 FROM product_category m JOIN category c ON c.id = m.category_id LEFT JOIN category parent ON parent.id = c.parent_id
        WHERE m.product_id = p.id AND (c.slug = ? OR parent.slug = ?))`,
      category,
      category,
    )
  if (minPrice !== undefined) add('pp.amount_minor >= ?', minPrice)
  if (maxPrice !== undefined) add('pp.amount_minor <= ?', maxPrice)
  if (after !== undefined) {
    const { column, id, direction } = ORDERS[sort]
    const beyond = direction === 'ASC' ? '>' : '<'
    if (column === undefined) add(`${id} ${beyond} ?`, after.id)
    else add(`(${column}, ${id}) ${beyond} (?, ?)`, after.value, after.id)
  }
  return { where, values }
}
