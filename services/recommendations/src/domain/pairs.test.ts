import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distinctSkus, PAIRED_SKUS_MAX, pairsOf } from './pairs.ts'

test('pairs each sku with each other one, in both directions', () => {
  const skus = distinctSkus([{ sku: 'B' }, { sku: 'A' }, { sku: 'B' }])
  assert.deepEqual(skus, ['A', 'B'])
  assert.deepEqual(pairsOf(skus), [
    ['A', 'B'],
    ['B', 'A'],
  ])
})

test('makes no pairs of one sku', () => {
  assert.deepEqual(pairsOf(['A']), [])
})

test('bounds the pairs of a huge order', () => {
  const skus = Array.from({ length: 200 }, (_, index) => `S${index}`)
  assert.equal(pairsOf(skus).length, PAIRED_SKUS_MAX * (PAIRED_SKUS_MAX - 1))
})
