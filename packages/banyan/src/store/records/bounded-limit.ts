/** No list is longer: pages of it fit into one answer, and a mistaken limit cannot read a whole table into memory. */
export const LIST_LIMIT_MAX = 1_000

/** Returns `limit` within 0 and {@link LIST_LIMIT_MAX}. */
export function boundedLimit(limit: number): number {
  return Math.max(0, Math.min(LIST_LIMIT_MAX, Math.floor(limit)))
}
