import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeLines } from './merge-lines.ts'

test('adds up lines of one sku and sorts by sku', () => {
  const merged = mergeLines([
    { sku: 'mug', qty: 1 },
    { sku: 'cap', qty: 2 },
    { sku: 'mug', qty: 3 },
  ])
  assert.deepEqual(merged, [
    { sku: 'cap', qty: 2 },
    { sku: 'mug', qty: 4 },
  ])
})

test('leaves a single line as it is', () => {
  assert.deepEqual(mergeLines([{ sku: 'mug', qty: 1 }]), [{ sku: 'mug', qty: 1 }])
})
