import type { RemovalRule, WithSql } from 'banyan'

/** How long a payment that was prepared keeps its token while nothing comes of it: its order was never stored, or stood still. In milliseconds. */
const UNUSED_KEPT_MS = 7 * 86_400_000

/** Forgets tokens of payments that were prepared for an order which never came, e.g. because the request was a repetition. */
export const unusedTokens: RemovalRule<WithSql<object>> = {
  name: 'unused-tokens',
  remove: ({ sql }, now, limit) =>
    sql.run(
      `UPDATE payment SET token = '' WHERE order_id IN (SELECT order_id FROM payment
       WHERE flow = 'choreography' AND status = 'created' AND token <> '' AND created_at < ? ORDER BY created_at LIMIT ?)`,
      now - UNUSED_KEPT_MS,
      limit,
    ),
}
