import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LINES_MAX, PRICE_MINOR_MAX, QUANTITY_MAX } from '../contract.ts'
import { type Offer, quoteLines } from './quote.ts'

function anOffer(overrides: Partial<Offer> = {}): Offer {
  return {
    sku: 'MUG',
    productId: 'p1',
    productTitle: 'Mug',
    variantTitle: '',
    sellable: true,
    unitMinor: 1_850,
    weightGrams: 380,
    requiresShipping: true,
    taxClass: 'standard',
    ...overrides,
  }
}

function offers(...list: readonly Offer[]): Map<string, Offer> {
  return new Map(list.map((offer) => [offer.sku, offer]))
}

test('prices lines in the order asked for', () => {
  const large = anOffer({ sku: 'MUG-L', variantTitle: 'Large', unitMinor: 2_000 })
  const quoted = quoteLines(
    'EUR',
    [
      { sku: 'MUG-L', quantity: 1 },
      { sku: 'MUG', quantity: 3 },
    ],
    offers(anOffer(), large),
  )
  assert.ok(quoted.kind === 'quoted')
  assert.deepEqual(
    quoted.quote.lines.map(({ sku, title, unitMinor, totalMinor }) => [sku, title, unitMinor, totalMinor]),
    [
      ['MUG-L', 'Mug, Large', 2_000, 2_000],
      ['MUG', 'Mug', 1_850, 5_550],
    ],
  )
  assert.equal(quoted.quote.subtotalMinor, 7_550)
})

test('names every sku it cannot price, once each, the gravest reason first', () => {
  const lines = [
    { sku: 'GONE', quantity: 1 },
    { sku: 'NOWHERE', quantity: 1 },
    { sku: 'NOWHERE', quantity: 2 },
  ]
  const known = offers(anOffer({ sku: 'GONE', sellable: false, unitMinor: null }))
  assert.deepEqual(quoteLines('EUR', lines, known), { kind: 'refused', reason: 'unknown_sku', skus: ['NOWHERE'] })
  assert.deepEqual(quoteLines('EUR', lines.slice(0, 1), known), { kind: 'refused', reason: 'archived', skus: ['GONE'] })
})

test('refuses a variant without a price in the currency, but not a free one', () => {
  const line = [{ sku: 'MUG', quantity: 1 }]
  assert.deepEqual(quoteLines('JPY', line, offers(anOffer({ unitMinor: null }))), {
    kind: 'refused',
    reason: 'price_missing',
    skus: ['MUG'],
  })
  const free = quoteLines('EUR', line, offers(anOffer({ unitMinor: 0 })))
  assert.ok(free.kind === 'quoted' && free.quote.subtotalMinor === 0)
})

test('stays exact at the bounds of the contract', () => {
  const lines = Array.from({ length: LINES_MAX }, () => ({ sku: 'MUG', quantity: QUANTITY_MAX }))
  const quoted = quoteLines('EUR', lines, offers(anOffer({ unitMinor: PRICE_MINOR_MAX })))
  assert.ok(quoted.kind === 'quoted')
  assert.ok(Number.isSafeInteger(quoted.quote.subtotalMinor))
})
