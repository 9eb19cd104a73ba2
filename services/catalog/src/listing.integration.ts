import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PRODUCT_SORTS } from './contract.ts'
import { aProduct, aVariant, catalogPlatform } from './catalog.fixture.ts'
import { demoProducts } from './seed/demo-products.ts'

const SEEDED = { environment: {} }

test('plants the demo catalog at the first start only', async () => {
  await using first = await catalogPlatform(SEEDED)
  assert.equal((await first.events()).length, demoProducts.length)
  const [product] = (await first.guest('list', { limit: 1 })).items
  await first.admin('archive', { id: product?.id ?? '' })
  await first.platform.stop()
  await using second = await catalogPlatform({ ...SEEDED, directory: first.platform.directory })
  assert.equal((await second.guest('list', { limit: 100 })).items.length, demoProducts.length - 1)
})

test('plants nothing where the environment says so, nor in production', async () => {
  for (const environment of [{ BANYAN_SEED: 'off' }, { NODE_ENV: 'production' }]) {
    await using shop = await catalogPlatform({ environment })
    assert.deepEqual(await shop.guest('list', {}), { items: [], nextCursor: null })
  }
})

test('shows every product once, page by page, in each order', async () => {
  await using shop = await catalogPlatform(SEEDED)
  for (const sort of PRODUCT_SORTS) {
    const ids: string[] = []
    let cursor: string | null | undefined
    do {
      const page = await shop.guest('list', { sort, limit: 7, ...(cursor ? { cursor } : {}) })
      ids.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor)
    assert.deepEqual([ids.length, new Set(ids).size], [demoProducts.length, demoProducts.length], sort)
  }
})

test('sorts by the lowest price, also where prices are equal', async () => {
  await using shop = await catalogPlatform()
  for (const [index, minor] of [300, 100, 300, 200].entries())
    await shop.admin('create', aProduct({ title: `Thing ${index}`, variants: [aVariant(`T${index}`, minor)] }))
  const prices = async (sort: 'price' | '-price') => {
    const first = await shop.guest('list', { sort, limit: 2 })
    const second = await shop.guest('list', { sort, limit: 2, cursor: first.nextCursor as string })
    return [...first.items, ...second.items].map(({ price }) => price?.amountMinor)
  }
  assert.deepEqual(await prices('price'), [100, 200, 300, 300])
  assert.deepEqual(await prices('-price'), [300, 300, 200, 100])
})

test('finds products by words, category and price', async () => {
  await using shop = await catalogPlatform(SEEDED)
  const titles = async (filter: Parameters<typeof shop.catalog.list>[0]) =>
    (await shop.guest('list', { sort: 'title', ...filter })).items.map(({ title }) => title)
  assert.deepEqual(await titles({ q: 'stoneware BLUE' }), ['Stoneware Mug'])
  assert.deepEqual(await titles({ q: 'grinder-hand' }), ['Hand Grinder'])
  assert.deepEqual(await titles({ q: '%' }), [])
  assert.ok((await titles({ category: 'kitchen' })).includes('Espresso Roast'), 'a category holds what is below it')
  assert.deepEqual(await titles({ category: 'nowhere' }), [])
  assert.deepEqual(await titles({ minPrice: 500, maxPrice: 1_000 }), ['Espresso Roast', 'Paper Filters, 100 pieces'])
  assert.deepEqual(await titles({ currency: 'JPY', minPrice: 0 }), [])
})

test('refuses a cursor of another list', async () => {
  await using shop = await catalogPlatform(SEEDED)
  const { nextCursor } = await shop.guest('list', { sort: 'price', limit: 1 })
  await assert.rejects(shop.guest('list', { sort: 'title', cursor: nextCursor as string }), { code: 'invalid_argument', status: 400 })
})

test('lists categories in the order of the shop', async () => {
  await using shop = await catalogPlatform(SEEDED)
  const { items } = await shop.guest('categories', {})
  const coffee = items.find(({ slug }) => slug === 'coffee')
  assert.equal(items[0]?.slug, 'kitchen')
  assert.equal(coffee?.parentId, items[0]?.id)
})
