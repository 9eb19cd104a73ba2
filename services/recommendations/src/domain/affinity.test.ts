import assert from 'node:assert/strict'
import { test } from 'node:test'
import { affinity } from './affinity.ts'

test('prefers what is often together to what happened together once', () => {
  const once = affinity({ together: 1, ordersOfOne: 1, ordersOfOther: 1 })
  const often = affinity({ together: 50, ordersOfOne: 80, ordersOfOther: 70 })
  assert.ok(often > once)
})

test('is not impressed by what everybody buys anyway', () => {
  const bestseller = affinity({ together: 20, ordersOfOne: 40, ordersOfOther: 1_000 })
  const companion = affinity({ together: 20, ordersOfOne: 40, ordersOfOther: 30 })
  assert.ok(companion > bestseller)
})
