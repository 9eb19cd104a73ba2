import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowedStatuses, canMove } from './product-status.ts'

test('brings archived products back on sale', () => {
  assert.ok(canMove('active', 'archived'))
  assert.ok(canMove('archived', 'active'))
})

test('never makes a draft of what was on sale', () => {
  assert.deepEqual(allowedStatuses('active'), ['archived'])
  assert.ok(!canMove('archived', 'draft'))
})
