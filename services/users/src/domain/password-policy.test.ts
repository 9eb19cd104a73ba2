import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordFaults } from './password-policy.ts'

const email = 'ada.lovelace@example.org'

test('accepts a passphrase without digits or signs', () => {
  assert.deepEqual(passwordFaults('correct horse battery staple', email), [])
})

test('names each fault of a password', () => {
  assert.deepEqual(passwordFaults('aaa', email), ['must have at least 8 characters', 'must have at least 4 different characters'])
})

test('refuses common passwords whatever their case', () => {
  assert.deepEqual(passwordFaults('Password123', email), ['must not be one of the most common passwords'])
})

test('refuses the email and the part before its @', () => {
  assert.deepEqual(passwordFaults('ADA.lovelace', email), ['must not be the email address'])
  assert.deepEqual(passwordFaults(email, email), ['must not be the email address'])
})

test('two faults make one sentence: each says what a password must or must not be', () => {
  const faults = ['password', 'aaaaaaa', 'rootroot', 'ada.lovelace'].flatMap((password) => passwordFaults(password, email))
  assert.ok(faults.length >= 4)
  for (const fault of faults) assert.match(fault, /^must (?:not be|have) [^;.]+$/)
})
