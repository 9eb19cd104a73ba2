import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allDone } from './all-done.ts'

test('the values of works that run side by side come in their order', async () => {
  assert.deepEqual(await allDone([Promise.resolve(1), 'two', undefined]), [1, 'two', undefined])
})

test('the first in the list that fails is the one that is told, though a later one failed sooner, and nothing is left running', async () => {
  const slow = Promise.withResolvers<never>()
  let ended = false
  const all = allDone([slow.promise.finally(() => (ended = true)), Promise.reject(new Error('follows from it'))])
  slow.reject(new Error('the cause'))
  await assert.rejects(all, { message: 'the cause' })
  assert.equal(ended, true)
})
