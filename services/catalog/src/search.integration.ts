import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSql, temporaryDirectory } from '@banyan/testing'
import { sqliteStores } from 'banyan/store/sqlite'
import { aProduct, aVariant, catalogPlatform } from './catalog.fixture.ts'
import { PRODUCT_WORDS_MAX } from './domain/search-words.ts'
import { openCatalog, testSearch } from './search.testsuite.ts'

testSearch('SQLite', async () => {
  const directory = temporaryDirectory()
  const store = await openCatalog(sqliteStores({ directory: directory.path }))
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close()
      directory[Symbol.dispose]()
    },
  }
})

async function aShop() {
  const shop = await catalogPlatform()
  return {
    ...shop,
    titles: async (q: string) => (await shop.guest('list', { q, sort: 'title' })).items.map(({ title }) => title),
    /** Words of all products in the index. */
    indexed: () =>
      readSql(shop.platform.services[0]!, async (sql) =>
        (await sql.all<{ word: string }>('SELECT word FROM product_word ORDER BY word')).map(({ word }) => word),
      ),
  }
}

test('a search finds words by their beginnings, in any order, in upper or lower case, with or without accents', async () => {
  await using shop = await aShop()
  const variants = [aVariant('CAFE-ONE.5', 900)]
  await shop.admin('create', aProduct({ title: 'Café crème', brand: 'Müller', description: 'A 100 % arabica blend.', variants }))
  await shop.admin('create', aProduct({ title: '日本茶 Sencha', variants: [aVariant('T', 900)] }))
  for (const q of ['café', 'CAFE', 'arabica muller', 'muLL cre', 'cafe-one.5', 'one', '100 %', 'c'])
    assert.deepEqual(await shop.titles(q), ['Café crème'], q)
  for (const q of ['本茶', 'sen 日']) assert.deepEqual(await shop.titles(q), ['日本茶 Sencha'], q)
  for (const q of ['rabica', 'cafe tea', 'cafex']) assert.deepEqual(await shop.titles(q), [], q)
})

test('a search without a letter or a digit finds nothing, an empty one everything', async () => {
  await using shop = await aShop()
  await shop.admin('create', aProduct())
  for (const q of ['%', '_', '!', '\\', '-- ;']) assert.deepEqual(await shop.titles(q), [], q)
  for (const q of ['', '  ']) assert.deepEqual(await shop.titles(q), ['Stoneware Mug'], q)
})

test('a product is found by what it says now, and by nobody but admins once it is archived', async () => {
  await using shop = await aShop()
  const { id, version } = await shop.admin('create', aProduct({ title: 'Tin Cup', description: 'Small.' }))
  await shop.admin('update', { id, version, title: 'Steel Cup', variants: [aVariant('LID', 100)] })
  assert.deepEqual(await shop.titles('tin'), [])
  for (const q of ['steel', 'cup small', 'lid']) assert.deepEqual(await shop.titles(q), ['Steel Cup'], q)
  assert.deepEqual(await shop.indexed(), ['cup', 'lid', 'mug', 'small', 'steel'])
  await shop.admin('archive', { id })
  assert.deepEqual(await shop.titles('steel'), [])
  const archived = await shop.admin('list', { q: 'steel', status: 'archived' })
  assert.deepEqual(
    archived.items.map((product) => product.id),
    [id],
  )
})

test('of a long description as many words count as there is room for', async () => {
  await using shop = await aShop()
  const description = Array.from({ length: 1_000 }, (_, number) => `w${number}`).join(' ')
  await shop.admin('create', aProduct({ description }))
  assert.equal((await shop.indexed()).length, PRODUCT_WORDS_MAX)
  assert.deepEqual(await shop.titles('mug w250'), ['Stoneware Mug'])
  assert.deepEqual(await shop.titles('w999'), [])
})
