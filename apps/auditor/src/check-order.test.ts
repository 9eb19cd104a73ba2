import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOrder } from './check-order.ts'
import type { OrderFacts } from './order-facts.ts'

const NOW = 1_000_000
const SETTINGS = { quietMs: 5_000, endedWithinMs: 60_000, holdGraceMs: 1_000 }
const KEYS = ['o1:authorize:1', 'o1:capture:1']

/** A confirmed, shipped and paid order about which all agree. */
function anOrder(overrides: Partial<OrderFacts> = {}): OrderFacts {
  return {
    orderId: 'o1',
    order: {
      orderId: 'o1',
      status: 'confirmed',
      paymentStatus: 'captured',
      settled: true,
      flow: 'orchestration',
      currency: 'EUR',
      totalMinor: 1_390,
      subtotalMinor: 1_000,
      linesMinor: 1_000,
      orderNumber: 1,
      confirmedAt: 10,
      placedAt: 0,
      updatedAt: 20,
      version: 3,
      lines: 'MUG:1',
    },
    reservation: { orderId: 'o1', status: 'committed', expiresAt: null, createdAt: 0, lines: 'MUG:1' },
    payment: {
      orderId: 'o1',
      status: 'captured',
      currency: 'EUR',
      amountMinor: 1_390,
      authorizedMinor: 1_390,
      capturedMinor: 1_390,
      refundedMinor: 0,
      createdAt: 0,
      updatedAt: 20,
    },
    attempts: KEYS.map((key) => ({ orderId: 'o1', key, op: key.split(':')[1] ?? '', state: 'succeeded' })),
    shipments: [{ orderId: 'o1', status: 'label_created', createdAt: 15, lines: 'MUG:1' }],
    charges: [
      {
        orderId: 'o1',
        ref: 'ch_1',
        currency: 'EUR',
        authorizedMinor: 1_390,
        capturedMinor: 1_390,
        refundedMinor: 0,
        voided: false,
        createdAt: 5,
      },
    ],
    successes: KEYS.map((key) => ({ orderId: 'o1', key, operation: key.split(':')[1] ?? '', at: 5 })),
    ...overrides,
  }
}
/** An order that was rejected before anything moved. */
function aRejected(overrides: Partial<OrderFacts> = {}): OrderFacts {
  const order = { ...anOrder().order!, status: 'rejected', orderNumber: null, confirmedAt: null }
  return {
    orderId: 'o1',
    order,
    reservation: undefined,
    payment: undefined,
    attempts: [],
    shipments: [],
    charges: [],
    successes: [],
    ...overrides,
  }
}
function broken(facts: OrderFacts, now = NOW): string[] {
  return checkOrder(facts, SETTINGS, now).map(({ invariant }) => invariant)
}
const { order, reservation, payment, charges, attempts, successes, shipments } = anOrder()

test('finds nothing wrong with an order about which all agree', () => {
  assert.deepEqual(broken(anOrder()), [])
  assert.deepEqual(broken(aRejected()), [])
})

for (const [name, facts, expected] of [
  ['an order that never ended', anOrder({ order: { ...order!, settled: false } }), 'order.ended'],
  ['lines that do not add up', anOrder({ order: { ...order!, linesMinor: 999 } }), 'order.sums'],
  ['a confirmed order without a number', anOrder({ order: { ...order!, orderNumber: null } }), 'order.numbered'],
  ['a confirmed order whose stock was released', anOrder({ reservation: { ...reservation!, status: 'released' } }), 'confirmed.reserved'],
  ['a confirmed order with too little reserved', anOrder({ reservation: { ...reservation!, lines: 'MUG:2' } }), 'confirmed.reserved'],
  ['a confirmed order without a shipment', anOrder({ shipments: [] }), 'confirmed.shipped'],
  ['a confirmed order shipped twice', anOrder({ shipments: [...shipments, ...shipments] }), 'confirmed.shipped'],
  ['two charges for one order', anOrder({ charges: [...charges, ...charges] }), 'payment.charged-once'],
  ['a success of the provider that we do not know', anOrder({ attempts: attempts.slice(0, 1) }), 'provider.orphan'],
  ['a success that the provider does not know', anOrder({ successes: successes.slice(0, 1) }), 'provider.missing'],
  ['a rejected order that still holds stock', aRejected({ reservation: { ...reservation!, status: 'held' } }), 'rejected.released'],
  [
    'a rejected order whose charge is not voided at the provider',
    aRejected({
      payment: { ...payment!, status: 'voided', capturedMinor: 0 },
      charges: [{ ...charges[0]!, capturedMinor: 0 }],
      attempts,
      successes,
    }),
    'provider.voided',
  ],
  ['a rejected order that is shipped', aRejected({ shipments }), 'rejected.not-shipped'],
  ['a reservation without an order', { ...aRejected(), order: undefined, reservation }, 'stray.reservation'],
  ['a payment without an order', { ...aRejected(), order: undefined, payment }, 'stray.payment'],
  ['a shipment without an order', { ...aRejected(), order: undefined, shipments }, 'stray.shipment'],
  ['a charge without an order', { ...aRejected(), order: undefined, charges }, 'stray.charge'],
] as const)
  test(`finds ${name}`, () => assert.deepEqual(broken(facts), [expected]))

test('finds a confirmed order that is not paid in full', () => {
  assert.deepEqual(
    broken(anOrder({ payment: { ...payment!, capturedMinor: 1_000 }, charges: [{ ...charges[0]!, capturedMinor: 1_000 }] })),
    ['confirmed.paid'],
  )
})

test('finds money that the books disagree about', () => {
  assert.deepEqual(broken(anOrder({ charges: [{ ...charges[0]!, refundedMinor: 90 }] })), ['provider.book'])
})

test('finds a rejected order whose money is kept or held', () => {
  const kept = broken(aRejected({ payment, charges, attempts, successes }))
  assert.deepEqual(kept, ['rejected.refunded', 'rejected.voided'])
  const held = { ...payment!, status: 'authorized', capturedMinor: 0 }
  assert.deepEqual(broken(aRejected({ payment: held, charges: [{ ...charges[0]!, capturedMinor: 0 }], attempts, successes })), [
    'rejected.voided',
  ])
})

test('leaves alone what is under way', () => {
  const fresh = { ...order!, updatedAt: NOW - 1_000 }
  assert.deepEqual(broken(anOrder({ order: { ...fresh, settled: false }, shipments: [] })), [])
  assert.deepEqual(broken(anOrder({ order: fresh, shipments: [] })), [])
  assert.deepEqual(broken({ ...aRejected(), order: undefined, charges }, 1_000), [])
})
