import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '../contract/index.ts'
import { inputText, readInput } from './input.ts'

const name = 'order'
const described = { name, input: Type.Object({ sku: Type.String() }) }
const undescribed = { name, input: undefined }

test('a schema says what of an input is kept; without one it is kept whole', () => {
  assert.equal(inputText(described, { sku: 'a', admin: true }), '{"sku":"a"}')
  assert.equal(inputText(undescribed, { sku: 'a', admin: true, none: undefined }), '{"sku":"a","admin":true}')
})

test('an input that does not fit, or that JSON would change, is our mistake', () => {
  assert.throws(() => inputText(described, { sku: 1 }), { code: 'internal' })
  assert.throws(() => inputText(undescribed, { at: new Date(0) }), {
    code: 'misuse',
    message: /the input of saga "order" at \/at is a Date/,
  })
})

test('what an older version was started with shows what the schema of today declares, whether it fits or not', () => {
  assert.deepEqual(readInput(described, '{"sku":"a","admin":true}'), { sku: 'a' })
  assert.deepEqual(readInput(described, '{"admin":true}'), {})
  assert.deepEqual(readInput(undescribed, '{"admin":true}'), { admin: true })
})
