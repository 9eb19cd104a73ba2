import type { RemovalRule } from 'banyan'

/** How long what was written about a cancellation is kept: as long as somebody may ask about it. In milliseconds. */
const NOTES_KEPT_MS = 90 * 86_400_000

/** Removes notes whose time is over. */
export const oldNotes: RemovalRule = {
  name: 'order-notes',
  remove: (sql, now, limit) =>
    sql.run(
      'DELETE FROM order_note WHERE order_id IN (SELECT order_id FROM order_note WHERE noted_at < ? ORDER BY noted_at LIMIT ?)',
      now - NOTES_KEPT_MS,
      limit,
    ),
}
