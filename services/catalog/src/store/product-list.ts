import type { SqlReader, SqlValue } from 'banyan'
import type { ListPosition, ProductSort } from '../list-cursor.ts'
import type { ProductRecord } from '../domain/product.ts'
import { filledUp, placeholders } from './placeholders.ts'
import type { ProductFilter } from './product-filter.ts'
import { type ProductRow, wholeProducts } from './product-reader.ts'
import { type Candidates, inOrder, newestWith } from './list-candidates.ts'
import { likePrefix, prefixRange, rarestPrefix, soleWord, STARTS_SO, type WordMatch } from './word-index.ts'

/** A listed product and where it stands in the list. */
export interface ListedProduct {
  readonly product: ProductRecord
  readonly position: ListPosition
}

interface Order {
  /** Column that is sorted by, besides the id; undefined for the id alone, which grows with time. */
  readonly column: string | undefined
  /** The same so that no index has it, for when the products are found in another way and SQLite is not to look through that index for each. */
  readonly loose?: string
  /** The product's id as the index of the order has it. */
  readonly id: string
  readonly direction: 'ASC' | 'DESC'
  readonly byPrice: boolean
}

const BY_PRICE = { column: 'pp.amount_minor', loose: 'pp.amount_minor + 0', id: 'pp.product_id', byPrice: true } as const

const ORDERS: Readonly<Record<ProductSort, Order>> = {
  newest: { column: undefined, id: 'p.id', direction: 'DESC', byPrice: false },
  title: { column: 'p.title', loose: `p.title || ''`, id: 'p.id', direction: 'ASC', byPrice: false },
  price: { ...BY_PRICE, direction: 'ASC' },
  '-price': { ...BY_PRICE, direction: 'DESC' },
}

/**
 * Words of products beyond which a search walks the list in its order, until the page is full, instead of looking at all that have the word.
 * With a million products both take tens of milliseconds there; counting so far takes a tenth of one.
 */
const HITS_MAX = 2_000
/** Products that a list looks at while others wait: some milliseconds. What is not found by then is looked for apart. */
const ROWS_MAX = 2_000
/** Ids of one look at most when the newest products with a word are looked for. */
const IDS_MAX = 500

type Row = ProductRow & { readonly sort_value: string | number | null }

/** Which products come into question besides what the filter says: of some ids, at least one, all behind its position; or with a word that begins so. */
type Narrowing = { readonly ids: readonly string[] } | { readonly prefix: string }

/** How far a list may look, besides what it returns. */
interface Bounds {
  /** See {@link HITS_MAX}. */
  readonly hitsMax: number
  /** Products looked at; undefined: all, if need be. */
  readonly rowsMax: number | undefined
}

/** Lists products. Products without a price in the currency are left out where the price matters. */
export function productList(sql: SqlReader, hitsMax: number = HITS_MAX, rowsMax: number = ROWS_MAX) {
  async function listed(filter: ProductFilter, rows: readonly Row[]): Promise<ListedProduct[]> {
    const products = await wholeProducts(sql, rows)
    return products.map((product, index) => ({
      product,
      position: { sort: filter.sort, value: rows[index]?.sort_value ?? null, id: product.id },
    }))
  }
  return {
    /** Lists a page, however many products it takes to find it: for `readApart`. */
    async list(filter: ProductFilter): Promise<ListedProduct[]> {
      return listed(filter, (await findRows(sql, filter, { hitsMax, rowsMax: undefined })) ?? [])
    },
    /** The same where a few thousand products are enough to find it; else undefined. */
    async page(filter: ProductFilter): Promise<ListedProduct[] | undefined> {
      const rows = await findRows(sql, filter, { hitsMax, rowsMax })
      return rows && listed(filter, rows)
    },
  }
}

/**
 * A word that many products have fills a page soon in whatever order; of one that few have, those few are looked at. Both find the same.
 * The newest with one word stand in the index of words as they are listed, however many they are, and are looked at there first.
 */
async function findRows(sql: SqlReader, filter: ProductFilter, bounds: Bounds): Promise<readonly Row[] | undefined> {
  const { words, sort } = filter
  if (words === undefined) return selectInOrder(sql, filter, bounds)
  const [first, ...others] = words
  if (first === undefined) return []
  const word = sort === 'newest' && others.length === 0 ? await soleWord(sql, first) : undefined
  if (word !== undefined) return selectNewest(sql, filter, { word }, bounds)
  const { prefix, found } = await rarestPrefix(sql, words, bounds.hitsMax)
  if (found === 0) return []
  if (found >= bounds.hitsMax) return selectInOrder(sql, filter, bounds)
  return sort === 'newest' ? selectNewest(sql, filter, { prefix }, bounds) : select(sql, filter, { prefix })
}

/**
 * Reads only as many products as the page needs, because their ids come in its order. Where `hitsMax` did not fill it, what else the filter says
 * fits few: one statement finds the rest, and not one round after the other.
 */
async function selectNewest(
  sql: SqlReader,
  filter: ProductFilter,
  match: WordMatch,
  { hitsMax, rowsMax }: Bounds,
): Promise<readonly Row[] | undefined> {
  const { rows, rest } = await walk(sql, filter, newestWith(sql, match), rowsMax ?? hitsMax)
  if (rest === undefined) return rows
  if (rowsMax !== undefined) return undefined
  return [...rows, ...(await select(sql, { ...filter, after: rest, limit: filter.limit - rows.length }))]
}

/** Walks the list in its order until the page is full; within bounds, no further than they say. */
async function selectInOrder(sql: SqlReader, filter: ProductFilter, { rowsMax }: Bounds): Promise<readonly Row[] | undefined> {
  if (rowsMax === undefined || takesAll(filter)) return select(sql, filter)
  const { rows, rest } = await walk(sql, filter, inOrder(sql, filter), rowsMax)
  return rest === undefined ? rows : undefined
}

/** Whether every product that the index of the order has is one of the list. By price, those that are not on sale are in it too. */
function takesAll({ words, category, minPrice, maxPrice, sort }: ProductFilter): boolean {
  return (words ?? category ?? minPrice ?? maxPrice) === undefined && !ORDERS[sort].byPrice
}

/** What a walk found, and behind which product it stopped before the page was full; undefined when it is, or the list has ended. */
interface Walked {
  readonly rows: readonly Row[]
  readonly rest: ListPosition | undefined
}

/** Looks at candidates in the order of the list, more at a time as they fit less, until the page is full or `seenMax` were looked at. */
async function walk(sql: SqlReader, filter: ProductFilter, candidates: Candidates, seenMax: number): Promise<Walked> {
  const rows: Row[] = []
  let after = filter.after
  let seen = 0
  for (let size = filter.limit; seen < seenMax; size = Math.min(4 * size, IDS_MAX)) {
    const found = await candidates(after, size)
    const last = found.at(-1)
    if (last === undefined) return { rows, rest: undefined }
    const ids = [...new Set(found.map(({ id }) => id))]
    rows.push(...(await select(sql, { ...filter, after, limit: filter.limit - rows.length }, { ids })))
    if (found.length < size || rows.length >= filter.limit) return { rows, rest: undefined }
    after = last
    seen += size
  }
  return { rows, rest: after }
}

function select(sql: SqlReader, filter: ProductFilter, narrowing?: Narrowing): Promise<Row[]> {
  const { column, loose, id, direction, byPrice } = ORDERS[filter.sort]
  const needsPrice = byPrice || filter.minPrice !== undefined || filter.maxPrice !== undefined
  const prefix = narrowing && 'prefix' in narrowing ? narrowing.prefix : undefined
  const ids = narrowing && 'ids' in narrowing ? filledUp(narrowing.ids) : []
  // CROSS JOIN: SQLite is to begin with the few that have the word or the id; or, by price, with the index that has the whole order.
  const join = byPrice || narrowing ? ' CROSS JOIN ' : ', '
  const tables = [...(prefix === undefined ? [] : ['hit']), ...(needsPrice ? ['product_price pp'] : []), 'product p']
  const from = (ids.length > 0 ? tables.toReversed() : tables).join(join)
  const joined = [
    ...(prefix === undefined ? [] : [needsPrice ? 'pp.product_id = hit.product_id' : 'p.id = hit.product_id']),
    ...(needsPrice ? ['p.id = pp.product_id AND pp.currency = ?'] : []),
    ...(ids.length > 0 ? [`p.id IN (${placeholders(ids.length)})`] : []),
  ]
  const { where, values } = conditions(ids.length > 0 ? { ...filter, after: undefined } : filter, prefix !== undefined)
  const order = ids.length > 0 ? (loose ?? column) : column
  return sql.all<Row>(
    `${prefix === undefined ? '' : HITS}SELECT p.*, ${column ?? 'NULL'} AS sort_value FROM ${from} WHERE ${[...joined, ...where].join(' AND ')}
     ORDER BY ${order ? `${order} ${direction}, ` : ''}${id} ${direction} LIMIT ?`,
    ...(prefix === undefined ? [] : prefixRange(prefix)),
    ...(needsPrice ? [filter.currency] : []),
    ...ids,
    ...values,
    filter.limit,
  )
}

/** The limit takes nothing away, for they were counted; it tells PostgreSQL that they are few. */
const HITS = `WITH hit AS MATERIALIZED (SELECT DISTINCT product_id FROM product_word WHERE ${STARTS_SO} LIMIT ${HITS_MAX})
     `

function conditions(
  { status, words, category, minPrice, maxPrice, sort, after }: ProductFilter,
  isLoose: boolean,
): { where: string[]; values: SqlValue[] } {
  const where = ['p.status = ?']
  const values: SqlValue[] = [status]
  const add = (condition: string, ...more: readonly SqlValue[]): void => {
    where.push(condition)
    values.push(...more)
  }
  for (const word of words ?? []) add('p.search_text LIKE ?', likePrefix(word))
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
    const { column, loose, id, direction } = ORDERS[sort]
    const beyond = direction === 'ASC' ? '>' : '<'
    if (column === undefined) add(`${id} ${beyond} ?`, after.id)
    else add(`(${isLoose ? loose : column}, ${id}) ${beyond} (?, ?)`, after.value, after.id)
  }
  return { where, values }
}
