import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { postgresStores } from '@banyan/postgres'
import type { SqlReader, SqlValue } from 'banyan'
import { Client } from 'pg'
import type { ProductSort } from './list-cursor.ts'
import { aNumbered, openCatalog, type SearchPlace, testSearch, writeProduct } from './search.testsuite.ts'
import { productList } from './store/product-list.ts'
import { sqlOf } from 'banyan/store'

interface Place extends SearchPlace {
  /** Runs a statement outside of any store. */
  run(statement: string): Promise<void>
}

async function open(): Promise<Place> {
  const url = process.env['POSTGRES_URL']
  if (!url) throw new Error('set POSTGRES_URL to a server these tests may create schemas on')
  const prefix = `test_${randomUUID().slice(0, 8)}_`
  const client = new Client({ connectionString: url, options: `-c search_path=${prefix}catalog` })
  await client.connect()
  const store = await openCatalog(postgresStores({ url, schemaPrefix: prefix }))
  return {
    store,
    run: async (statement) => void (await client.query(statement)),
    async [Symbol.asyncDispose]() {
      await store.close()
      await client.query(`DROP SCHEMA IF EXISTS ${prefix}catalog CASCADE`)
      await client.end()
    },
  }
}

testSearch('PostgreSQL', open)

/** Puts so many copies of one product beside it; each hundredth has a word that the others have not. */
const COPIES = 20_000
const COPY = `
INSERT INTO product SELECT 'copy-' || n, 'copy-' || n, 'Tin Cup ' || n, description, status, brand, attributes, media, tax_class,
    search_text || CASE WHEN n % 100 = 0 THEN 'rare ' ELSE '' END, created_at, updated_at, version, has_words
  FROM product CROSS JOIN generate_series(1, ${COPIES}) AS n;
INSERT INTO product_price SELECT id, 'EUR', 100 + length(title) FROM product WHERE id LIKE 'copy-%';
INSERT INTO product_word SELECT word, id FROM product, unnest(string_to_array(trim(search_text), ' ')) AS word WHERE id LIKE 'copy-%';
ANALYZE`

test('PostgreSQL reads no more products for a search than have its rarest word, or than fill a page', async () => {
  await using place = await open()
  const { store } = place
  await writeProduct(store, aNumbered(1, 'Tin Cup'))
  await place.run(COPY)
  for (const [word, readMax] of [
    ['rare', COPIES / 100],
    ['tin', 100],
    ['nothing', 0],
  ] as const)
    for (const sort of ['newest', 'title', 'price', '-price'] satisfies ProductSort[]) {
      const { plans, found } = await store.read(async (tx) => {
        const sql = sqlOf(tx)
        const plans: string[] = []
        const explained: SqlReader = {
          ...sql,
          dialect: 'postgres',
          get: (query, ...values) => sql.get(query, ...values),
          async all<R>(query: string, ...values: readonly SqlValue[]): Promise<R[]> {
            const lines = await sql.all<Record<string, string>>(`EXPLAIN (ANALYZE, TIMING OFF) ${query}`, ...values)
            plans.push(lines.flatMap((line) => Object.values(line)).join('\n'))
            return sql.all<R>(query, ...values)
          },
        }
        const found = await productList(explained).list({ status: 'active', words: [word], currency: 'EUR', sort, limit: 20 })
        return { plans, found }
      })
      const what = `${word} by ${sort}: ${plans.join('\n')}`
      assert.equal(found.length, word === 'nothing' ? 0 : 20, what)
      const read = rowsRead(plans)
      assert.ok(read >= found.length && read <= readMax, `${read} rows read for ${what}`)
    }
})

/** Rows of products that the first statements of a list went through. */
function rowsRead(plans: readonly string[]): number {
  const scans = plans.flatMap((plan) => [
    ...plan.matchAll(/Scan.* on product(?: p)? .*actual rows=(\d+)\S* loops=(\d+)\)(?:\n.*Removed by Filter: (\d+))?/g),
  ])
  return scans.reduce((sum, [, rows, loops, removed]) => sum + (Number(rows) + Number(removed ?? 0)) * Number(loops), 0)
}
