import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asTyped } from './as-typed.ts'
import { sagas } from './commands/sagas.ts'
import { PlatformAnswer } from './operator.ts'

test('names what the platform refused as it was typed', () => {
  const refusal = (...fields: { path: string; expected: string }[]) => new PlatformAnswer('invalid_argument', 'ops.sagas: …', { fields })
  const messageOf = (thrown: unknown): string => (thrown as Error).message
  const { list, skip } = sagas.actions as Required<typeof sagas.actions>
  assert.ok(list && skip)
  const wrong = refusal({ path: '/status', expected: 'must be one of "running"' }, { path: '/after', expected: 'must be nextCursor' })
  assert.equal(messageOf(asTyped(wrong, list)), '--status must be one of "running"; --after must be nextCursor')
  assert.equal(messageOf(asTyped(refusal({ path: '/id', expected: 'is too long' }), skip)), '<id> is too long')
  assert.equal(messageOf(asTyped(refusal({ path: '/other', expected: 'is wrong' }), list)), '/other is wrong')
  const plain = new PlatformAnswer('not_found', 'no such saga')
  assert.equal(asTyped(plain, list), plain)
})
