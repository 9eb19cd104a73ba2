import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderSettings } from './settings.ts'

test('orders are driven by a saga and have two minutes when nothing is set', () => {
  assert.deepEqual(orderSettings({}), { flow: 'orchestration', deadlineMs: 120_000, sweepMs: 5_000 })
  assert.deepEqual(orderSettings({ BANYAN_ORDER_FLOW: '', BANYAN_ORDER_DEADLINE_MS: '' }), orderSettings({}))
})

test('takes the flow and the deadline from the environment', () => {
  const environment = { BANYAN_ORDER_FLOW: 'choreography', BANYAN_ORDER_DEADLINE_MS: '1000' }
  assert.deepEqual(orderSettings(environment), { flow: 'choreography', deadlineMs: 1_000, sweepMs: 200 })
})

test('refuses what it cannot honour, and says what it takes', () => {
  assert.throws(() => orderSettings({ BANYAN_ORDER_FLOW: 'events' }), /use orchestration or choreography/)
  for (const deadline of ['soon', '0', '1.5', '-1', 'Infinity'])
    assert.throws(() => orderSettings({ BANYAN_ORDER_DEADLINE_MS: deadline }), /BANYAN_ORDER_DEADLINE_MS/)
})
