import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withShownTimes } from './shown-times.ts'

test('shows moments of a row in ISO 8601, and nothing else', () => {
  const row = { at: 0, time: 1, createdAt: 1_000, wakeAt: null, attempts: 3, position: 7, flat: 5, data: { at: 2 } }
  assert.deepEqual(withShownTimes(row), {
    at: '1970-01-01T00:00:00.000Z',
    time: '1970-01-01T00:00:00.001Z',
    createdAt: '1970-01-01T00:00:01.000Z',
    wakeAt: null,
    attempts: 3,
    position: 7,
    flat: 5,
    data: { at: 2 },
  })
})

test('shows a moment that never comes as none, up to the last of four digits', () => {
  assert.deepEqual(withShownTimes({ wakeAt: 8_640_000_000_000_000 }), { wakeAt: null })
  assert.deepEqual(withShownTimes({ wakeAt: Date.UTC(10_000, 0, 1) }), { wakeAt: null })
  assert.deepEqual(withShownTimes({ wakeAt: Date.UTC(10_000, 0, 1) - 1 }), { wakeAt: '9999-12-31T23:59:59.999Z' })
})
