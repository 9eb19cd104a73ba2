import assert from 'node:assert/strict'
import { test } from 'node:test'
import { figureTables, isReached } from './report-table.ts'
import { type Report, reportText, withFigures } from './report.ts'
import type { Figure } from './section.ts'

const aFigure = (overrides: Partial<Figure> = {}): Figure => ({
  name: 'orders at 64 clients: throughput',
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

test('figures of one thing share a row, its floor and its aims stand below it', () => {
  const figures = [
    aFigure({ floor: 9_000, aim: { atLeast: 1_500 } }),
    aFigure({ name: 'orders at 64 clients: p99', unit: 'ms', median: 31.44, lowest: 30, highest: 40 }),
  ]
  assert.deepEqual(figureTables(figures), [
    {
      header: ['', 'of', 'throughput, orders/s', 'p99, ms'],
      rows: [
        ['orders at 64 clients', 'Banyan', '1,512 (1,400–1,600)', '31.4 (30–40)'],
        ['orders at 64 clients', 'floor', '9,000', ''],
        ['orders at 64 clients', 'aim', '≥ 1,500: reached', ''],
      ],
    },
  ])
})

test('a floor that is a subject itself is not repeated, and other measures make another table', () => {
  const call = { name: 'local call', unit: 'µs', samples: 1 }
  const figures = [
    aFigure({ ...call, subject: 'ours', median: 2.5, floor: 0.02836 }),
    aFigure({ ...call, subject: 'plain', median: 0.02836 }),
    aFigure(),
  ]
  const [calls, orders] = figureTables(figures)
  assert.deepEqual(calls?.rows, [
    ['local call', 'ours', '2.5 µs'],
    ['local call', 'plain', '0.0284 µs'],
  ])
  assert.equal(orders?.rows.length, 1)
})

test('a report says where it was measured, and with which durability', () => {
  const text = reportText(aReport([aFigure()], ['Redis did not run: it is not installed']))
  assert.match(text, /load 0\.5 at the start, Node v26\.10\.0, commit abc1234, 2026-11-22/)
  assert.match(text, /p50 0\.21 ms/)
  assert.match(text, /Durability: synchronous=FULL\./)
  assert.match(text, /^note: Redis did not run/m)
})

test('a page gets the figures between their marks, again and again, and keeps the rest', () => {
  const page = 'before\n<!-- figures:orders -->\nold\n<!-- /figures:orders -->\nafter\n'
  const report = aReport([aFigure({ subject: 'a|b' })], ['a note'])
  const [orders] = report.sections
  assert.ok(orders)
  const once = withFigures(page, orders, report) ?? ''
  assert.match(once, /^before\n<!-- figures:orders -->\n\nA CPU/)
  assert.match(once, /^\| orders at 64 clients \| a\\\|b \| 1,512 \(1,400–1,600\) \|$/m)
  assert.match(once, /^- a note\n\n<!-- \/figures:orders -->\nafter\n$/m)
  assert.doesNotMatch(once, /old/)
  assert.equal(withFigures(once, orders, report), once)
  assert.equal(withFigures('nothing', orders, report), undefined)
})
