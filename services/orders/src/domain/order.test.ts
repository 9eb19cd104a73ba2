import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrderStatus } from '../contract.ts'
import type { OrderState } from './order-state.ts'
import { allowedStatuses, decide, evolve, type OrderCommand, statusAfter } from './order.ts'

function anOrder(overrides: Partial<OrderState> = {}): OrderState {
  return {
    id: 'o1',
    orderNumber: null,
    userId: 'u1',
    status: 'pending',
    paymentStatus: 'pending',
    fulfilmentStatus: 'unfulfilled',
    settled: false,
    flow: 'orchestration',
    currency: 'EUR',
    lines: [],
    subtotalMinor: 900,
    discountMinor: 0,
    taxMinor: 0,
    shippingMinor: 100,
    totalMinor: 1_000,
    shippingMethod: 'standard',
    failure: null,
    placedAt: 0,
    confirmedAt: null,
    version: 1,
    ...overrides,
  }
}
const confirm: OrderCommand = { type: 'confirm', orderNumber: 7, at: 5 }
const cancel: OrderCommand = { type: 'request_cancel', reason: 'cancelled_by_customer' }

function given(...commands: OrderCommand[]): OrderState {
  return commands.reduce((order, command) => evolve(order, decide(order, command)), anOrder())
}

test('an order is confirmed with its number, then settled when it is shipped and paid', () => {
  const confirmed = given(confirm)
  assert.deepEqual(
    [confirmed.status, confirmed.orderNumber, confirmed.paymentStatus, confirmed.settled],
    ['confirmed', 7, 'authorized', false],
  )
  const settled = given(confirm, { type: 'settle' })
  assert.deepEqual(
    [settled.status, settled.paymentStatus, settled.fulfilmentStatus, settled.settled],
    ['confirmed', 'captured', 'fulfilled', true],
  )
  assert.equal(settled.version, 3)
})

test('a rejected order says why and is settled', () => {
  const failure = { reason: 'payment_declined', declineCode: 'card_declined', retryable: false }
  const rejected = given({ type: 'reject', failure })
  assert.deepEqual([rejected.status, rejected.paymentStatus, rejected.failure, rejected.settled], ['rejected', 'failed', failure, true])
})

test('a cancelled order is cancelling until its money and stock are back', () => {
  const cancelling = given(confirm, { type: 'settle' }, cancel)
  assert.deepEqual([cancelling.status, cancelling.settled], ['cancelling', false])
  const cancelled = evolve(cancelling, decide(cancelling, { type: 'finish_cancel', voidedMinor: 0, refundedMinor: 1_000 }))
  assert.deepEqual(
    [cancelled.status, cancelled.paymentStatus, cancelled.fulfilmentStatus, cancelled.settled],
    ['cancelled', 'refunded', 'returned', true],
  )
})

test('a parcel that cannot be called back brings the order back to confirmed', () => {
  const order = given(confirm, { type: 'settle' }, cancel, { type: 'refuse_cancel' })
  assert.deepEqual([order.status, order.settled, order.failure], ['confirmed', true, null])
})

test('every move that is not allowed is an error that names the state', () => {
  const commands: OrderCommand[] = [
    confirm,
    { type: 'reject', failure: { reason: 'deadline' } },
    { type: 'settle' },
    cancel,
    { type: 'finish_cancel', voidedMinor: 0, refundedMinor: 0 },
    { type: 'refuse_cancel' },
  ]
  const allowed: Record<OrderStatus, string[]> = {
    pending: ['confirm', 'reject', 'request_cancel'],
    confirmed: ['settle', 'request_cancel'],
    cancelling: ['finish_cancel', 'refuse_cancel'],
    rejected: [],
    cancelled: [],
    completed: [],
  }
  for (const [status, types] of Object.entries(allowed)) {
    const order = anOrder({ status: status as OrderStatus, confirmedAt: 1 })
    for (const command of commands) {
      if (types.includes(command.type)) assert.doesNotThrow(() => decide(order, command))
      else assert.throws(() => decide(order, command), new RegExp(`is ${status}`), `${command.type} from ${status}`)
    }
  }
})

test('an order that never was confirmed cannot come back from cancelling', () => {
  assert.equal(statusAfter(anOrder({ status: 'cancelling' }), 'refuse_cancel'), undefined)
})

test('an order is settled once', () => {
  assert.throws(() => given(confirm, { type: 'settle' }, { type: 'settle' }), /settled/)
})

test('says what is allowed instead', () => {
  assert.deepEqual(allowedStatuses('pending'), ['confirmed', 'rejected', 'cancelling'])
  assert.deepEqual(allowedStatuses('confirmed'), ['cancelling'])
  assert.deepEqual(allowedStatuses('cancelled'), [])
})
