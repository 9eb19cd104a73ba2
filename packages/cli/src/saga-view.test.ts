import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sagaText } from './saga-view.ts'

const saga = { service: 'orders', id: 'o1', name: 'place-order', updatedAt: '1970-01-01T00:00:00.000Z' }
const step = { number: 1, attempts: 1, compensationAttempts: 0, error: null }

test('a step without a compensation is shown as kept, with the reason', () => {
  const text = sagaText({ ...saga, status: 'compensated', failure: null }, [
    { ...step, name: 'reserve', state: 'compensated' },
    { ...step, name: 'tell', state: 'kept' },
  ])
  assert.match(text, /reserve +compensated /)
  assert.match(text, /tell +kept \(nothing to undo\) /)
})

test('a stuck saga is shown with what its step failed with, where, and what to do', () => {
  const error = { code: 'internal', message: 'it was logged', cause: 'TypeError: x is undefined\n    at capture (capture.ts:3:4)' }
  const failure = { code: 'internal', message: 'it was logged', stuck: { ...error, phase: 'forward', step: 'capture' } }
  const text = sagaText({ ...saga, status: 'stuck', failure }, [{ ...step, name: 'capture', state: 'failed', error }])
  assert.match(
    text,
    /Last failure of step capture: internal: it was logged\n {2}TypeError: x is undefined\n {6}at capture \(capture\.ts:3:4\)/,
  )
  assert.equal(text.split('TypeError').length, 2, 'once')
  assert.match(text, /banyan sagas retry orders o1 --reason/)
  assert.match(text, /banyan sagas skip orders o1 --step capture \[--output JSON\] --reason/)
})

test('an error of the function itself is shown with its place', () => {
  const stuck = { code: 'internal', message: 'it was logged', cause: 'TypeError: y', phase: 'forward' }
  const text = sagaText({ ...saga, status: 'stuck', failure: { code: 'internal', message: 'it was logged', stuck } }, [])
  assert.match(text, /Last failure of the saga: internal: it was logged\n {2}TypeError: y/)
  assert.doesNotMatch(text, /skip/)
})

test('nothing in ids, names, messages or causes fakes a line or reaches the terminal as a command', () => {
  const hostile = 'x\u001B[2J\r\nLast failure of step pay: ok\u2028\u202E\u200B'
  const error = { code: hostile, message: hostile, cause: `${hostile}\n    at x (y.ts:1:1)` }
  const failure = { ...error, stuck: { ...error, phase: 'forward', step: hostile } }
  const shown = sagaText({ ...saga, id: hostile, service: hostile, name: hostile, status: 'stuck', failure }, [
    { ...step, name: hostile, state: hostile, error },
  ])
  assert.match(shown, /^[ -~\n]+$/)
  assert.doesNotMatch(shown, /^Last failure of step pay/m)
})
