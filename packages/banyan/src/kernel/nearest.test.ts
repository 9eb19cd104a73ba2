import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from './nearest.ts'

test('finds the word that was meant', () => {
  const words = ['access', 'output', 'roles', 'defineOptions']
  for (const wrong of ['acces', 'Access', 'acess', 'accesss', 'axcess', 'accses']) assert.equal(nearest(wrong, words), 'access', wrong)
  for (const wrong of ['role', 'rolse', 'rules']) assert.equal(nearest(wrong, words), 'roles', wrong)
  for (const wrong of ['', 'in', 'outputs more', 'acc']) assert.equal(nearest(wrong, words), undefined, wrong)
})
