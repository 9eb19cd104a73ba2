import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asReason, CANCELLATION_REASONS, cancelledFor, GIVEN_REASONS } from './cancellation-reason.ts'

test('a reason of the contract is kept as it is, with its note apart', () => {
  assert.deepEqual(cancelledFor({ reason: 'too_late', note: 'it was for Monday' }, 'other'), {
    reason: 'too_late',
    note: 'it was for Monday',
  })
  assert.deepEqual(cancelledFor({}, 'cancelled_by_customer'), { reason: 'cancelled_by_customer', note: undefined })
})

test('any other text is a note, and the reason is other', () => {
  assert.deepEqual(cancelledFor({ reason: 'my aunt Ann is ill' }, 'other'), { reason: 'other', note: 'my aunt Ann is ill' })
  assert.deepEqual(cancelledFor({ reason: 'ill', note: 'sorry' }, 'other'), { reason: 'other', note: 'ill\nsorry' })
})

test('what the shop itself finds is nobody’s to give', () => {
  for (const reason of CANCELLATION_REASONS.filter((known) => !GIVEN_REASONS.some((given) => given === known)))
    assert.deepEqual(cancelledFor({ reason }, 'cancelled_by_staff'), { reason: 'other', note: reason })
  for (const reason of GIVEN_REASONS) assert.deepEqual(cancelledFor({ reason }, 'cancelled_by_staff'), { reason, note: undefined })
})

test('what a person wrote never passes for a reason', () => {
  assert.equal(asReason('Ann called at 5'), 'other')
  assert.equal(asReason('deadline'), 'deadline')
})
