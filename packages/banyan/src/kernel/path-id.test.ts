import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertPathId } from './path-id.ts'

test('an id that cannot stand in a path is refused, and is shown on one line', () => {
  for (const id of ['a/b', '/', 'a\\b', '.', '..', '...', 'a\nb', 'a\u0000', '\u007f', 'a\u0085b'])
    assert.throws(() => assertPathId('the id of saga "x"', id), {
      code: 'misuse',
      message: /^the id of saga "x" is "[^\n]*cannot stand in a path/,
    })
  for (const id of ['o1', 'cancel:0190-ab:4', 'a.b', '.a', 'a b', 'a%2Fb', 'é', 'a?b#c', '💥']) assertPathId('the id', id)
})
