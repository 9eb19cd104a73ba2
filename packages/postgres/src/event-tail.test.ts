import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventTail, type NumberedEvent } from './event-tail.ts'

const at = (position: number, data = '{}'): NumberedEvent => ({
  number: position * 10,
  event: {
    position,
    id: `e${position}`,
    type: 't',
    version: 1,
    key: 'k',
    time: 0,
    data,
    correlationId: '',
    causationId: '',
    traceparent: '',
  },
})
const range = (first: number, last: number): NumberedEvent[] => Array.from({ length: last - first + 1 }, (_, index) => at(first + index))
const positions = (tail: EventTail, after: number, limit: number): number[] | undefined =>
  tail.read(after, limit)?.map(({ position }) => position)

test('answers what it has, and only that', () => {
  const tail = new EventTail()
  assert.equal(tail.read(0, 10), undefined)
  tail.append(range(5, 8))
  assert.deepEqual(positions(tail, 5, 2), [6, 7])
  assert.deepEqual(positions(tail, 4, 10), [5, 6, 7, 8])
  assert.equal(tail.read(3, 10), undefined, 'older ones are in the database')
  assert.equal(tail.read(8, 10), undefined, 'another process may have written more')
  assert.equal(tail.positionOf(70), 7)
  assert.equal(tail.positionOf(71), undefined)
})

test('a gap, because another process sequenced in between, never shows as one', () => {
  const tail = new EventTail()
  tail.append(range(1, 3))
  tail.append(range(6, 7))
  assert.equal(tail.read(2, 10), undefined)
  assert.deepEqual(positions(tail, 5, 10), [6, 7])
})

test('is bounded in number and size', () => {
  const tail = new EventTail()
  tail.append(range(1, 3_000))
  assert.equal(tail.read(1_975, 1), undefined)
  assert.deepEqual(positions(tail, 1_976, 1), [1_977])
  assert.deepEqual(positions(tail, 2_999, 5), [3_000])
  tail.append(range(3_001, 4_024))
  assert.deepEqual(positions(tail, 1_976, 1), [1_977], 'forgetting is rare')
  tail.append(range(4_025, 4_025))
  assert.equal(tail.read(3_000, 1), undefined)
  assert.deepEqual(positions(tail, 3_001, 1), [3_002])
  const large = new EventTail()
  for (let position = 1; position <= 10; position++) large.append([at(position, 'x'.repeat(1_000_000))])
  assert.equal(large.read(5, 1), undefined)
  assert.deepEqual(positions(large, 8, 5), [9, 10])
})
