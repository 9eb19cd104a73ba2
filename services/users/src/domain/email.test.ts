import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalEmail } from './email.ts'

test('compares emails without case and surrounding blanks', () => {
  assert.equal(normalEmail('  Ada@Example.ORG '), 'ada@example.org')
})
