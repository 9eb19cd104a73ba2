import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closest, nearest } from './nearest.ts'

test('finds the word that was meant', () => {
  const words = ['access', 'output', 'roles', 'defineOptions']
  for (const wrong of ['acces', 'Access', 'acess', 'accesss', 'axcess', 'accses']) assert.equal(nearest(wrong, words), 'access', wrong)
  for (const wrong of ['role', 'rolse', 'rules']) assert.equal(nearest(wrong, words), 'roles', wrong)
  for (const wrong of ['', 'in', 'outputs more', 'acc']) assert.equal(nearest(wrong, words), undefined, wrong)
})

test('finds the name that needs the fewest changes, if they are few', () => {
  const names = ['ORDER_DEADLINE_MS', 'ORDER_FLOW', 'DATA']
  for (const wrong of ['ORDER_DEADLINE', 'ORDERS_DEADLINE_MS', 'order_deadline_s', 'ORDERDEADLINEMS'])
    assert.equal(closest(wrong, names), 'ORDER_DEADLINE_MS', wrong)
  assert.equal(closest('ORDERING_FLOW', names), 'ORDER_FLOW')
  for (const wrong of ['', 'DA', 'SOMETHING_ELSE', 'MS']) assert.equal(closest(wrong, names), undefined, wrong)
})
