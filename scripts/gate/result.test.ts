import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printSummary, type Result } from './result.ts'

const good: Result = { name: 'good', passed: 2, failures: [], skips: [], durationMs: 1 }

test('the last line sums everything and the exit code follows it', (t) => {
  const lines = t.mock.method(console, 'log', () => {})
  const bad: Result = { ...good, passed: 1, failures: [{ name: 'x', detail: 'y' }] }
  assert.equal(printSummary([good, bad], false), 1)
  assert.equal(lines.mock.calls.at(-1)?.arguments[0], '\n3 passed, 1 failed')
  assert.equal(printSummary([good], false), 0)
})

test('a skip fails only when skips are forbidden', (t) => {
  t.mock.method(console, 'log', () => {})
  const skipping: Result = { ...good, skips: [{ name: 'a', reason: 'no moon' }] }
  assert.equal(printSummary([skipping], false), 0)
  assert.equal(printSummary([skipping], true), 1)
})

test('a difference that an adapter declares is listed and fails nothing', (t) => {
  const lines = t.mock.method(console, 'log', () => {})
  const differing: Result = { ...good, skips: [{ name: 'a', reason: 'feature shared: several processes may open it' }] }
  assert.equal(printSummary([differing], true), 0)
  assert.match(String(lines.mock.calls[0]?.arguments[0]), /Declared differences[\s\S]*a: feature shared/)
})

test('nothing run is a failure', (t) => {
  t.mock.method(console, 'log', () => {})
  assert.equal(printSummary([], false), 1)
})
