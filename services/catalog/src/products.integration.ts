import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aProduct, aVariant, catalogPlatform } from './catalog.fixture.ts'

test('creates a product and tells others what they need to know of it', async () => {
  await using shop = await catalogPlatform()
  const product = await shop.admin('create', aProduct())
  assert.deepEqual([product.slug, product.status, product.sku, product.price?.amountMinor], ['stoneware-mug', 'active', 'MUG', 1_850])
  assert.deepEqual(await shop.guest('get', { idOrSlug: product.slug }), product)
  assert.deepEqual(await shop.guest('get', { idOrSlug: product.id }), product)
  assert.deepEqual(await shop.events(), [
    {
      type: 'product.created',
      key: product.id,
      data: {
        productId: product.id,
        version: 1,
        status: 'active',
        slug: 'stoneware-mug',
        title: 'Stoneware Mug',
        categories: [],
        variants: [{ sku: 'MUG', title: 'Stoneware Mug', initialStock: 5 }],
      },
    },
  ])
})

test('lets nobody but admins write', async () => {
  await using shop = await catalogPlatform()
  await assert.rejects(shop.guest('create', aProduct()), { code: 'unauthenticated' })
})

test('gives way with a made slug, but not with one that was asked for', async () => {
  await using shop = await catalogPlatform()
  await shop.admin('create', aProduct())
  const second = await shop.admin('create', aProduct({ variants: [aVariant('MUG-2', 1)] }))
  assert.match(second.slug, /^stoneware-mug-[0-9a-f]{6}$/)
  const asked = aProduct({ slug: 'stoneware-mug', variants: [aVariant('MUG-3', 1)] })
  await assert.rejects(shop.admin('create', asked), { code: 'slug_taken', data: { slug: 'stoneware-mug' } })
})

test('leaves nothing behind when a sku is taken or a category is unknown', async () => {
  await using shop = await catalogPlatform()
  await shop.admin('create', aProduct())
  await assert.rejects(shop.admin('create', aProduct({ title: 'Other' })), { code: 'sku_taken', data: { skus: ['MUG'] } })
  const lost = aProduct({ title: 'Lost', categories: ['nowhere'], variants: [aVariant('LOST', 1)] })
  await assert.rejects(shop.admin('create', lost), { code: 'unknown_category', data: { categories: ['nowhere'] } })
  assert.equal((await shop.guest('list', {})).items.length, 1)
  assert.equal((await shop.events()).length, 1)
})

test('changes given fields, adds variants and appends prices', async () => {
  await using shop = await catalogPlatform()
  const { id } = await shop.admin('create', aProduct())
  const mug = { sku: 'MUG', weightGrams: 380, prices: [{ currency: 'EUR', amountMinor: 1_600, compareAtMinor: 1_850 }] }
  const changed = await shop.admin('update', { id, version: 1, variants: [mug, aVariant('MUG-USD', 2_000, 'USD')] })
  assert.deepEqual([changed.title, changed.version, changed.variants.map(({ sku }) => sku)], ['Stoneware Mug', 2, ['MUG', 'MUG-USD']])
  assert.deepEqual(changed.price, { currency: 'EUR', amountMinor: 1_600, compareAtMinor: 1_850 })
  const prices = (await shop.events()).filter(({ type }) => type === 'price.changed').map(({ data }) => data as Record<string, unknown>)
  assert.deepEqual(
    prices.map(({ sku, oldMinor, newMinor }) => [sku, oldMinor, newMinor]),
    [
      ['MUG', 1_850, 1_600],
      ['MUG-USD', null, 2_000],
    ],
  )
})

test('lets only one of two admins win who change the same version', async () => {
  await using shop = await catalogPlatform()
  const { id } = await shop.admin('create', aProduct())
  const both = await Promise.allSettled(['One', 'Two'].map((title) => shop.admin('update', { id, version: 1, title })))
  assert.deepEqual(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  await assert.rejects(shop.admin('update', { id, version: 1, title: 'Three' }), { code: 'version_mismatch', status: 412 })
})

test('archives instead of deleting, and brings back', async () => {
  await using shop = await catalogPlatform()
  const { id } = await shop.admin('create', aProduct())
  assert.equal(await shop.admin('archive', { id }), null)
  assert.equal(await shop.admin('archive', { id }), null)
  assert.equal((await shop.guest('list', {})).items.length, 0)
  assert.equal((await shop.guest('get', { idOrSlug: id })).status, 'archived')
  await assert.rejects(shop.admin('update', { id, version: 2, status: 'draft' }), {
    code: 'illegal_transition',
    data: { from: 'archived', to: 'draft', allowed: ['active'] },
  })
  await shop.admin('update', { id, version: 2, status: 'active' })
  assert.equal((await shop.guest('list', {})).items.length, 1)
  assert.deepEqual(
    (await shop.events()).map(({ type }) => type),
    ['product.created', 'product.archived', 'product.updated'],
  )
})

test('shows drafts to admins only', async () => {
  await using shop = await catalogPlatform()
  const { id } = await shop.admin('create', aProduct({ status: 'draft' }))
  await assert.rejects(shop.guest('get', { idOrSlug: id }), { code: 'not_found' })
  await assert.rejects(shop.guest('list', { status: 'draft' }), { code: 'permission_denied' })
  assert.equal((await shop.admin('list', { status: 'draft' })).items.length, 1)
})

test('quotes the prices in force and refuses what cannot be sold', async () => {
  await using shop = await catalogPlatform()
  await shop.admin('create', aProduct())
  const gone = await shop.admin('create', aProduct({ title: 'Gone', variants: [aVariant('GONE', 100)] }))
  await shop.admin('archive', { id: gone.id })
  const { lines, subtotalMinor } = await shop.catalog.quote({ currency: 'EUR', lines: [{ sku: 'MUG', quantity: 3 }] })
  assert.deepEqual([lines[0]?.unitMinor, lines[0]?.weightGrams, subtotalMinor], [1_850, 380, 5_550])
  const quote = (sku: string, currency = 'EUR') => shop.catalog.quote({ currency, lines: [{ sku, quantity: 1 }] })
  await assert.rejects(quote('NOWHERE'), { code: 'unknown_sku', data: { skus: ['NOWHERE'] } })
  await assert.rejects(quote('GONE'), { code: 'archived', data: { skus: ['GONE'] } })
  await assert.rejects(quote('MUG', 'JPY'), { code: 'price_missing', data: { skus: ['MUG'] } })
})

test('tolerates fields of a newer client and answers none of them: found by the fuzz', async () => {
  await using shop = await catalogPlatform()
  const media = [{ url: 'https://cdn.example/mug.jpg', alt: 'A mug', focus: 'left' }]
  const created = await shop.admin('create', aProduct({ media }))
  assert.deepEqual(created.media, [{ url: 'https://cdn.example/mug.jpg', alt: 'A mug' }])
  const changed = await shop.admin('update', { id: created.id, version: 1, media })
  assert.deepEqual(changed.media, created.media)
  assert.deepEqual((await shop.guest('get', { idOrSlug: created.id })).media, created.media)
})
