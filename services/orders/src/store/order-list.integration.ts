import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { countingSql } from 'banyan/store/sqlite/testsuite'
import { ORDER_STATUSES, type OrderStatus } from '../contract.ts'
import { migrations } from './migrations.ts'
import { isBounded, listOrders, type OrderFilter } from './order-list.ts'

const NONE: OrderFilter = { userId: undefined, status: undefined, from: undefined, to: undefined, before: undefined, limit: 20 }
/** Orders of Ann at each look; nearly all of one status, the three newest and the three oldest of another. */
const SIZES = [300, 1_200, 4_800] as const

const idOf = (nth: number): string => `order-${String(nth).padStart(5, '0')}`

/** Ann's orders, with one line each, and as many of others between them. */
function withOrders(count: number, most: OrderStatus, few: OrderStatus): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  for (const { sql } of migrations) database.exec(sql as string)
  const order = database.prepare(
    `INSERT INTO customer_order (id, user_id, status, payment_status, fulfilment_status, settled, flow, currency, subtotal_minor, discount_minor,
      tax_minor, shipping_minor, total_minor, shipping_method, policy, country, placed_at, updated_at, version)
      VALUES (?, ?, ?, 'none', 'unfulfilled', 1, 'orchestration', 'EUR', 0, 0, 0, 0, 0, 'standard', 'all_or_nothing', 'DE', ?, 0, 1)`,
  )
  const line = database.prepare("INSERT INTO order_line VALUES (?, 1, 'sku', 'product', 'Cup', 1, 0, 0)")
  database.exec('BEGIN')
  for (let nth = 0; nth < 2 * count; nth++) {
    order.run(idOf(nth), nth % 2 === 0 ? 'ann' : 'bob', nth < 6 || nth >= 2 * count - 6 ? few : most, nth)
    line.run(idOf(nth))
  }
  database.exec('COMMIT')
  return database
}

test("a page of a customer's orders costs the same however many others the customer has, of whatever status", async () => {
  for (const [most, few] of [
    ['confirmed', 'cancelled'],
    ['rejected', 'confirmed'],
  ] as const) {
    const costs: Record<string, number[]> = {}
    for (const size of SIZES) {
      using database = withOrders(size, most, few)
      for (const status of [undefined, ...ORDER_STATUSES])
        for (const before of [undefined, idOf(size)]) {
          const filter = { ...NONE, userId: 'ann', status, before }
          assert.ok(isBounded(filter))
          const { sql, steps } = countingSql(database)
          await listOrders(sql, filter)
          ;(costs[`${status ?? 'any'} before ${before === undefined ? 'now' : 'the middle'}`] ??= []).push(steps())
        }
    }
    const growing = Object.entries(costs).filter(([, [small = 0, ...larger]]) => larger.some((each) => each > 1.5 * small + 100))
    assert.deepEqual(growing, [], `steps with ${SIZES.join(', ')} orders, nearly all of them ${most}`)
  }
})

test('lists the newest orders of a customer or of all, of one status or of any, from a period, page by page', async () => {
  using database = withOrders(20, 'confirmed', 'rejected')
  const { sql } = countingSql(database)
  const listed = async (filter: Partial<OrderFilter>): Promise<string[]> =>
    (await listOrders(sql, { ...NONE, ...filter })).map(({ id, userId, status }) => `${id} ${userId} ${status}`)
  const expected = Array.from(
    { length: 40 },
    (_, nth) => `${idOf(nth)} ${nth % 2 === 0 ? 'ann' : 'bob'} ${nth < 6 || nth >= 34 ? 'rejected' : 'confirmed'}`,
  ).toReversed()
  const ann = expected.filter((each) => each.includes('ann'))
  assert.deepEqual(await listed({}), expected.slice(0, 20))
  assert.deepEqual(await listed({ userId: 'ann', limit: 5 }), ann.slice(0, 5))
  assert.deepEqual(await listed({ userId: 'ann', limit: 50, before: idOf(30) }), ann.slice(5))
  assert.deepEqual(await listed({ userId: 'ann', status: 'rejected' }), [...ann.slice(0, 3), ...ann.slice(-3)])
  assert.deepEqual(await listed({ userId: 'ann', status: 'rejected', before: idOf(34), limit: 2 }), ann.slice(-3, -1))
  assert.deepEqual(await listed({ userId: 'ann', from: 4, to: 8 }), ann.slice(-5, -2))
  assert.deepEqual(await listed({ status: 'rejected', to: 1 }), expected.slice(-2))
  assert.deepEqual(await listed({ userId: 'carl' }), [])
})

test('a list that may have to look at all orders is known', () => {
  const bounded = (filter: Partial<OrderFilter>): boolean => isBounded({ ...NONE, ...filter })
  assert.deepEqual([bounded({}), bounded({ userId: 'ann' }), bounded({ userId: 'ann', status: 'rejected' })], [true, true, true])
  assert.deepEqual([bounded({ status: 'rejected' }), bounded({ userId: 'ann', from: 1 }), bounded({ to: 1 })], [false, false, false])
})
