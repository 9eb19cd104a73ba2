import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createIds, seededRandom } from '../kernel/index.ts'
import { formatTraceparent, newTrace, parseTraceparent } from './trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

const members = (count: number): string => Array.from({ length: count }, (_, index) => `v${index}=1`).join(',')

test('reads a version 00 traceparent and keeps both flag bits', () => {
  for (const [flags, expected] of [
    ['00', 0],
    ['01', 1],
    ['02', 2],
    ['03', 3],
    ['ff', 3],
  ] as const)
    assert.deepEqual(parseTraceparent(`00-${TRACE}-${SPAN}-${flags}`), { traceId: TRACE, spanId: SPAN, flags: expected })
})

test('writes what it reads', () => {
  const header = `00-${TRACE}-${SPAN}-03`
  assert.equal(formatTraceparent(parseTraceparent(header)!), header)
})

test('reads the known part of a later version, if a dash or nothing follows', () => {
  assert.equal(parseTraceparent(`01-${TRACE}-${SPAN}-01-more`)?.traceId, TRACE)
  assert.equal(parseTraceparent(`cc-${TRACE}-${SPAN}-01`)?.traceId, TRACE)
  assert.equal(parseTraceparent(`01-${TRACE}-${SPAN}-01more`), undefined)
})

test('ignores an invalid traceparent together with its tracestate', () => {
  const invalid = [
    undefined,
    '',
    'nonsense',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-0`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
    `00_${TRACE}_${SPAN}_01`,
    `0x-${TRACE}-${SPAN}-01`,
    ` 00-${TRACE}-${SPAN}-01`,
  ]
  for (const header of invalid) assert.equal(parseTraceparent(header, 'vendor=1'), undefined, String(header))
})

test('passes a tracestate on untouched, and drops one that breaks the limits of the standard', () => {
  const header = `00-${TRACE}-${SPAN}-01`
  assert.equal(parseTraceparent(header, 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7')?.state, 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7')
  assert.equal(parseTraceparent(header, members(32))?.state, members(32))
  for (const state of [members(33), `a=${'x'.repeat(600)}`, '', 'no-equals', 'a=\u{1F4A5}'])
    assert.equal('state' in parseTraceparent(header, state)!, false, state)
})

test('starts traces that are random, valid and not sampled', () => {
  const ids = createIds({ now: () => 0 }, seededRandom(1))
  const trace = newTrace(ids)
  assert.deepEqual(parseTraceparent(formatTraceparent(trace)), trace)
  assert.equal(trace.flags, 2)
  assert.notEqual(newTrace(ids).traceId, trace.traceId)
})
