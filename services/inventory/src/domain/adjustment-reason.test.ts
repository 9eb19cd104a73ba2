import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adjustedFor } from './adjustment-reason.ts'

test('a reason of the contract stays in the journal; anything else is a note', () => {
  assert.deepEqual(adjustedFor('damaged'), { reason: 'damaged', note: undefined })
  assert.deepEqual(adjustedFor('Bob dropped a box'), { reason: 'other', note: 'Bob dropped a box' })
})
