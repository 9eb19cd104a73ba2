import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SqlReader, StoreVariant } from 'banyan'
import { createRuntime, seededRandom } from 'banyan/kernel'
import { sqlOf, type Store, type StoreFactory, type StoreTransaction } from 'banyan/store'
import type { ProductSort } from './list-cursor.ts'
import type { ProductRecord } from './domain/product.ts'
import { productWords, queryWords } from './domain/search-words.ts'
import { newProduct } from './operations/new-product.ts'
import { type CatalogRepository, catalogStore } from './store/catalog-store.ts'
import type { ProductFilter } from './store/product-filter.ts'
import { productList } from './store/product-list.ts'

/** Catalog's store in a database of its own, which is closed and removed at the end. */
export interface SearchPlace extends AsyncDisposable {
  readonly store: Store
}

const SORTS: readonly ProductSort[] = ['newest', 'title', 'price', '-price']
/** Words that share beginnings, from ones that most products have to ones that few have. */
const WORDS = 'for the tin tea teapot mug mugs green grey grinder müller muller 日本 250 g5 hand handle copper rare rarely'.split(' ')
const PRODUCTS = 150
/** Walks whenever one product has the word; looks at those that have it, always; both. */
const LIMITS_OF_HITS = [1, 2_000, 15]

const [CATALOG] = catalogStore.variants as [StoreVariant<CatalogRepository>]
const repositoryOf = (tx: StoreTransaction): CatalogRepository => CATALOG.repository(sqlOf(tx) as never)

/** Opens catalog's store. */
export function openCatalog(stores: StoreFactory): Promise<Store> {
  return stores.open({ service: 'catalog', migrations: CATALOG.migrations, runtime: createRuntime() })
}

/** Writes a product as the operations do. */
export async function writeProduct(store: Store, product: ProductRecord): Promise<void> {
  await store.transaction(async (tx) => {
    const { products, variants, prices } = repositoryOf(tx)
    assert.ok(await products.insert(product))
    for (const [position, variant] of product.variants.entries()) {
      await variants.save({ productId: product.id, position, variant })
      for (const price of variant.prices)
        await prices.replace({ ...price, id: `${product.id}-${position}`, sku: variant.sku, validFrom: 0 })
    }
    await prices.summarize(product.id)
  })
}

/** A product whose id says its number. */
export function aNumbered(number: number, title: string, amountMinor = 100): ProductRecord {
  const variants = [{ sku: `SKU-${number}`, weightGrams: 1, prices: [{ currency: 'EUR', amountMinor }] }]
  return newProduct({ title, slug: `p${number}`, variants }, `id-${String(number).padStart(6, '0')}`, number)
}

/** Promises of the search that both databases keep. */
export function testSearch(name: string, open: () => Promise<SearchPlace>): void {
  test(`a search on ${name} finds the same by either plan, page by page in each order, as by looking at every product`, async () => {
    await using place = await open()
    const { store } = place
    const seed = Math.floor(Math.random() * 2 ** 31)
    const { next } = seededRandom(seed)
    const integer = (below: number): number => Math.floor(next() * below)
    const some = <T>(values: readonly T[]): T => values[integer(values.length)] as T
    const products = Array.from({ length: PRODUCTS }, (_, number) => {
      const title = Array.from({ length: 1 + integer(5) }, () => some(WORDS.slice(0, 1 + integer(WORDS.length)))).join(' ')
      return { ...aNumbered(number, title, integer(20)), status: some(['active', 'active', 'archived'] as const) }
    })
    for (const product of products) await writeProduct(store, product)
    for (let round = 0; round < 40; round++) {
      const q = Array.from({ length: 1 + integer(3) }, () => some(WORDS).slice(0, 1 + integer(6))).join(' ')
      const minPrice = some([undefined, undefined, 7])
      const sort = some(SORTS)
      const limit = 1 + integer(12)
      const filter = { status: some(['active', 'archived'] as const), words: queryWords(q), currency: 'EUR', minPrice, sort, limit }
      const expected = products.filter((product) => isWanted(product, filter)).map(({ id }) => id)
      const lists = await Promise.all(LIMITS_OF_HITS.map((hitsMax) => idsOf(store, filter, hitsMax)))
      const what = `seed ${seed}, round ${round}: ${JSON.stringify({ ...filter, q })}`
      assert.deepEqual(lists[0]?.toSorted(), expected, what)
      for (const list of lists) assert.deepEqual(list, lists[0], what)
      for (const rowsMax of [1, 15, 2_000]) {
        const page = await store.read((tx) => productList(sqlOf(tx), 15, rowsMax).page(filter))
        if (page || rowsMax > PRODUCTS)
          assert.deepEqual(
            page?.map(({ product }) => product.id),
            lists[0]?.slice(0, limit),
            `${what}, ${rowsMax} looked at`,
          )
      }
    }
  })

  test(`products on ${name} that were written without words are indexed in batches, once`, async () => {
    await using place = await open()
    const { store } = place
    for (let number = 0; number < 5; number++) await writeProduct(store, aNumbered(number, `Tin cup ${number}`))
    await store.transaction(async (tx) => {
      const sql = sqlOf(tx)
      await sql.run("UPDATE product SET has_words = 0, search_text = 'tin cup, as an older version wrote it'")
      await sql.run('DELETE FROM product_word')
    })
    const index = async (): Promise<number> => (await store.transaction((tx) => repositoryOf(tx).products.indexWords(2))).value
    assert.deepEqual([await index(), await index(), await index(), await index()], [2, 2, 1, 0])
    for (const hitsMax of LIMITS_OF_HITS) {
      const filter = { status: 'active', words: ['cup', 'sku', '3'], currency: 'EUR', sort: 'newest', limit: 9 } as const
      assert.deepEqual(await idsOf(store, filter, hitsMax), ['id-000003'])
    }
  })

  test(`a product on ${name} that an older version changed is found by its new words after the next change`, async () => {
    await using place = await open()
    const { store } = place
    for (const [number, oldText] of ['steel cup   sku-0 ', ' steel cup   sku-1 '].entries()) {
      await writeProduct(store, aNumbered(number, 'Tin Cup'))
      const product = { ...aNumbered(number, 'Steel Cup'), version: 3 }
      await store.transaction(async (tx) => {
        await sqlOf(tx).run('UPDATE product SET search_text = ?, version = 2 WHERE id = ?', oldText, product.id)
        assert.ok(await repositoryOf(tx).products.update(product))
      })
    }
    for (const hitsMax of LIMITS_OF_HITS)
      for (const [word, found] of [
        ['steel', ['id-000001', 'id-000000']],
        ['tin', []],
      ] as const) {
        const filter = { status: 'active', words: [word], currency: 'EUR', sort: 'newest', limit: 9 } as const
        assert.deepEqual(await idsOf(store, filter, hitsMax), found, word)
      }
  })

  test(`pages of any number of products on ${name} are found by a few statements, which the store keeps`, async () => {
    await using place = await open()
    const { store } = place
    const limits = Array.from({ length: 40 }, (_, index) => index + 1)
    for (const number of limits) await writeProduct(store, aNumbered(number, 'Tin Cup'))
    const statements = new Set<string>()
    for (const limit of limits) {
      const filter = { status: 'active', words: ['tin'], currency: 'EUR', sort: 'newest', limit } as const
      const page = await store.read((tx) => productList(watched(sqlOf(tx), (query) => statements.add(query))).list(filter))
      assert.equal(page.length, limit)
    }
    const tables = ['product_word', 'product p', 'variant WHERE', 'price r', 'product_category m']
    for (const table of tables) {
      const few = [...statements].filter((query) => query.includes(`FROM ${table}`))
      assert.ok(few.length >= 1 && few.length <= 3, `${few.length} statements on ${table}`)
    }
  })

  test(`a search on ${name} for a word that many products have and a price that few have does not go through them round by round`, async () => {
    await using place = await open()
    const { store } = place
    for (let number = 0; number < PRODUCTS; number++) await writeProduct(store, aNumbered(number, 'Tin Cup', number % 100 === 3 ? 100 : 5))
    const filter = { status: 'active', words: ['tin'], minPrice: 100, currency: 'EUR', sort: 'newest', limit: 5 } as const
    for (const [hitsMax, most] of [
      [20, 2],
      [2_000, 4],
    ] as const) {
      let rounds = 0
      const tell = (query: string): void => {
        if (query.includes('AS id FROM product_word')) rounds++
      }
      const page = await store.read((tx) => {
        rounds = 0 // a read may run again
        return productList(watched(sqlOf(tx), tell), hitsMax).list(filter)
      })
      assert.deepEqual(
        page.map(({ product }) => product.id),
        ['id-000103', 'id-000003'],
      )
      assert.equal(rounds, most)
    }
  })
}

/** Tells of each statement. */
function watched(sql: SqlReader, tell: (query: string) => void): SqlReader {
  return {
    dialect: sql.dialect,
    get: (query, ...values) => {
      tell(query)
      return sql.get(query, ...values)
    },
    all: (query, ...values) => {
      tell(query)
      return sql.all(query, ...values)
    },
  }
}

function isWanted(product: ProductRecord, { status, words = [], minPrice = 0 }: ProductFilter): boolean {
  const own = productWords(product)
  const price = product.variants[0]?.prices[0]?.amountMinor ?? 0
  return product.status === status && price >= minPrice && words.every((prefix) => own.some((word) => word.startsWith(prefix)))
}

/** Ids of all pages. */
async function idsOf(store: Store, filter: ProductFilter, hitsMax: number): Promise<string[]> {
  const ids: string[] = []
  let after: ProductFilter['after']
  for (;;) {
    const page = await store.read((tx) => productList(sqlOf(tx), hitsMax).list({ ...filter, after }))
    ids.push(...page.map(({ product }) => product.id))
    after = page.at(-1)?.position
    if (page.length < filter.limit) return ids
  }
}
