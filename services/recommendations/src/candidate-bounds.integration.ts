// What an answer, an interaction and a removal may cost while others wait, however much was sold and looked at.
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { countingSql } from 'banyan/store/sqlite/testsuite'
import { behaviour, oldInteractions } from './store/behaviour-records.ts'
import { candidateReader } from './store/candidate-reader.ts'
import { offeredRecords } from './store/offered-records.ts'
import { migrations } from './store/tables.ts'

/** Pairs of each sku, products that are off sale, and old interactions, at each look. */
const SIZES = [2_000, 6_000] as const
const SEEDS = Array.from({ length: 20 }, (_, index) => `CART-${index}`)
/** The most that the operation asks for: fifty places, twenty seeds. */
const LIMIT = 350
/** Steps of SQLite's machine that nobody has to explain. */
const SLACK = 500
const NOW = 1_800_000_000_000

test('what was bought together costs the same however many pairs there are, for one sku and for twenty, on sale or not', async () => {
  const costs = await costsAtSizes({
    one: (sql) => candidateReader(sql).boughtTogether(SEEDS.slice(0, 1), LIMIT),
    twenty: (sql) => candidateReader(sql).boughtTogether(SEEDS, LIMIT),
    'with what is off sale': (sql) => candidateReader(sql).boughtTogether(['OFF-SALE'], LIMIT),
  })
  assert.deepEqual(growing(costs), {})
  assert.ok((costs['twenty']?.[1] ?? 0) < 100_000, `twenty seeds take ${costs['twenty']?.[1]} steps`)
})

test('what sells and what is new cost the same however much is off sale that sold better', async () => {
  const costs = await costsAtSizes({
    trending: (sql) => candidateReader(sql).trending(LIMIT, NOW),
    newest: (sql) => candidateReader(sql).newest(LIMIT),
  })
  assert.deepEqual(growing(costs), {})
})

test('an interaction and a removal cost the same however many old interactions there are; a removal takes its batch, the oldest first', async () => {
  const costs = await costsAtSizes({
    interaction: (sql) => behaviour(sql).addInteraction({ userHash: 'ann', sku: 'NEW-1', kind: 'view', day: NOW / 86_400_000 }),
    removal: async (sql) => assert.equal(await oldInteractions.remove({ sql }, NOW, 10), 10),
  })
  assert.deepEqual(growing(costs), {})
  using database = filled(30)
  const { sql } = countingSql(database)
  assert.equal(await oldInteractions.remove({ sql }, 22 * 86_400_000, 100), 20, 'those of days before the last two')
  assert.deepEqual({ ...database.prepare('SELECT MIN(day) AS day, COUNT(*) AS count FROM interaction').get() }, { day: 20, count: 10 })
})

test('the strongest pairs come first, each with what is on sale, and scores of several seeds add up', async () => {
  using database = filled(100)
  const { sql } = countingSql(database)
  const [first, second] = await candidateReader(sql).boughtTogether(['CART-0', 'CART-1'], 10)
  assert.deepEqual([first?.sku, second?.sku], ['NEW-99', 'NEW-98'])
  const [alone] = await candidateReader(sql).boughtTogether(['CART-0'], 10)
  assert.ok(alone && first && Math.abs(first.score - 2 * alone.score) < 1e-9)
})

test('heat stands beside the status of what is on sale, whichever came first', async () => {
  using database = filled(0)
  const { sql } = countingSql(database)
  const product = { slug: 's', title: 'T', category: '', status: 'active', createdAt: 1 }
  await offeredRecords(sql).save({ ...product, productId: 'p1', skus: ['BEFORE'] })
  await behaviour(sql).addPopularity('BEFORE', 1, 1, NOW)
  await behaviour(sql).addPopularity('AFTER', 1, 1, NOW + 86_400_000)
  await offeredRecords(sql).save({ ...product, productId: 'p2', skus: ['AFTER'] })
  assert.deepEqual(
    (await candidateReader(sql).trending(10, NOW)).map(({ sku }) => sku),
    ['AFTER', 'BEFORE'],
  )
})

type Counted = ReturnType<typeof countingSql>['sql']

async function costsAtSizes(asked: Readonly<Record<string, (sql: Counted) => Promise<unknown>>>): Promise<Record<string, number[]>> {
  const costs: Record<string, number[]> = {}
  for (const size of SIZES) {
    using database = filled(size)
    for (const [name, ask] of Object.entries(asked)) {
      const { sql, steps } = countingSql(database)
      await ask(sql)
      ;(costs[name] ??= []).push(steps())
    }
  }
  return costs
}

function growing(costs: Readonly<Record<string, readonly number[]>>): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(costs).filter(([, [few = 0, many = 0]]) => many > few + SLACK))
}

/** `count` products on sale that go with each seed, as many off sale that are hotter and go with one other, as many interactions a day apart. */
function filled(count: number): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  for (const { sql } of migrations) database.exec(sql)
  if (count === 0) return database
  const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count - 1})`
  const each = (statement: string): void => database.exec(`${numbers} ${statement}`)
  for (const [prefix, status, heat] of [
    ['NEW', 'active', 1],
    ['OLD', 'archived', 1_000],
  ] as const) {
    each(`INSERT INTO offered (sku, product_id, slug, title, category, status, position, created_at, heat)
      SELECT '${prefix}-' || n, '${prefix}-' || n, 's', 'T', '', '${status}', 0, 7, ${heat} FROM numbers`)
    each(`INSERT INTO popularity (sku, orders, heat) SELECT '${prefix}-' || n, ${count}, ${heat} FROM numbers`)
  }
  for (const seed of SEEDS) {
    each(`INSERT INTO co_occurrence (sku_a, sku_b, orders) SELECT '${seed}', 'NEW-' || n, n + 1 FROM numbers`)
    database.prepare('INSERT INTO popularity (sku, orders, heat) VALUES (?, ?, 1)').run(seed, count)
  }
  each(`INSERT INTO co_occurrence (sku_a, sku_b, orders) SELECT 'OFF-SALE', 'OLD-' || n, n + 1 FROM numbers`)
  each(`INSERT INTO interaction (user_hash, sku, kind, day) SELECT 'user-' || n, 'NEW-1', 'view', n FROM numbers`)
  return database
}
