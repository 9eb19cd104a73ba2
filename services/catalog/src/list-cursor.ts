import { Text, Type } from 'banyan'
import { pageCursor, wrongCursor } from 'banyan/contract'
import { PRODUCT_SORTS, TITLE_LENGTH_MAX } from './contract.ts'

/** Order of a list. */
export type ProductSort = (typeof PRODUCT_SORTS)[number]

/** Last product of a page: where the next one begins. */
export interface ListPosition {
  readonly sort: ProductSort
  /** Title or price that it was sorted by; null for `newest`. */
  readonly value: string | number | null
  readonly id: string
}

/** What the order goes by. An earlier release took other titles and prices than this one, and they are listed all the same. */
const Value = Type.Union([Type.Null(), Text.raw({ max: TITLE_LENGTH_MAX }), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })])
const cursors = pageCursor(Type.Tuple([Type.Enum([...PRODUCT_SORTS]), Value, Text.id()]))

/** Writes a position as an opaque text. */
export function toCursor({ sort, value, id }: ListPosition): string {
  return cursors.write([sort, value, id])
}

/** Reads a position; throws `invalid_argument` for anything that is not a cursor of this order. */
export function fromCursor(cursor: string, sort: ProductSort): ListPosition {
  const [sorted, value, id] = cursors.read(cursor)
  if (sorted !== sort || !fits(sort, value))
    throw wrongCursor('cursor', `must be nextCursor of a list with sort "${sort}"; begin without it`)
  return { sort, value, id }
}

/** Tells whether a list in this order could have such a value at the end of a page. */
function fits(sort: ProductSort, value: ListPosition['value']): boolean {
  if (sort === 'newest') return value === null
  return typeof value === (sort === 'title' ? 'string' : 'number')
}
