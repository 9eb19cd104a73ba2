import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { postgresStores } from '@banyan/postgres'
import { watchStatementRows } from '@banyan/postgres/testsuite'
import { createRuntime } from 'banyan/kernel'
import { sqlOf, type Store } from 'banyan/store'
import { Client } from 'pg'
import { ORDER_STATUSES, type OrderStatus } from '../contract.ts'
import { migrations } from './migrations.ts'
import { listOrders, type OrderFilter } from './order-list.ts'

interface Place extends AsyncDisposable {
  readonly store: Store
  /** Puts so many orders of Ann in place of those that are there, with one line each, and as many of others between them. */
  fill(count: number, most: OrderStatus, few: OrderStatus): Promise<void>
}

async function open(): Promise<Place> {
  const url = process.env['POSTGRES_URL']
  if (!url) throw new Error('set POSTGRES_URL to a server these tests may create schemas on')
  const schemaPrefix = `test_${randomUUID().slice(0, 8)}_`
  const client = new Client({ connectionString: url, options: `-c search_path=${schemaPrefix}orders -c synchronous_commit=off` })
  await client.connect()
  const store = await postgresStores({ url, schemaPrefix }).open({
    service: 'orders',
    migrations: migrations ?? [],
    runtime: createRuntime(),
  })
  return {
    store,
    async fill(count, most, few) {
      await client.query('TRUNCATE customer_order, order_line')
      await client.query(
        `INSERT INTO customer_order (id, user_id, status, payment_status, fulfilment_status, settled, flow, currency, subtotal_minor,
          discount_minor, tax_minor, shipping_minor, total_minor, shipping_method, policy, country, placed_at, updated_at, version)
         SELECT 'order-' || lpad(n::text, 5, '0'), CASE n % 2 WHEN 0 THEN 'ann' ELSE 'bob' END,
          CASE WHEN n < 6 OR n >= $1::int - 6 THEN $2 ELSE $3 END,
          'none', 'unfulfilled', 1, 'orchestration', 'EUR', 0, 0, 0, 0, 0, 'standard', 'all_or_nothing', 'DE', n, 0, 1
         FROM generate_series(0, $1::int - 1) AS n`,
        [2 * count, few, most],
      )
      await client.query(
        `INSERT INTO order_line (order_id, line_number, sku, product_id, title, quantity, unit_minor, total_minor)
         SELECT id, 1, 'sku', 'product', 'Cup', 1, 0, 0 FROM customer_order`,
      )
      await client.query('ANALYZE customer_order, order_line') // as autovacuum would
    },
    async [Symbol.asyncDispose]() {
      await store.close()
      await client.query(`DROP SCHEMA IF EXISTS ${schemaPrefix}orders CASCADE`)
      await client.end()
    },
  }
}

/** Orders of Ann at each look; PostgreSQL reads small tables through, whatever it has in the way of indexes. */
const SIZES = [600, 2_400, 9_600] as const

/** The most rows that a statement of a list reads in tables and indexes. */
async function rowsRead(store: Store, filter: OrderFilter): Promise<number> {
  using watched = watchStatementRows()
  await store.transaction((tx) => listOrders(sqlOf(tx), filter))
  return Math.max(...[...watched.most].flatMap(([text, rows]) => (text.includes('customer_order') ? [rows] : [])))
}

test("PostgreSQL reads the same for a page of a customer's orders however many others the customer has, of whatever status", async () => {
  await using place = await open()
  const none = { from: undefined, to: undefined, limit: 20 }
  for (const [most, few] of [
    ['confirmed', 'cancelled'],
    ['rejected', 'confirmed'],
  ] as const) {
    const costs: Record<string, number[]> = {}
    for (const size of SIZES) {
      await place.fill(size, most, few)
      for (const status of [undefined, ...ORDER_STATUSES])
        for (const before of [undefined, `order-${String(size).padStart(5, '0')}`]) {
          const rows = await rowsRead(place.store, { ...none, userId: 'ann', status, before })
          ;(costs[`${status ?? 'any'} before ${before === undefined ? 'now' : 'the middle'}`] ??= []).push(rows)
        }
    }
    const growing = Object.entries(costs).filter(([, each]) => (each.at(-1) ?? 0) > 1.5 * (each[1] ?? 0) + 20)
    assert.deepEqual(growing, [], `rows with ${SIZES.join(', ')} orders, nearly all of them ${most}`)
    assert.ok((costs['any before now']?.[0] ?? 0) >= 20, 'rows are counted')
  }
})
