import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exceededQuota } from './customer-quota.ts'

const limits = { openOrders: 3, openUnits: 10, cancellationsPerHour: 2 }
const none = { openOrders: 0, openUnits: 0, cancellations: 0 }

test('an order within all quotas may be placed', () => {
  assert.equal(exceededQuota(limits, none, 1), undefined)
  assert.equal(exceededQuota(limits, { openOrders: 2, openUnits: 9, cancellations: 1 }, 1), undefined)
})

test('each quota refuses what is beyond it, and says by how much', () => {
  assert.deepEqual(exceededQuota(limits, { ...none, openOrders: 3 }, 1), { quota: 'open_orders', max: 3, current: 3 })
  assert.deepEqual(exceededQuota(limits, { ...none, openOrders: 1, openUnits: 9 }, 2), { quota: 'open_units', max: 10, current: 9 })
  assert.deepEqual(exceededQuota(limits, { ...none, cancellations: 2 }, 1), { quota: 'cancellations', max: 2, current: 2 })
})

test('the only open order may be of any size', () => {
  assert.equal(exceededQuota(limits, none, 1_000_000), undefined)
})
