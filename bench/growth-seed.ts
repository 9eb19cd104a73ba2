import { globSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { copyRows, type Expression, NUMBERS, openDatabase, type Overrides, quoted } from './growth-rows.ts'

/** Ids of the one product and the one order in a prepared directory, whose rows are copied under other ids. */
export interface Template {
  readonly orderId: string
  readonly userId: string
  readonly productId: string
  readonly sku: string
  readonly slug: string
}

/** Customers over whom past orders are spread. */
const CUSTOMERS = 1_000
/** Ids that sort before all real ones, because what is seeded is the past. */
const idOf = (kind: string): Expression => `printf('0190000${kind}-0000-7000-8000-%012x', nth)`

const ORDER_TABLES: Readonly<Record<string, readonly string[]>> = {
  orders: ['customer_order', 'order_line', 'order_pii', 'orders_g1', 'banyan_outbox'],
  inventory: ['reservation', 'reservation_line', 'stock_movement', 'banyan_outbox'],
  payments: ['payment', 'payment_attempt', 'ledger_entry', 'banyan_outbox'],
  shipping: ['shipment', 'destination', 'banyan_outbox'],
  recommendations: ['purchase'],
  'fake-provider': ['request', 'charge'],
}

const ORDER_OVERRIDES: Overrides = {
  'customer_order.order_number': 'nth',
  'orders_g1.order_number': 'nth',
  'purchase.bought_at': 'bought_at - nth',
  'payment.id': idOf('2'),
  'orders_g1.payment_id': idOf('2'),
  'banyan_outbox.event_id': `printf('0190000e-0000-7000-8000-%012x', nth)`,
}

const PRODUCT_TABLES: Readonly<Record<string, readonly string[]>> = {
  catalog: ['product', 'product_word', 'variant', 'price', 'product_price', 'banyan_outbox'],
  inventory: ['stock_item', 'stock_movement'],
  recommendations: ['offered'],
  orders: ['products_g1'],
}

const PRODUCT_OVERRIDES: Overrides = {
  'price.id': idOf('3'),
  'stock_item.reserved': '0',
  'offered.created_at': 'created_at - nth',
  'product_price.amount_minor': '500 + nth % 9000',
  'price.amount_minor': '500 + nth % 9000',
  // each copy has its own number where the template has 1, and one in a thousand a word that few have, to look for
  'product_word.word': `CASE word WHEN '1' THEN CAST(nth AS TEXT) ELSE word END`,
  'product.search_text': `replace(search_text, ' 1 ', ' ' || nth || ' ') || CASE WHEN nth % 1000 = 7 THEN 'rareword ' ELSE '' END`,
}

/**
 * Adds `count` past orders to the files of a stopped shop: copies of its one order in every table that keeps something of it, as they look
 * when retention has removed their sagas and answers. Stock, the counter of orders and all cursors are brought in line, so that an audit
 * finds nothing wrong. They are spread over `customers`, one of whom is the template's; default {@link CUSTOMERS}.
 */
export function seedOrders(directory: string, { orderId, userId, sku }: Template, count: number, customers = CUSTOMERS): void {
  const from = { orderId: idOf('1') }
  copyRows({
    directory,
    tables: ORDER_TABLES,
    marks: { default: [orderId] },
    count,
    replace: [
      [orderId, from.orderId],
      [
        userId,
        `CASE nth % ${customers} WHEN 0 THEN ${quoted(userId)} ELSE printf('01900005-0000-7000-8000-%012x', nth % ${customers}) END`,
      ],
    ],
    overrides: { ...ORDER_OVERRIDES, 'purchase.user_hash': hashOf(customers) },
    first: 2,
  })
  write(directory, 'orders', "UPDATE order_counter SET last = (SELECT MAX(order_number) FROM customer_order) WHERE name = 'order_number'")
  write(
    directory,
    'inventory',
    `INSERT INTO stock_movement (ref_id, ref_type, kind, sku, location_id, id, delta_on_hand, delta_reserved, reason, actor, at)
       VALUES ('seed', 'adjustment', 'receipt', ${quoted(sku)}, 'main', 'seed', ${count}, 0, 'seed', 'seed', 0);
     UPDATE stock_item SET on_hand = on_hand + ${count} WHERE sku = ${quoted(sku)};
     UPDATE stock_item SET reserved = (SELECT SUM(delta_reserved) FROM stock_movement m WHERE m.sku = stock_item.sku) WHERE sku = ${quoted(sku)}`,
  )
  moveCursors(directory)
}

function hashOf(customers: number): Expression {
  return `CASE nth % ${customers} WHEN 0 THEN user_hash ELSE 'customer-' || (nth % ${customers}) END`
}

/** Adds `count` products on sale, each with stock, to the files of a stopped shop. */
export function seedProducts(directory: string, { productId, sku, slug }: Template, count: number): void {
  const replace: [string, Expression][] = [
    [productId, idOf('4')],
    [sku, `'SEED-' || nth`],
    [slug, `'seed-product-' || nth`],
  ]
  copyRows({
    directory,
    tables: PRODUCT_TABLES,
    marks: { default: [productId, sku], stock_movement: [productId], banyan_outbox: [productId] },
    count,
    replace,
    overrides: PRODUCT_OVERRIDES,
    first: 1,
  })
  write(directory, 'catalog', "INSERT INTO product_word SELECT 'rareword', id FROM product WHERE search_text LIKE '% rareword %'")
  moveCursors(directory)
}

/** Adds `count` customers, each signed in once, with the trail of that, to the files of a stopped shop: copies of its one customer. */
export function seedUsers(directory: string, { userId }: Template, count: number): void {
  copyRows({
    directory,
    tables: { users: ['account', 'session'] },
    marks: { default: [userId] },
    count,
    replace: [[userId, idOf('6')]],
    overrides: {
      'account.email': "'seed-' || nth || '@example.org'",
      'account.email_key': "'seed-' || nth || '@example.org'",
      'session.id': `${idOf('7')} || '-' || rowid`,
      'session.refresh_hash': "refresh_hash || '-' || nth",
    },
    first: 1,
  })
  const database = openDatabase(directory, 'users')
  database
    .prepare(
      `${NUMBERS} INSERT INTO account_audit (id, at, action, user_id, actor_kind, actor_id, expires_at)
       SELECT ${idOf('8')}, nth, 'login_failed', ${idOf('6')}, 'user', ${idOf('6')}, 4000000000000 FROM numbers`,
    )
    .run(1, count)
  database.close()
}

/** Parks `count` events of as many keys at the main consumer of recommendations, as if their handler had kept failing. */
export function parkEvents(directory: string, { orderId }: Template, count: number): void {
  const source = openDatabase(directory, 'orders')
  const event = source
    .prepare(
      "SELECT position, event_id AS id, type, version, event_key AS key, occurred_at AS time, data FROM banyan_outbox WHERE type = 'order.confirmed' AND event_key = ?",
    )
    .get(orderId)
  source.close()
  if (!event) throw new Error('the prepared order has no event order.confirmed')
  const database = openDatabase(directory, 'recommendations')
  database
    .prepare(
      `${NUMBERS} INSERT INTO banyan_parked (consumer, source, position, event_key, event, state, attempts, error, parked_at)
       SELECT 'main', 'orders', nth, 'parked-' || nth, replace(?, ?, 'parked-' || nth), 'failed', 5, 'internal: seeded', 0 FROM numbers`,
    )
    .run(1, count, JSON.stringify(event), orderId)
  database.close()
}

/** Bytes of all files of a stopped shop that hold rows. */
export function usedBytes(directory: string): number {
  let bytes = 0
  for (const file of globSync(path.join(directory, '**/*.db'))) {
    const database = new DatabaseSync(file, { readOnly: true })
    const row = database
      .prepare(
        'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count(), pragma_page_size(), pragma_freelist_count()',
      )
      .get()
    bytes += Number(row?.['bytes'] ?? 0)
    database.close()
  }
  return bytes
}

/** Lets every consumer stand at the end of what it reads, as after a quiet moment. */
function moveCursors(directory: string): void {
  const heads = new Map<string, number>()
  const names = globSync(path.join(directory, '*.db')).map((file) => path.basename(file, '.db'))
  for (const name of names) {
    const database = openDatabase(directory, name)
    heads.set(name, Number(database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'banyan_outbox'").get()?.['seq'] ?? 0))
    database.close()
  }
  for (const name of names) {
    const database = openDatabase(directory, name)
    for (const [source, head] of heads) database.prepare('UPDATE banyan_cursor SET position = ? WHERE source = ?').run(head, source)
    database.exec('DELETE FROM banyan_consumed')
    database.close()
  }
}

function write(directory: string, name: string, statement: string): void {
  const database = openDatabase(directory, name)
  database.exec(statement)
  database.close()
}
