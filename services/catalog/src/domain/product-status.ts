import type { PRODUCT_STATUSES } from '../contract.ts'

/** State of a product. */
export type ProductStatus = (typeof PRODUCT_STATUSES)[number]

/** Where a product can go from each state. Nothing is ever deleted: orders refer to it. */
const MOVES: Readonly<Record<ProductStatus, readonly ProductStatus[]>> = {
  draft: ['active', 'archived'],
  active: ['archived'],
  archived: ['active'],
}

/** Returns the states a product can move to. */
export function allowedStatuses(from: ProductStatus): readonly ProductStatus[] {
  return MOVES[from]
}

/** Tells whether a product may move between two states; staying is always allowed. */
export function canMove(from: ProductStatus, to: ProductStatus): boolean {
  return from === to || MOVES[from].includes(to)
}
