import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSql, testPlatform } from '@banyan/testing'
import type { SqlReader, SqlValue } from 'banyan'
import type { ProductSort } from './list-cursor.ts'
import { catalogService } from './service.ts'
import type { ProductFilter } from './store/product-filter.ts'
import { productList } from './store/product-list.ts'

const SORTS: readonly ProductSort[] = ['newest', 'title', 'price', '-price']
/** More products than a search looks at one by one. */
const MANY = 1_000_000

/** How SQLite goes about the lists in each order, on the first page and on a later one, when `found` products have the rarest word. */
async function plansOf(filter: Partial<ProductFilter>, found = 0): Promise<readonly string[]> {
  await using platform = await testPlatform({ services: [catalogService], environment: { BANYAN_SEED: 'off' } })
  return await readSql(platform.services[0]!, async (sql) => {
    const plans: string[] = []
    const explained: SqlReader = {
      dialect: 'sqlite',
      get: async <R>(query: string, ...values: readonly SqlValue[]) => {
        await explain(query, values)
        return { found, first: 'tin', last: 'tin' } as R
      },
      all: async <R>(query: string, ...values: readonly SqlValue[]) => {
        await explain(query, values)
        return (query.includes('AS id FROM product_word') ? [{ id: 'x' }] : []) as R[]
      },
    }
    async function explain(query: string, values: readonly SqlValue[]): Promise<void> {
      for (const { detail } of await sql.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`, ...values))
        plans.push(`${detail} in ${query}`)
    }
    for (const sort of SORTS)
      for (const after of [undefined, { sort, value: sort === 'title' ? 'T' : 5, id: 'x' }])
        await productList(explained).list({ status: 'active', currency: 'EUR', sort, after, limit: 20, ...filter })
    return plans
  })
}

test('lists find a page by an index in their order, however many products there are', async () => {
  const plans = await plansOf({})
  assert.ok(plans.length >= 2 * SORTS.length)
  assert.deepEqual(
    plans.filter((plan) => /^SCAN|TEMP B-TREE/.test(plan)),
    [],
  )
})

test('a search for words that many products have finds a page by an index in its order', async () => {
  const plans = await plansOf({ words: ['tin', 'cup'] }, MANY)
  assert.ok(plans.length >= 4 * SORTS.length)
  assert.deepEqual(
    plans.filter((plan) => /^SCAN (?!few\b)|TEMP B-TREE/.test(plan) || /(MULTI-INDEX|AUTOMATIC)/.test(plan)),
    [],
  )
  assert.ok(plans.some((plan) => plan.startsWith('SEARCH product_word USING PRIMARY KEY (word>? AND word<?)')))
})

test('a search for a word that few products have begins with those few', async () => {
  const words = ['tin', 'cup']
  const plans = [...(await plansOf({ words }, 100)), ...(await plansOf({ words, minPrice: 5 }, 100))]
  assert.deepEqual(
    plans.filter((plan) => /^SCAN (?!few\b|hit\b)|AUTOMATIC/.test(plan)),
    [],
  )
  const hits = plans.filter((plan) => plan.startsWith('SCAN hit'))
  assert.equal(hits.length, 4 * (SORTS.length - 1), 'by title and price all that have it are sorted; the newest come from the index')
  const products = plans.filter((plan) => /^SEARCH pp? /.test(plan)).map((plan) => plan.split(' in ')[0])
  assert.ok(products.length >= 4 * SORTS.length)
  assert.deepEqual(
    new Set(products),
    new Set([
      'SEARCH p USING INDEX product_newest (status=? AND id=?)',
      'SEARCH p USING INDEX sqlite_autoindex_product_1 (id=?)',
      'SEARCH pp USING INDEX sqlite_autoindex_product_price_1 (product_id=? AND currency=?)',
    ]),
  )
})

test('the newest with a word are found by the index of words in its order, however many have it', async () => {
  const plans = await plansOf({ words: ['tin'] }, MANY)
  const newest = plans.filter((plan) => plan.includes('AS id FROM product_word'))
  assert.deepEqual(
    newest.map((plan) => plan.split(' in ')[0]),
    ['SEARCH product_word USING PRIMARY KEY (word=?)', 'SEARCH product_word USING PRIMARY KEY (word=? AND product_id<?)'],
  )
})

test('a search for words that no product has looks at no product', async () => {
  const plans = await plansOf({ words: ['no', 'thing'] }, 0)
  assert.deepEqual(
    plans.filter((plan) => /product /.test(plan)),
    [],
  )
})
