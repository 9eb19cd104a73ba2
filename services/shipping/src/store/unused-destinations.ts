import type { RemovalRule, WithSql } from 'banyan'

/** How long a shipment that was prepared keeps its destination while nothing comes of it: its order was never stored, or stood still. In milliseconds. */
const UNUSED_KEPT_MS = 7 * 86_400_000

/** Forgets destinations that were prepared for an order which never came, e.g. because the request was a repetition. */
export const unusedDestinations: RemovalRule<WithSql<object>> = {
  name: 'unused-destinations',
  remove: ({ sql }, now, limit) =>
    sql.run(
      `DELETE FROM destination WHERE order_id IN (SELECT s.order_id FROM shipment s JOIN destination d ON d.order_id = s.order_id
       WHERE s.flow = 'choreography' AND s.status = 'pending' AND s.created_at < ? ORDER BY s.created_at LIMIT ?)`,
      now - UNUSED_KEPT_MS,
      limit,
    ),
}
