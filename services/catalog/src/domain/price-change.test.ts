import assert from 'node:assert/strict'
import { test } from 'node:test'
import { priceChanges } from './price-change.ts'

const eur = { currency: 'EUR', amountMinor: 1_000, compareAtMinor: null }
const usd = { currency: 'USD', amountMinor: 1_100, compareAtMinor: null }

test('appends nothing where nothing changed', () => {
  assert.deepEqual(priceChanges([eur, usd], [{ ...eur }]), [])
})

test('tells what a price was before', () => {
  const cheaper = { ...eur, amountMinor: 900, compareAtMinor: 1_000 }
  assert.deepEqual(priceChanges([eur], [cheaper]), [{ price: cheaper, oldMinor: 1_000 }])
})

test('adds a currency that had no price', () => {
  assert.deepEqual(priceChanges([eur], [usd]), [{ price: usd, oldMinor: null }])
})
