import type { RemovalRule, Sql, WithSql } from 'banyan'
import { addHeat } from '../domain/heat.ts'

/** One sku of a confirmed order. */
export interface Purchase {
  readonly orderId: string
  readonly sku: string
  readonly userHash: string
  /** Epoch milliseconds. */
  readonly boughtAt: number
}

/** One look at a product, or one put into a cart. */
export interface Interaction {
  readonly userHash: string
  readonly sku: string
  readonly kind: 'view' | 'cart'
  /** Days since the Unix epoch. */
  readonly day: number
}

/** Days that interactions are kept: they only serve to count each of them once a day. */
const INTERACTION_DAYS = 2
const DAY_MS = 24 * 60 * 60_000

/** A user's latest purchases that are looked at: who buys much must not cost more. */
const PURCHASES_LOOKED_AT = 100

/** Reads and writes what users did. */
export function behaviour(sql: Sql) {
  return {
    /** Remembers a purchase; false when it was remembered before. */
    async addPurchase({ orderId, sku, userHash, boughtAt }: Purchase): Promise<boolean> {
      const query = 'INSERT INTO purchase (order_id, sku, user_hash, bought_at) VALUES (?, ?, ?, ?) ON CONFLICT (order_id, sku) DO NOTHING'
      return (await sql.run(query, orderId, sku, userHash, boughtAt)) === 1
    },
    /** Counts that one order holds both skus; one direction. */
    countPair(one: string, other: string): void {
      sql.write(
        `INSERT INTO co_occurrence (sku_a, sku_b, orders) VALUES (?, ?, 1)
         ON CONFLICT (sku_a, sku_b) DO UPDATE SET orders = co_occurrence.orders + 1`,
        one,
        other,
      )
    },
    /** Adds to a sku's popularity; `orders` is 1 for a purchase and 0 for anything less. */
    async addPopularity(sku: string, orders: 0 | 1, weight: number, now: number): Promise<void> {
      const row = await sql.get<{ heat: number }>('SELECT heat FROM popularity WHERE sku = ?', sku)
      const heat = addHeat(row?.heat, weight, now)
      sql.write(
        `INSERT INTO popularity (sku, orders, heat) VALUES (?, ?, ?)
         ON CONFLICT (sku) DO UPDATE SET orders = popularity.orders + excluded.orders, heat = excluded.heat`,
        sku,
        orders,
        heat,
      )
      sql.write('UPDATE offered SET heat = ? WHERE sku = ?', heat, sku)
    },
    /** Skus that a user bought last, newest first, each once. */
    async lastBought(userHash: string, limit: number): Promise<string[]> {
      const query = `SELECT sku, MAX(bought_at) AS last_at FROM
        (SELECT sku, bought_at FROM purchase WHERE user_hash = ? ORDER BY bought_at DESC LIMIT ${PURCHASES_LOOKED_AT}) AS latest
        GROUP BY sku ORDER BY last_at DESC LIMIT ?`
      return (await sql.all<{ sku: string }>(query, userHash, limit)).map(({ sku }) => sku)
    },
    /** Forgets what a user did. */
    async forget(userHash: string): Promise<void> {
      await sql.run('DELETE FROM purchase WHERE user_hash = ?', userHash)
      await sql.run('DELETE FROM interaction WHERE user_hash = ?', userHash)
    },
    /** Forgets who made an order; that it was made, and what with it, stays. */
    async forgetBuyer(orderId: string): Promise<void> {
      await sql.run("UPDATE purchase SET user_hash = '' WHERE order_id = ?", orderId)
    },
    /** Remembers an interaction; false when the same one was remembered on that day. */
    async addInteraction({ userHash, sku, kind, day }: Interaction): Promise<boolean> {
      const query =
        'INSERT INTO interaction (user_hash, sku, kind, day) VALUES (?, ?, ?, ?) ON CONFLICT (user_hash, sku, kind, day) DO NOTHING'
      return (await sql.run(query, userHash, sku, kind, day)) === 1
    },
  }
}

/** Interactions of days that are over. */
export const oldInteractions: RemovalRule<WithSql<object>> = {
  name: 'interactions',
  remove: ({ sql }, now, limit) =>
    sql.run(
      `DELETE FROM interaction WHERE (user_hash, sku, kind, day) IN
         (SELECT user_hash, sku, kind, day FROM interaction WHERE day < ? ORDER BY day LIMIT ?)`,
      Math.floor(now / DAY_MS) - INTERACTION_DAYS,
      limit,
    ),
}
