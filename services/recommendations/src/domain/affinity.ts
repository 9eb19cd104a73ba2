/** How often two skus were ordered, and how often together. */
export interface PairCounts {
  readonly together: number
  readonly ordersOfOne: number
  readonly ordersOfOther: number
}

/** Orders that are added to the denominator: one common order must not beat fifty out of a hundred. */
const SHRINKAGE_ORDERS = 5

/** Share of the orders of either that hold both (Jaccard), shrunk towards 0 where little is known. Between 0 and 1. */
export function affinity({ together, ordersOfOne, ordersOfOther }: PairCounts): number {
  return together / (ordersOfOne + ordersOfOther - together + SHRINKAGE_ORDERS)
}
