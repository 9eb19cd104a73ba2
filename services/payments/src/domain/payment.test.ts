import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterOutcome, closed, dueMove, type PaymentState } from './payment.ts'

function aPayment(overrides: Partial<PaymentState> = {}): PaymentState {
  return {
    id: 'p1',
    orderId: 'o1',
    userId: 'u1',
    provider: 'fake',
    token: 'tok_ok',
    currency: 'EUR',
    amountMinor: 1_000,
    authorizedMinor: 0,
    capturedMinor: 0,
    refundedMinor: 0,
    voidedMinor: 0,
    status: 'created',
    providerRef: null,
    declineCode: null,
    declineRetryable: false,
    closedReason: null,
    flow: 'orchestration',
    createdAt: 0,
    version: 1,
    ...overrides,
  }
}
const success = (amountMinor = 1_000, currency = 'EUR') => ({
  kind: 'succeeded' as const,
  ref: 'ch_1',
  amount: { amountMinor, currency },
  at: 5,
})
const authorized = (): PaymentState => aPayment({ status: 'authorized', authorizedMinor: 1_000, providerRef: 'ch_1' })
const captured = (): PaymentState => aPayment({ status: 'captured', authorizedMinor: 1_000, capturedMinor: 1_000, providerRef: 'ch_1' })

test('a new payment is authorised in full, then captured in full', () => {
  const payment = aPayment()
  const move = dueMove(payment, 'authorize')
  assert.ok(move)
  assert.deepEqual(move, { op: 'authorize', amountMinor: 1_000 })
  const held = afterOutcome(payment, move, success())
  assert.deepEqual([held.status, held.authorizedMinor, held.providerRef], ['authorized', 1_000, 'ch_1'])
  const capture = dueMove(held, 'capture')
  assert.ok(capture)
  assert.deepEqual(capture, { op: 'capture', amountMinor: 1_000 })
  const done = afterOutcome(held, capture, success())
  assert.deepEqual([done.status, done.capturedMinor], ['captured', 1_000])
})

test('nothing is done twice', () => {
  assert.equal(dueMove(authorized(), 'authorize'), undefined)
  assert.equal(dueMove(captured(), 'capture'), undefined)
  assert.equal(dueMove(aPayment({ status: 'declined' }), 'authorize'), undefined)
})

test('closing gives back what is held: an authorisation is voided, a capture refunded', () => {
  const held = closed(authorized(), 'cancelled', false)
  assert.deepEqual(dueMove(held, 'capture'), { op: 'void', amountMinor: 1_000 })
  assert.deepEqual(afterOutcome(held, { op: 'void', amountMinor: 1_000 }, success()).voidedMinor, 1_000)
  const taken = closed(captured(), 'cancelled', false)
  assert.deepEqual(dueMove(taken, 'settle'), { op: 'refund', amountMinor: 1_000 })
  const refunded = afterOutcome(taken, { op: 'refund', amountMinor: 1_000 }, success())
  assert.deepEqual([refunded.status, refunded.refundedMinor], ['refunded', 1_000])
  assert.equal(dueMove(refunded, 'settle'), undefined)
})

test('a payment closed before it began is never authorised', () => {
  const tombstone = closed(aPayment(), 'cancelled', false)
  assert.equal(tombstone.status, 'voided')
  assert.equal(dueMove(tombstone, 'authorize'), undefined)
})

test('a success that comes after closing is voided', () => {
  const sent = aPayment()
  const late = afterOutcome(closed(sent, 'deadline', true), { op: 'authorize', amountMinor: 1_000 }, success())
  assert.deepEqual(dueMove(late, 'settle'), { op: 'void', amountMinor: 1_000 })
})

test('an authorisation of a wrong amount or currency is given back, never taken for the order', () => {
  for (const outcome of [success(999), success(1_000, 'USD')]) {
    const payment = afterOutcome(aPayment(), { op: 'authorize', amountMinor: 1_000 }, outcome)
    assert.equal(payment.closedReason, 'amount_mismatch')
    assert.equal(dueMove(payment, 'capture')?.op, 'void')
  }
})

test('a decline keeps its code and whether trying again can help', () => {
  const payment = afterOutcome(
    aPayment(),
    { op: 'authorize', amountMinor: 1_000 },
    { kind: 'declined', code: 'insufficient_funds', retryable: true },
  )
  assert.deepEqual([payment.status, payment.declineCode, payment.declineRetryable], ['declined', 'insufficient_funds', true])
})
