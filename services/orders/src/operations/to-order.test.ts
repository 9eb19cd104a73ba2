import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrderState } from '../domain/order-state.ts'
import { keptOrder, toOrder } from './to-order.ts'

const state = { id: 'o1', placedAt: Date.UTC(2026, 10, 30, 9), confirmedAt: null } as OrderState

test('writes the times of an order in ISO 8601', () => {
  const { placedAt, confirmedAt } = toOrder(state)
  assert.deepEqual([placedAt, confirmedAt], ['2026-11-30T09:00:00.000Z', null])
})

test('an answer that an earlier release kept for a key is answered in the form of today', () => {
  assert.deepEqual(keptOrder(state), toOrder(state))
  assert.deepEqual(keptOrder(toOrder(state)), toOrder(state))
})
