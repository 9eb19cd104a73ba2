// Every bound of every contract at its extremes, by both flows: what is accepted goes all the way, what is not is refused at the first
// boundary by the name of its field. Runs on PostgreSQL as well, where texts and numbers have other limits.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import { eventually } from '@banyan/testing'
import { catalog, LINES_MAX, PRICE_MINOR_MAX, PRODUCT_SORTS, QUANTITY_MAX } from '@shop/catalog/contract'
import { inventory } from '@shop/inventory/contract'
import { type Order, type OrderFlow, orders } from '@shop/orders/contract'
import { AMOUNT_MINOR_MAX } from '@shop/payments/contract'
import { type Recommendation, recommendations } from '@shop/recommendations/contract'
import type { Contract } from 'banyan/contract'
import { BanyanError } from 'banyan/kernel'
import platform from '../platform.ts'
import { anOrder, type Shop, startShop } from './shop.fixture.ts'
import { type BoundedSchema, type Extreme, extremesOf, smallest } from './support/extremes.ts'

/** Of the whole platform, so that no service is forgotten. */
const { services } = platform
const CONTRACTS: readonly Contract[] = services.map(({ definition }) => definition.contract)
const FLOWS: readonly OrderFlow[] = ['orchestration', 'choreography']
const STAFF = { user: 'root', roles: ['admin', 'support', 'warehouse', 'finance'] }
/** Bought in any number and by any method: nothing is shipped. */
const EBOOK = { weightGrams: 0, requiresShipping: false }
const STOCK_MAX = 1_000_000

/** What became of a request: its answer, or the code it was refused with. Anything else fails the test. */
type Outcome = { readonly answer: unknown } | { readonly refusal: string }

async function outcome(what: string, run: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { answer: await run() }
  } catch (thrown) {
    if (!(thrown instanceof BanyanError) || thrown.status >= 500) assert.fail(`${what}: ${inspect(thrown)}`)
    if (thrown.code === 'invalid_argument') assert.ok((thrown.fields ?? []).length > 0, `${what}: names no field: ${thrown.message}`)
    return { refusal: thrown.code }
  }
}

function product(sku: string, overrides: object = {}) {
  const variants = [{ sku, ...EBOOK, initialStock: 10, prices: [{ currency: 'EUR', amountMinor: 100 }] }]
  return { title: `Book ${sku}`, slug: sku.toLowerCase(), variants, ...overrides }
}

async function sell(shop: Shop, input: ReturnType<typeof product>): Promise<void> {
  await shop.request(catalog, 'create', input, STAFF)
  const { sku } = input.variants[0] as { sku: string }
  await eventually(() => shop.inventory.getStock({ sku }))
}

/** Reads a list a row at a time, by its own cursors; returns how many rows it has. */
async function pagedToTheEnd(shop: Shop, contract: Contract, operation: string, input: object): Promise<number> {
  let count = 0
  for (let cursor: string | null | undefined; cursor !== null; count++) {
    const page = { ...input, limit: 1, ...(cursor === undefined ? {} : { cursor }) }
    const answer = (await shop.request(contract, operation, page, STAFF)) as { items: unknown[]; nextCursor: string | null }
    cursor = answer.nextCursor
    assert.ok(answer.items.length === 1 || cursor === null, 'a page that is not the last has its row')
  }
  return count
}

async function assertNothingHangs(shop: Shop): Promise<void> {
  await shop.auditedAtRest()
  for (const { service, sagas, parked } of shop.platform.admin.services.map((each) => ({ ...each, service: each.service }))) {
    assert.deepEqual(await sagas({ status: 'stuck', limit: 10 }), [], service)
    assert.deepEqual(await parked({ limit: 10 }), [], service)
  }
}

function ordersOf(base: unknown): Extreme[] {
  return extremesOf(orders.operations.place.input, base)
}

for (const flow of FLOWS)
  describe(`extremes by ${flow}`, () => {
    test('an order at any extreme settles or is refused by its field, and every list can be read to its end', async () => {
      await using shop = await startShop({ flow, services })
      await sell(shop, product('MUG', { variants: [{ ...product('MUG').variants[0], initialStock: STOCK_MAX }] }))
      const extremes = ordersOf({ ...anOrder(), shippingAddress: { ...anOrder().shippingAddress, line2: 'b', region: 'c', phone: '112' } })
      assert.ok(extremes.length > 30, `${extremes.length} extremes`)
      let settled = 0
      for (const { what, value } of extremes) {
        const order = await outcome(what, () => shop.request(orders, 'place', value, { key: randomUUID() }))
        if (!('answer' in order)) continue
        assert.equal((order.answer as Order).settled, true, what)
        settled++
      }
      assert.ok(settled > 20, `${settled} settled`)
      assert.equal(await pagedToTheEnd(shop, orders, 'list', {}), settled)
      await assertNothingHangs(shop)
    })

    test('a product at any extreme can be ordered, found and listed, or is refused by its field', async () => {
      await using shop = await startShop({ flow, services })
      const base = {
        ...product('BOOK'),
        description: 'd',
        brand: 'b',
        taxClass: 'books',
        attributes: { a: 'b' },
        media: [{ url: 'https://a', alt: 'b' }],
      }
      let sold = 0
      let inEuro = 0
      for (const [index, { what, value }] of extremesOf(catalog.operations.create.input, base).entries()) {
        const input = withOwnNames(value as typeof base, index)
        const created = await outcome(what, () => shop.request(catalog, 'create', input, STAFF))
        if (!('answer' in created) || (created.answer as { status: string }).status !== 'active') continue
        const { sku, price } = created.answer as { sku: string; price: { currency: string } }
        if (price.currency === 'EUR') inEuro++
        await eventually(() => shop.inventory.getStock({ sku }))
        const order = await outcome(what, () => shop.place({ items: [{ sku, quantity: 1 }] }))
        if ('answer' in order) assert.equal((order.answer as Order).settled, true, what)
        sold++
      }
      assert.ok(sold > 25, `${sold} products`)
      for (const sort of PRODUCT_SORTS)
        assert.equal(await pagedToTheEnd(shop, catalog, 'list', { sort }), sort.endsWith('price') ? inEuro : sold, sort)
      assert.ok((await pagedToTheEnd(shop, inventory, 'listStock', {})) >= sold)
      await assertNothingHangs(shop)
    })

    test('a cancellation with any reason ends the order', async () => {
      await using shop = await startShop({ flow, services })
      await sell(shop, product('MUG'))
      for (const { what, value } of extremesOf(orders.operations.cancel.input, { id: 'o', reason: 'r' })) {
        const { id } = await shop.place()
        const cancelled = await outcome(what, () => shop.request(orders, 'cancel', { ...(value as object), id }))
        if ('answer' in cancelled)
          assert.deepEqual([(cancelled.answer as Order).status, (cancelled.answer as Order).settled], ['cancelled', true], what)
      }
      await assertNothingHangs(shop)
    })

    test('what the shop itself finds is no caller’s reason: it counts as any other text', async () => {
      await using shop = await startShop({ flow, services })
      await sell(shop, product('MUG'))
      for (const reason of ['deadline', 'cancelled_by_staff', 'insufficient_stock']) {
        const { id } = await shop.place()
        await shop.request(orders, 'cancel', { id, reason })
        const seen = await shop.get(id)
        assert.deepEqual([seen.failure?.reason, seen.cancellationNote], ['other', reason])
      }
      await assertNothingHangs(shop)
    })

    test('a reason with NUL, half a character or a turn of direction is refused, and the order stays as it was', async () => {
      await using shop = await startShop({ flow, services })
      await sell(shop, product('MUG'))
      const { id } = await shop.place()
      for (const reason of ['x\0', 'x\ud800', 'x\u202e', 'x\u0007']) {
        const refused = { code: 'invalid_argument', fields: [{ path: '/reason', expected: /must be one line/ }] }
        await assert.rejects(shop.request(orders, 'cancel', { id, reason }), (error: BanyanError) => {
          assert.deepEqual([error.code, error.fields?.map(({ path }) => path)], [refused.code, ['/reason']])
          return true
        })
      }
      assert.equal((await shop.get(id)).status, 'confirmed')
      await assertNothingHangs(shop)
    })

    test('an order that costs more than can be paid is refused before anything stands; one that costs as much settles', async () => {
      await using shop = await startShop({ flow, services })
      const dear = (amountMinor: number) => ({
        variants: [{ sku: `AT-${amountMinor}`, ...EBOOK, initialStock: STOCK_MAX, prices: [{ currency: 'EUR', amountMinor }] }],
      })
      await sell(shop, product(`AT-${PRICE_MINOR_MAX}`, dear(PRICE_MINOR_MAX)))
      const items = (quantity: number, lines = 1) => ({
        items: Array.from({ length: lines }, () => ({ sku: `AT-${PRICE_MINOR_MAX}`, quantity })),
      })
      for (const [quantity, lines] of [
        [QUANTITY_MAX, 1],
        [QUANTITY_MAX, LINES_MAX],
        [AMOUNT_MINOR_MAX / PRICE_MINOR_MAX + 1, 1],
      ] as const)
        await assert.rejects(shop.place(items(quantity, lines)), (error: BanyanError) => {
          assert.deepEqual([error.code, error.fields?.map(({ path }) => path)], ['invalid_argument', ['/items']])
          return true
        })
      const order = await shop.place(items(AMOUNT_MINOR_MAX / PRICE_MINOR_MAX))
      assert.deepEqual([order.status, order.totalMinor, order.settled], ['confirmed', AMOUNT_MINOR_MAX, true])
      await assertNothingHangs(shop)
    })

    test('no operation of any service answers an extreme of its input with an error of ours', async () => {
      await using shop = await startShop({ flow, services })
      await sell(shop, product('MUG'))
      const sent = await sendAll(shop)
      assert.deepEqual(
        [...sent.keys()],
        platform.services.map(({ name }) => name),
        'every service of the platform is asked',
      )
      const count = [...sent.values()].reduce((sum, each) => sum + each, 0)
      assert.ok(count > 200, `${count} extremes`)
    })

    test('recommendations are answered for any cart, sku and limit, and an interaction counts for what is sold', async () => {
      await using shop = await startShop({ flow, services })
      await sell(shop, product('MUG'))
      await sell(shop, product('CUP'))
      const { list, recordInteraction } = recommendations.operations
      await eventually(async () => assert.deepEqual((await recommended(shop, {})).toSorted(), ['CUP', 'MUG']))
      for (const { what, value } of extremesOf(recordInteraction.input, { sku: 'MUG', kind: 'view' })) {
        const accepted = (value as { sku: string }).sku === 'MUG' // others are no products, and count nothing
        const answer = await shop.request(recommendations, 'recordInteraction', value, { user: randomUUID() }) // once a day and user
        assert.deepEqual(answer, { accepted }, what)
      }
      assert.deepEqual(await recommended(shop, { cart: 'MUG,'.repeat(500) }), ['CUP'], 'a cart of 2,000 characters')
      const extremes = extremesOf(list.input as object, { sku: 'MUG', cart: 'MUG', userId: 'alice', limit: 1 })
      assert.ok(extremes.length >= 8, `${extremes.length} extremes`)
      for (const { what, value } of extremes) {
        const answered = await outcome(what, () => recommended(shop, value as object))
        if ('answer' in answered) assert.ok((answered.answer as string[]).length <= ((value as { limit?: number }).limit ?? 50), what)
      }
    })
  })

/** Gives a product names that no other one has, where the extreme is not about them. */
function withOwnNames<P extends { slug?: string; variants: readonly { sku: string }[] }>(input: P, index: number): P {
  const variants = input.variants.map((variant, place) =>
    variant.sku.startsWith('BOOK') ? { ...variant, sku: `B-${index}-${place}` } : variant,
  )
  return { ...input, variants, ...(input.slug === undefined || input.slug === 'book' ? { slug: `b-${index}` } : {}) }
}

/** Returns the skus that are recommended. */
async function recommended(shop: Shop, input: object): Promise<string[]> {
  const { items } = (await shop.request(recommendations, 'list', input)) as { items: Recommendation[] }
  return items.map(({ sku }) => sku)
}

/** Inputs that get as far as an operation can, where the smallest one does not. */
const BASES: Readonly<Record<string, object>> = {
  'catalog.quote': { currency: 'EUR', lines: [{ sku: 'MUG', quantity: 1 }] },
  'inventory.adjust': { sku: 'MUG', delta: 1, reason: 'count' },
  'inventory.reserve': { orderId: 'o1', lines: [{ sku: 'MUG', qty: 1 }] },
  'payments.authorize': { orderId: 'o1', userId: 'u', amountMinor: 100, currency: 'EUR', provider: 'fake', token: 'tok_ok' },
  'payments.prepare': { orderId: 'o2', userId: 'u', amountMinor: 100, currency: 'EUR', provider: 'fake', token: 'tok_ok' },
  'shipping.createShipment': { ...consignment('o1') },
  'shipping.prepare': { ...consignment('o2') },
  'users.register': { email: 'a@example.org', password: 'correct horse battery', name: 'Ada' },
}

function consignment(orderId: string) {
  const { shippingAddress: address } = anOrder()
  return { orderId, userId: 'u', shippingMethod: 'standard', address, lines: [{ lineId: '1', sku: 'MUG', qty: 1 }] }
}

/** Sends every extreme of every operation once; returns how many were sent to each service. */
async function sendAll(shop: Shop): Promise<Map<string, number>> {
  const sent = new Map<string, number>()
  for (const contract of CONTRACTS)
    for (const [name, { input, access, idempotency }] of Object.entries(contract.operations)) {
      const id = `${contract.name}.${name}`
      for (const { what, value } of extremesOf(input as BoundedSchema, BASES[id] ?? smallest(input as BoundedSchema))) {
        const key = idempotency === 'none' ? {} : { key: randomUUID() }
        const client = shop.platform.client(contract) as Readonly<Record<string, (input: unknown) => Promise<unknown>>>
        const send =
          access === 'internal'
            ? () => (client[name] as (input: unknown) => Promise<unknown>)(value)
            : () => shop.request(contract, name, value, { ...STAFF, ...key, waitMs: 0 })
        await outcome(`${id} ${what}`, send)
        sent.set(contract.name, (sent.get(contract.name) ?? 0) + 1)
      }
    }
  return sent
}
