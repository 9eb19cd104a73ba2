import type { Sql } from 'banyan'

/** What stands in orders of one person. */
export function personTable(sql: Sql) {
  return {
    /** Settled orders of a person that still hold something personal. */
    async settledOrders(userId: string, limit: number): Promise<string[]> {
      const query = `SELECT id FROM customer_order o WHERE user_id = ? AND settled = 1
        AND (EXISTS (SELECT 1 FROM order_pii p WHERE p.order_id = o.id) OR EXISTS (SELECT 1 FROM order_note n WHERE n.order_id = o.id))
        LIMIT ?`
      return (await sql.all<{ id: string }>(query, userId, limit)).map(({ id }) => id)
    },
    /** Whether a person has an order under way. */
    async hasOpenOrder(userId: string): Promise<boolean> {
      return (await sql.get('SELECT 1 AS open FROM customer_order WHERE user_id = ? AND settled = 0 LIMIT 1', userId)) !== undefined
    },
  }
}
