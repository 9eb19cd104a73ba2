import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testPlatform } from '@banyan/testing'
import type { Sql } from 'banyan'
import type { ProductSort } from './domain/list-cursor.ts'
import { catalogService } from './service.ts'
import { productList } from './store/product-list.ts'

test('lists find a page by an index in their order, however many products there are', async () => {
  await using platform = await testPlatform({ services: [catalogService], environment: { BANYAN_SEED: 'off' } })
  const sorts: ProductSort[] = ['newest', 'title', 'price', '-price']
  const plans = await platform.services[0]!.readSql(async (sql) => {
    const details: string[] = []
    const explain: Sql = {
      ...sql,
      dialect: 'sqlite',
      run: async () => 0,
      get: async () => undefined,
      async all(query, ...values) {
        for (const { detail } of await sql.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`, ...values))
          details.push(`${detail} in ${query}`)
        return []
      },
    }
    for (const sort of sorts)
      for (const after of [undefined, { sort, value: sort === 'title' ? 'T' : 5, id: 'x' }])
        await productList(explain).list({ status: 'active', words: [], currency: 'EUR', sort, after, limit: 20 })
    return details
  })
  assert.ok(plans.length >= 2 * sorts.length)
  assert.deepEqual(
    plans.filter((plan) => /^SCAN|TEMP B-TREE/.test(plan)),
    [],
  )
})
