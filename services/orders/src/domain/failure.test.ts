import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf } from './failure.ts'

test('keeps what participants said', () => {
  const lines = [{ sku: 'mug', requested: 2, available: 1 }]
  assert.deepEqual(failureOf({ code: 'insufficient_stock', message: '', data: { lines } }), { reason: 'insufficient_stock', lines })
  const declined = { declineCode: 'card_declined', retryable: false }
  assert.deepEqual(failureOf({ code: 'payment_declined', message: '', data: declined }), { reason: 'payment_declined', ...declined })
})

test('takes the reason of a rollback that was asked for, and the code of everything else', () => {
  assert.deepEqual(failureOf({ code: 'cancelled', message: 'deadline' }), { reason: 'deadline' })
  assert.deepEqual(failureOf({ code: 'unavailable', message: 'no instance' }), { reason: 'unavailable' })
})
