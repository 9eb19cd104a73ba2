import assert from 'node:assert/strict'
import { test } from 'node:test'
import { percentile, spread } from './spread.ts'

test('a spread is the median, the extremes and the number of its values, whatever their order', () => {
  assert.deepEqual(spread([9, 1, 5]), { median: 5, lowest: 1, highest: 9, samples: 3 })
  assert.deepEqual(spread([2]), { median: 2, lowest: 2, highest: 2, samples: 1 })
})

test('no values have no spread', () => {
  assert.throws(() => spread([]), /at least one value/)
})

test('a percentile is one of the values', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index)
  assert.equal(percentile(hundred, 0.5), 50)
  assert.equal(percentile(hundred, 0.99), 99)
  assert.equal(percentile(hundred, 1), 99)
})
