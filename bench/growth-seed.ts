import { existsSync, globSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Ids of the one product and the one order in a prepared directory, whose rows are copied under other ids. */
export interface Template {
  readonly orderId: string
  readonly userId: string
  readonly productId: string
  readonly sku: string
  readonly slug: string
}

type Expression = string

/** Customers over whom past orders are spread. */
const CUSTOMERS = 1_000
/** Values that a copy gets in place of the copied ones, as SQL over `nth`, the copy's number, by `table.column`. */
type Overrides = Readonly<Record<string, Expression>>

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

/**
 * Adds `count` sagas that wait for a signal, as many that sleep, and as many timers, to the orders of a stopped shop: none is due for years. The
 * sagas are of the kind of its one order.
 */
export function seedWaiting(directory: string, { orderId }: Template, count: number): void {
  const database = open(directory, 'orders')
  const columns = columnsOf(database, 'banyan_saga').map(({ name }) => name)
  const values = (wakeAt: Expression): string =>
    columns.map((column) => WAITING_OVERRIDES[column] ?? (column === 'wake_at' ? wakeAt : column)).join(', ')
  database.exec('BEGIN')
  for (const [kind, wakeAt] of [
    ['waiting', '8640000000000000'],
    ['sleeping', '4000000000000 + nth'],
  ] as const)
    database
      .prepare(
        `${NUMBERS} INSERT INTO banyan_saga (${columns.join(', ')}) SELECT ${values(wakeAt).replace('WAITING', kind)}
         FROM banyan_saga CROSS JOIN numbers WHERE id = ?`,
      )
      .run(1, count, orderId)
  database
    .prepare(
      `${NUMBERS} INSERT INTO banyan_timer (id, name, due_at, data, attempts, correlation_id, waits_since)
       SELECT 'seed-' || nth, 'seed', 4000000000000 + nth, '{}', 0, 'seed', nth FROM numbers`,
    )
    .run(1, count)
  database.exec(`DELETE FROM banyan_saga_resting;
    INSERT INTO banyan_saga_resting SELECT name, status, COUNT(*) FROM banyan_saga
      WHERE owner IS NULL AND status NOT IN ('completed', 'compensated') GROUP BY name, status;
    COMMIT`)
  database.close()
}

const WAITING_OVERRIDES: Overrides = {
  id: "'WAITING-' || nth",
  status: "'waiting'",
  owner: 'NULL',
  output: 'NULL',
  failure: 'NULL',
  deadline_at: 'NULL',
  correlation_id: "'seed-' || nth",
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
  const database = open(directory, 'users')
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
  const source = open(directory, 'orders')
  const event = source
    .prepare(
      "SELECT position, event_id AS id, type, version, event_key AS key, occurred_at AS time, data FROM banyan_outbox WHERE type = 'order.confirmed' AND event_key = ?",
    )
    .get(orderId)
  source.close()
  if (!event) throw new Error('the prepared order has no event order.confirmed')
  const database = open(directory, 'recommendations')
  database
    .prepare(
      `${NUMBERS} INSERT INTO banyan_parked (consumer, source, position, event_key, event, state, attempts, error, parked_at)
       SELECT 'main', 'orders', -nth, 'parked-' || nth, replace(?, ?, 'parked-' || nth), 'failed', 5, 'internal: seeded', 0 FROM numbers`,
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

const NUMBERS = 'WITH RECURSIVE numbers (nth) AS (SELECT CAST(? AS INTEGER) UNION ALL SELECT nth + 1 FROM numbers LIMIT ?)'

const ID_LENGTH = 36

interface Copying {
  readonly directory: string
  readonly tables: Readonly<Record<string, readonly string[]>>
  /** A row belongs to the template when one of its texts contains one of these ids, or is one of these names; by table. */
  readonly marks: Readonly<Record<string, readonly string[]>> & { readonly default: readonly string[] }
  readonly count: number
  readonly replace: readonly (readonly [string, Expression])[]
  readonly overrides: Overrides
  /** Number of the first copy. */
  readonly first: number
}

function copyRows({ directory, tables, marks, count, replace, overrides, first }: Copying): void {
  for (const [name, names] of Object.entries(tables)) {
    const database = open(directory, name)
    database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -200000; BEGIN')
    for (const table of names) {
      const columns = columnsOf(database, table)
      const own = columns.filter(({ name: column }) => !(table === 'banyan_outbox' && column === 'position'))
      const texts = own.filter(({ type }) => type === 'TEXT')
      const isTemplate = (marks[table] ?? marks.default)
        .flatMap((mark) =>
          texts.map(
            ({ name: column }) =>
              `(${mark.length === ID_LENGTH ? `instr(${column}, ${quoted(mark)}) > 0` : `${column} = ${quoted(mark)}`})`,
          ),
        )
        .join(' OR ')
      database.exec(`CREATE TEMP TABLE template AS SELECT ${own.map((c) => c.name).join(', ')} FROM ${table} WHERE ${isTemplate}`)
      const rows = Number(database.prepare('SELECT COUNT(*) AS count FROM template').get()?.['count'])
      if (rows === 0) throw new Error(`${name}.${table} has nothing of the template`)
      const values = own.map(
        ({ name: column, type }) => overrides[`${table}.${column}`] ?? (type === 'TEXT' ? replaced(column, replace) : column),
      )
      // CROSS JOIN: the template's rows one after another, so that an order's events keep their order
      const insert = `INSERT INTO ${table} (${own.map((c) => c.name).join(', ')}) SELECT ${values.join(', ')} FROM template CROSS JOIN numbers`
      database.prepare(`${NUMBERS} ${insert}`).run(first, count)
      database.exec('DROP TABLE temp.template')
    }
    database.exec('COMMIT; PRAGMA journal_mode = WAL')
    database.close()
  }
}

function replaced(column: string, replace: Copying['replace']): Expression {
  return replace.reduce((inner, [from, to]) => `replace(${inner}, ${quoted(from)}, ${to})`, column)
}

/** Lets every consumer stand at the end of what it reads, as after a quiet moment. */
function moveCursors(directory: string): void {
  const heads = new Map<string, number>()
  const names = globSync(path.join(directory, '*.db')).map((file) => path.basename(file, '.db'))
  for (const name of names) {
    const database = open(directory, name)
    heads.set(name, Number(database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'banyan_outbox'").get()?.['seq'] ?? 0))
    database.close()
  }
  for (const name of names) {
    const database = open(directory, name)
    for (const [source, head] of heads) database.prepare('UPDATE banyan_cursor SET position = ? WHERE source = ?').run(head, source)
    database.exec('DELETE FROM banyan_consumed')
    database.close()
  }
}

function write(directory: string, name: string, statement: string): void {
  const database = open(directory, name)
  database.exec(statement)
  database.close()
}

function columnsOf(database: DatabaseSync, table: string): { name: string; type: string }[] {
  const rows = database.prepare(`SELECT name, type FROM pragma_table_info('${table}')`).all()
  return rows.map((row) => ({ name: String(row['name']), type: String(row['type']) }))
}

function open(directory: string, name: string): DatabaseSync {
  const file = [path.join(directory, `${name}.db`), ...globSync(path.join(directory, `**/${name}.db`))].find((each) => existsSync(each))
  if (!file) throw new Error(`${directory} has no ${name}.db`)
  return new DatabaseSync(file)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
