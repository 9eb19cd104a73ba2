import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createArrivalStore } from './arrival-store.ts'

test('keeps at most so many keys, whatever comes', () => {
  const store = createArrivalStore(100)
  for (let index = 0; index < 10_000; index++) store.set(`key-${index}`, 1_000 + index, 0)
  assert.equal(store.size, 100)
})

test('drops keys whose time is over first, and those that are limited right now last', () => {
  const store = createArrivalStore(100)
  for (let index = 0; index < 100; index++)
    if (index % 10 === 0) store.set(`limited-${index / 10}`, 1_000_000_000, 0)
    else store.set(`idle-${index}`, 10, 0)
  for (let index = 0; index < 5_000; index++) store.set(`flood-${index}`, 2_000 + index, 1_000 + index)
  assert.equal(store.size, 100)
  for (let index = 0; index < 10; index++) assert.equal(store.get(`limited-${index}`), 1_000_000_000, `limited-${index}`)
})

test('replaces what it knows without dropping anything', () => {
  const store = createArrivalStore(2)
  store.set('a', 1, 0)
  store.set('b', 2, 0)
  store.set('a', 3, 0)
  assert.deepEqual([store.get('a'), store.get('b'), store.size], [3, 2, 2])
})
