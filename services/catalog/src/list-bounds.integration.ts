import assert from 'node:assert/strict'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { temporaryDirectory } from '@banyan/testing'
import type { BanyanError } from 'banyan'
import { sqliteStores } from 'banyan/store/sqlite'
import { countingSql } from 'banyan/store/sqlite/testsuite'
import { catalogPlatform } from './catalog.fixture.ts'
import { LISTS_MAX, PRODUCT_SORTS } from './contract.ts'
import { aNumbered, openCatalog, writeProduct } from './search.testsuite.ts'
import type { ProductFilter } from './store/product-filter.ts'
import { productList } from './store/product-list.ts'

/** Products at each look. Half of them are archived, all have two words, none has both of two others. */
const SIZES = [12_000, 36_000] as const
/** Steps of SQLite's machine that a list may take while others wait: some hundredths of a second. */
const STEPS_MAX = 250_000

test('a list looks at no more than a few thousand products while others wait, whatever is asked for and however many there are', async () => {
  using directory = temporaryDirectory()
  using database = await oneProduct(directory.path)
  let from = 1
  const costs: Record<string, number[]> = {}
  for (const size of SIZES) {
    fill(database, from, size)
    from = size + 1
    for (const [name, filter] of extremes()) {
      const { sql, steps } = countingSql(database)
      await productList(sql).page(filter)
      ;(costs[name] ??= []).push(steps())
    }
  }
  const tooMuch = Object.entries(costs).filter(([, [few = 0, many = 0]]) => many > STEPS_MAX || many > 1.5 * few + 2_000)
  assert.deepEqual(tooMuch, [], `steps with ${SIZES.join(' and ')} products`)
})

test('a search that a few thousand products do not answer runs apart, one at a time; who comes when many wait is told to come again', async () => {
  using directory = temporaryDirectory()
  {
    using database = await oneProduct(directory.path)
    fill(database, 1, SIZES[0])
  }
  await using shop = await catalogPlatform({ directory: directory.path })
  const searches = Promise.allSettled(Array.from({ length: 30 }, () => shop.guest('list', { q: 'even odd', sort: 'title' })))
  const others = Array.from({ length: 20 }, () => shop.guest('list', { q: 'sku 1' }))
  for (const page of await Promise.all(others)) assert.equal(page.items.length, 1)
  const answers = await searches
  const refused = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason as BanyanError)
  assert.deepEqual(new Set(refused.map(({ code, retryAfterMs }) => `${code} ${retryAfterMs}`)), new Set(['overloaded 2000']))
  // One runs and sixteen wait; their first looks are spread over turns of the loop, so that some may have ended before the last one asks.
  assert.ok(refused.length > 0 && refused.length <= 30 - 17, `${refused.length} were refused`)
  for (const answer of answers) if (answer.status === 'fulfilled') assert.deepEqual(answer.value, { items: [], nextCursor: null })
})

test('so many lists are answered at once; who comes beyond is told to come again', async () => {
  await using shop = await catalogPlatform({})
  const answers = await Promise.allSettled(Array.from({ length: LISTS_MAX + 5 }, () => shop.guest('list', {})))
  const refused = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason as BanyanError)
  assert.deepEqual(
    refused.map(({ code, retryAfterMs }) => `${code} ${retryAfterMs}`),
    Array(5).fill('overloaded 1000'),
  )
  assert.deepEqual(await shop.guest('list', {}), { items: [], nextCursor: null })
})

/** The file of a catalog that has one product. */
async function oneProduct(directory: string): Promise<DatabaseSync> {
  const store = await openCatalog(sqliteStores({ directory }))
  await writeProduct(store, aNumbered(1, 'Tin Cup'))
  await store.close()
  const database = new DatabaseSync(path.join(directory, 'catalog.db'))
  database.exec('PRAGMA synchronous = OFF')
  return database
}

function fill(database: DatabaseSync, from: number, to: number): void {
  const columns = database
    .prepare("SELECT name FROM pragma_table_info('product')")
    .all()
    .map((row) => String(row['name']))
  const values = columns.map((column) => {
    if (column === 'id') return "'copy-' || printf('%06d', n)"
    if (column === 'slug') return "'copy-' || n"
    if (column === 'title') return "'Tin Cup ' || n"
    if (column === 'status') return "CASE n % 2 WHEN 0 THEN 'active' ELSE 'archived' END"
    if (column === 'search_text') return "search_text || CASE n % 4 WHEN 0 THEN 'even ' WHEN 2 THEN 'odd ' ELSE '' END"
    return column
  })
  const numbers = 'WITH RECURSIVE numbers (n) AS (SELECT CAST(? AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)'
  const copied = "FROM numbers CROSS JOIN product AS p WHERE p.id = 'id-000001'"
  database.prepare(`${numbers} INSERT INTO product (${columns.join(', ')}) SELECT ${values.join(', ')} ${copied}`).run(from, to)
  const added = "FROM product WHERE id LIKE 'copy-%' AND CAST(substr(id, 6) AS INTEGER) >= ?"
  database
    .prepare(`INSERT INTO product_price (product_id, currency, amount_minor) SELECT id, 'EUR', 500 + length(title) ${added}`)
    .run(from)
  for (const word of ['tin', 'cup', 'even', 'odd'])
    database.prepare(`INSERT INTO product_word SELECT '${word}', id ${added} AND search_text LIKE '% ${word} %'`).run(from)
}

function extremes(): readonly (readonly [string, ProductFilter])[] {
  const filters: Readonly<Record<string, Partial<ProductFilter>>> = {
    all: {},
    'one common word': { words: ['tin'] },
    'two common words': { words: ['tin', 'cup'] },
    'two words that no product has together': { words: ['even', 'odd'] },
    'a word that most of those on sale have not, of the others': { words: ['even'], status: 'archived' },
    'a beginning of many words': { words: ['t'] },
    'a category that no product has': { category: 'none' },
    'a common word in such a category': { words: ['tin'], category: 'none' },
    'dearer than any': { minPrice: 4_000_000 },
    'cheaper than any': { maxPrice: 1 },
    'another currency': { currency: 'JPY', maxPrice: 100 },
    'drafts, of which there are none': { status: 'draft' },
    'everything at once': { words: ['even', 'odd', 'tin', 'cup', 't', 'c'], category: 'none', minPrice: 1, maxPrice: 4_000_000 },
  }
  return Object.entries(filters).flatMap(([name, filter]) =>
    PRODUCT_SORTS.flatMap((sort) =>
      [1, 101].map((limit) => [`${name}, ${sort}, ${limit}`, { status: 'active', currency: 'EUR', sort, limit, ...filter }] as const),
    ),
  )
}
