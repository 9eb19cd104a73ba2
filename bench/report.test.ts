import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReached, type Report, reportMarkdown, reportText } from './report.ts'
import type { Figure } from './section.ts'

const aFigure = (overrides: Partial<Figure> = {}): Figure => ({
  name: 'orders at 64 clients',
  unit: 'orders/s',
  median: 1_512.34,
  lowest: 1_400,
  highest: 1_600,
  samples: 3,
  ...overrides,
})

const aReport = (figures: readonly Figure[], notes: readonly string[] = []): Report => ({
  machine: { cpu: 'A CPU', cores: 2, memoryGb: 8, load: 0.5, node: 'v26.10.0', commit: 'abc1234', fdatasyncMs: { p50: 0.21, p99: 1 } },
  at: '2026-11-22T12:00:00.000Z',
  repeat: 3,
  sections: [{ name: 'orders', measures: 'Orders.', durability: 'synchronous=FULL', figures, notes }],
})

test('an aim is reached from its own value on', () => {
  assert.equal(isReached(aFigure()), undefined)
  assert.equal(isReached(aFigure({ median: 4, aim: { atMost: 4 } })), true)
  assert.equal(isReached(aFigure({ median: 4.01, aim: { atMost: 4 } })), false)
  assert.equal(isReached(aFigure({ median: 1_499, aim: { atLeast: 1_500 } })), false)
})

test('a figure is printed with its spread, its floor and whether it reached its aim', () => {
  const text = reportText(aReport([aFigure({ floor: 9_000, aim: { atLeast: 1_500 } })]))
  assert.match(text, /load 0\.5 at the start, Node v26\.10\.0, commit abc1234/)
  assert.match(text, /p50 0\.21 ms/)
  assert.match(text, /orders at 64 clients +1,512 +1,400–1,600 +orders\/s +9,000 +≥ 1,500: reached/)
  assert.match(text, /Durability: synchronous=FULL\./)
})

test('small figures keep three digits, a single sample has no spread', () => {
  const text = reportText(aReport([aFigure({ median: 0.02836, samples: 1, unit: 'CPU-ms' })]))
  assert.match(text, /orders at 64 clients +0\.0284 +CPU-ms/)
})

test('Markdown has a table and the notes', () => {
  const text = reportMarkdown(aReport([aFigure({ subject: 'a|b' })], ['Redis did not run: it is not installed']))
  assert.match(text, /^### orders$/m)
  assert.match(text, /^\| orders at 64 clients \| a\\\|b \| 1,512 \| 1,400–1,600 \| orders\/s \| {2}\| {2}\|$/m)
  assert.match(text, /^- Redis did not run/m)
})
