import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toVariants } from './variant-input.ts'

const mug = { sku: 'MUG', weightGrams: 380, prices: [{ currency: 'EUR', amountMinor: 1_850 }] }

test('fills in what a request leaves out', () => {
  assert.deepEqual(toVariants([mug]), [
    {
      sku: 'MUG',
      title: '',
      options: {},
      weightGrams: 380,
      requiresShipping: true,
      status: 'active',
      prices: [{ currency: 'EUR', amountMinor: 1_850, compareAtMinor: null }],
    },
  ])
})

test('names the sku or the currency that is there twice', () => {
  assert.throws(() => toVariants([mug, mug]), { code: 'invalid_argument', message: /\/variants\/1\/sku/ })
  const prices = [...mug.prices, ...mug.prices]
  assert.throws(() => toVariants([{ ...mug, prices }]), { code: 'invalid_argument', message: /\/variants\/0\/prices\/1\/currency/ })
})
