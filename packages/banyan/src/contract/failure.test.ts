import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure } from './failure.ts'
import { declareError, Type } from './index.ts'

const NOTHING = Type.Object({})

test('a declared error tells what its contract says about it, else the words of its code', () => {
  const errors = { email_taken: declareError(409, NOTHING, 'never', 'this email has an account; sign in'), sold_out: NOTHING }
  assert.deepEqual(
    [failure(errors, 'email_taken', {}), failure(errors, 'sold_out', {})].map(({ code, message, status }) => [code, message, status]),
    [
      ['email_taken', 'this email has an account; sign in', 409],
      ['sold_out', 'sold out', 409],
    ],
  )
})

test('an error that is not declared says so', () => {
  assert.equal(failure({}, 'sold_out', {}).code, 'misuse')
})
