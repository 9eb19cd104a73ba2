import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderSettings } from './settings.ts'

test('orders are driven by a saga and have two minutes when nothing is set', () => {
  const { quotas: _, ...others } = orderSettings({})
  assert.deepEqual(others, { flow: 'orchestration', deadlineMs: 120_000, sweepMs: 5_000 })
  assert.deepEqual(orderSettings({ BANYAN_ORDER_FLOW: '', BANYAN_ORDER_DEADLINE_MS: '' }), orderSettings({}))
})

test('takes the flow and the deadline from the environment', () => {
  const environment = { BANYAN_ORDER_FLOW: 'choreography', BANYAN_ORDER_DEADLINE_MS: '1000' }
  const { quotas: _, ...others } = orderSettings(environment)
  assert.deepEqual(others, { flow: 'choreography', deadlineMs: 1_000, sweepMs: 200 })
})

test('quotas of a customer are set one by one, or turned off together with the rate limits', () => {
  assert.deepEqual(orderSettings({ BANYAN_CUSTOMER_OPEN_ORDERS_MAX: '2', BANYAN_CUSTOMER_OPEN_UNITS_MAX: 'off' }).quotas, {
    openOrders: 2,
    openUnits: Infinity,
    cancellationsPerHour: 30,
  })
  const off = { openOrders: Infinity, openUnits: 7, cancellationsPerHour: Infinity }
  assert.deepEqual(orderSettings({ BANYAN_RATE_LIMITS: 'off', BANYAN_CUSTOMER_OPEN_UNITS_MAX: '7' }).quotas, off)
  for (const value of ['0', '-1', '1.5', 'many'])
    assert.throws(() => orderSettings({ BANYAN_CUSTOMER_CANCELLATIONS_MAX: value }), /BANYAN_CUSTOMER_CANCELLATIONS_MAX/)
})

test('refuses what it cannot honour, and says what it takes', () => {
  assert.throws(() => orderSettings({ BANYAN_ORDER_FLOW: 'events' }), /use orchestration or choreography/)
  for (const deadline of ['soon', '0', '1.5', '-1', 'Infinity'])
    assert.throws(() => orderSettings({ BANYAN_ORDER_DEADLINE_MS: deadline }), /BANYAN_ORDER_DEADLINE_MS/)
})
