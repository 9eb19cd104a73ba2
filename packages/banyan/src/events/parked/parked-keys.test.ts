import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ParkedKeys } from './parked-keys.ts'

test('few keys are known one by one', () => {
  const keys = new ParkedKeys(['a'], 3)
  keys.add('b')
  keys.delete('a')
  assert.deepEqual(
    ['a', 'b'].map((key) => keys.mayHave(key)),
    [false, true],
  )
  keys.delete('b')
  assert.ok(keys.isEmpty)
})

test('of more keys than the limit any may have parked events, and no more than the limit stay in memory', () => {
  for (const keys of [new ParkedKeys(['a', 'b', 'c', 'd'], 3), new ParkedKeys(['a', 'b', 'c'], 3)]) {
    keys.add('e')
    assert.equal(keys.size, 3)
    assert.ok(keys.mayHave('a'))
    assert.ok(keys.mayHave('never parked'))
    for (const key of ['a', 'b', 'c', 'd', 'e']) keys.delete(key)
    assert.equal(keys.isEmpty, false)
  }
})
