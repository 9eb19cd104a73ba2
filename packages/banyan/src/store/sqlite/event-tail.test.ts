import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEvent } from '../suite/store-harness.testsuite.ts'
import { EventTail } from './event-tail.ts'

function events(from: number, to: number, data = '{}') {
  return Array.from({ length: to - from + 1 }, (_, index) => ({ ...anEvent('k'), data, position: from + index }))
}
const positions = (page: readonly { position: number }[] | undefined) => page?.map(({ position }) => position)

test('a tail answers what it has and refers to the file for what it has not', () => {
  const tail = new EventTail({ position: 10, id: 'e10' })
  assert.deepEqual(tail.read(10, 5), [])
  assert.equal(tail.read(9, 5), undefined)
  tail.append(events(11, 14))
  assert.equal(tail.head, 14)
  assert.deepEqual(positions(tail.read(10, 3)), [11, 12, 13])
  assert.deepEqual(positions(tail.read(13, 3)), [14])
  assert.deepEqual(tail.read(14, 3), [])
  assert.equal(tail.read(9, 3), undefined)
})

test('a tail keeps a bounded number of events, the newest', () => {
  const tail = new EventTail(undefined)
  for (let start = 1; start <= 5_000; start += 10) tail.append(events(start, start + 9))
  assert.equal(tail.read(0, 10), undefined)
  assert.deepEqual(positions(tail.read(4_998, 10)), [4_999, 5_000])
  assert.equal(tail.read(4_000, 1_000)?.length, 1_000)
  assert.equal(tail.read(2_999, 1), undefined)
})

test('a tail drops events with much data rather than keep them all in memory', () => {
  const tail = new EventTail(undefined)
  tail.append(events(1, 5, 'x'.repeat(1_000_000)))
  assert.equal(tail.read(0, 10), undefined)
  assert.equal(tail.head, 5)
  tail.append(events(6, 6))
  assert.deepEqual(positions(tail.read(5, 10)), [6])
})
