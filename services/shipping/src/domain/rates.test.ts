import assert from 'node:assert/strict'
import { test } from 'node:test'
import { METHOD_CODES, type ParcelFacts, shippingRate } from './rates.ts'

function aParcel(overrides: Partial<ParcelFacts> = {}): ParcelFacts {
  return { country: 'DE', currency: 'EUR', subtotalMinor: 2_000, weightGrams: 400, ...overrides }
}

test('costs grow with weight, distance and speed', () => {
  const light = shippingRate('standard', aParcel())
  const heavy = shippingRate('standard', aParcel({ weightGrams: 4_000 }))
  const far = shippingRate('standard', aParcel({ country: 'JP' }))
  const fast = shippingRate('express', aParcel())
  assert.ok(light && heavy && far && fast)
  for (const dearer of [heavy, far, fast]) assert.ok(dearer.amountMinor > light.amountMinor)
  assert.ok(fast.etaDays < light.etaDays)
})

test('standard shipping is free from 100.00 on, express never', () => {
  assert.equal(shippingRate('standard', aParcel({ subtotalMinor: 9_999 }))?.amountMinor, 390)
  assert.equal(shippingRate('standard', aParcel({ subtotalMinor: 10_000 }))?.amountMinor, 0)
  assert.notEqual(shippingRate('express', aParcel({ subtotalMinor: 10_000 }))?.amountMinor, 0)
})

test('an unknown method, a parcel that is too heavy and a currency without prices have no rate', () => {
  assert.equal(shippingRate('pigeon', aParcel()), undefined)
  assert.equal(shippingRate('standard', aParcel({ weightGrams: 31_501 })), undefined)
  assert.equal(shippingRate('standard', aParcel({ currency: 'JPY' })), undefined)
})

test('every method answers for an ordinary parcel', () => {
  for (const code of METHOD_CODES) assert.ok(shippingRate(code, aParcel()))
})
