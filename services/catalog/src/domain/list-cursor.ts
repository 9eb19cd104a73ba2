import { BanyanError } from 'banyan/kernel'
import type { PRODUCT_SORTS } from '../contract.ts'

/** Order of a list. */
export type ProductSort = (typeof PRODUCT_SORTS)[number]

/** Last product of a page: where the next one begins. */
export interface ListPosition {
  readonly sort: ProductSort
  /** Title or price that it was sorted by; null for `newest`. */
  readonly value: string | number | null
  readonly id: string
}

/** Writes a position as an opaque text. */
export function toCursor({ sort, value, id }: ListPosition): string {
  return Buffer.from(JSON.stringify([sort, value, id])).toString('base64url')
}

/** Reads a position; throws `invalid_argument` for anything that is not a cursor of this order. */
export function fromCursor(cursor: string, sort: ProductSort): ListPosition {
  const position = parsed(cursor)
  if (position === undefined || position.sort !== sort || !fits(sort, position.value)) {
    const fields = [{ path: '/cursor', expected: `must be the nextCursor of a list with sort "${sort}"` }]
    throw new BanyanError('invalid_argument', 'cursor: does not belong to this list; begin without one', { fields })
  }
  return position
}

/** Tells whether a list in this order could have such a value at the end of a page. */
function fits(sort: ProductSort, value: unknown): boolean {
  if (sort === 'newest') return value === null
  return sort === 'title' ? typeof value === 'string' : Number.isSafeInteger(value)
}

function parsed(cursor: string): ListPosition | undefined {
  try {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown
    if (!Array.isArray(parts) || parts.length !== 3 || typeof parts[2] !== 'string') return undefined
    const [sort, value, id] = parts as [ProductSort, string | number | null, string]
    return { sort, value, id }
  } catch {
    return undefined
  }
}
