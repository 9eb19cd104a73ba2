import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canBeCancelled, trackingNumber } from './shipment.ts'

test('a shipment can be called back until the carrier has it', () => {
  assert.ok(canBeCancelled('pending'))
  assert.ok(canBeCancelled('label_created'))
  assert.ok(canBeCancelled('cancelled'), 'repeating is harmless')
  assert.equal(canBeCancelled('in_transit'), false)
  assert.equal(canBeCancelled('delivered'), false)
})

test('a tracking number follows from the shipment', () => {
  assert.equal(trackingNumber('01890000-1111-7222-8333-444455556666'), 'BY83334444555566'.slice(0, 2) + '33444455556666')
})
