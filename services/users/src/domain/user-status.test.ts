import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowedStatuses, canMove, maySignIn } from './user-status.ts'

test('lets an account be disabled and enabled again', () => {
  assert.ok(canMove('active', 'disabled'))
  assert.ok(canMove('disabled', 'active'))
})

test('never leaves erased', () => {
  assert.deepEqual(allowedStatuses('erased'), [])
  assert.ok(!canMove('erased', 'active'))
})

test('lets only active accounts sign in', () => {
  assert.deepEqual((['pending', 'active', 'locked', 'disabled', 'erasing', 'erased'] as const).filter(maySignIn), ['active'])
})
