import { NUMBERS, openDatabase } from './growth-rows.ts'

/** Products that a shopper may have in a cart; each goes with everything that was seeded. */
const CART_SKUS = 20
/** More than anything sells: what is off sale stands before all that is not. */
const HOTTEST = 1_000_000

/**
 * Adds to the files of a stopped shop what its customers did: `count` products go with each thing in a cart, as many that sold better are off sale,
 * and as many old looks wait to be removed. The products are those of `seedProducts`.
 */
export function seedBehaviour(directory: string, sku: string, count: number): void {
  const database = openDatabase(directory, 'recommendations')
  const each = (statement: string): unknown => database.prepare(`${NUMBERS} ${statement}`).run(1, count)
  database.exec('BEGIN')
  each(`INSERT INTO offered (sku, product_id, slug, title, category, status, position, created_at)
    SELECT 'GONE-' || nth, 'gone-' || nth, 'gone-' || nth, 'Gone ' || nth, '', 'archived', 0, nth FROM numbers`)
  each(`INSERT INTO popularity (sku, orders, heat) SELECT 'GONE-' || nth, 1, ${HOTTEST} + nth FROM numbers`)
  each(`INSERT INTO popularity (sku, orders, heat) SELECT 'SEED-' || nth, 100, 1.0 / nth FROM numbers`)
  for (let number = 1; number <= CART_SKUS; number++)
    each(`INSERT INTO co_occurrence (sku_a, sku_b, orders) SELECT 'TEST-${number}', 'SEED-' || nth, 1 + nth % 10 FROM numbers`)
  each(`INSERT INTO interaction (user_hash, sku, kind, day) SELECT 'customer-' || nth, '${sku}', 'view', nth % 100 FROM numbers`)
  database.exec('UPDATE offered SET heat = (SELECT heat FROM popularity p WHERE p.sku = offered.sku); COMMIT')
  database.close()
}

/** Adds `count` rows of each kind that the shop's rules remove by their age to the files of a stopped shop; those of people are its customer's. */
export function seedOld(directory: string, userId: string, count: number): void {
  const statements: Readonly<Record<string, readonly string[]>> = {
    users: [
      `INSERT INTO session (id, user_id, family_id, refresh_hash, created_at, expires_at, family_expires_at)
       SELECT 'old-' || nth, '${userId}', 'old-' || nth, 'old-' || nth, nth, nth, nth FROM numbers`,
      `INSERT INTO login_attempt (account_key, failures, last_at, locked_until, forget_at) SELECT 'old-' || nth, 1, nth, 0, nth FROM numbers`,
      `INSERT INTO device (token_hash, user_id, origin_key, seen_at, expires_at) SELECT 'old-' || nth, 'old-' || nth, '', nth, nth FROM numbers`,
      `INSERT INTO password_reset (token_hash, user_id, expires_at) SELECT 'old-' || nth, 'old-' || nth, nth FROM numbers`,
      // what one has, and another action has: both at once are few
      `INSERT INTO account_audit (id, at, action, user_id, actor_kind, actor_id, expires_at)
       SELECT printf('0190000b-0000-7000-8000-%012x', nth), nth, 'password_changed', '${userId}', 'user', '${userId}', 4000000000000 FROM numbers`,
      `INSERT INTO account_audit (id, at, action, user_id, actor_kind, actor_id, expires_at)
       SELECT printf('0190000c-0000-7000-8000-%012x', nth), nth, 'locked_out', NULL, 'user', '', nth FROM numbers`,
    ],
    orders: [`INSERT INTO order_note (order_id, note, noted_at) SELECT 'old-' || nth, 'old', nth FROM numbers`],
    inventory: [`INSERT INTO movement_note (movement_id, note, noted_at) SELECT 'old-' || nth, 'old', nth FROM numbers`],
  }
  for (const [name, each] of Object.entries(statements)) {
    const database = openDatabase(directory, name)
    for (const statement of each) database.prepare(`${NUMBERS} ${statement}`).run(1, count)
    database.close()
  }
}
