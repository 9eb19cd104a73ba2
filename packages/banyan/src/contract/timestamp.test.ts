import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromTimestamp, GivenTimestamp, inputCheck, schemaCheck, Timestamp, toTimestamp, toTimestampOrNull, Type } from './index.ts'

const taken = (text: unknown): boolean => schemaCheck(GivenTimestamp).fits(text)

test('writes moments in one way', () => {
  const at = Date.UTC(2026, 10, 30, 9)
  assert.equal(toTimestamp(at), '2026-11-30T09:00:00.000Z')
  assert.equal(fromTimestamp(toTimestamp(at)), at)
  assert.equal(toTimestampOrNull(null), null)
  assert.equal(schemaCheck(Timestamp).fits(toTimestamp(at)), true)
  for (const other of ['2026-11-30T09:00:00Z', '2026-11-30T10:00:00.000+01:00', at]) assert.equal(schemaCheck(Timestamp).fits(other), false)
})

test('reads moments of RFC 3339, with an offset as well', () => {
  const at = Date.UTC(2026, 10, 30, 9, 0, 0, 120)
  for (const text of [
    '2026-11-30T09:00:00.12Z',
    '2026-11-30T10:00:00.120+01:00',
    '2026-11-30t03:30:00.120-05:30',
    '2026-11-30T09:00:00.120999999z',
  ]) {
    assert.equal(taken(text), true, text)
    assert.equal(fromTimestamp(text), at, text)
  }
  assert.equal(taken('2028-02-29T00:00:00Z'), true)
})

test('refuses what is no moment, or not of one meaning', () => {
  const wrong = [
    '',
    '0',
    '1764493200000',
    '2026-11-30',
    '2026-11-30T09:00:00',
    '2026-11-30 09:00:00Z',
    '2026-11-30T09:00Z',
    '26-11-30T09:00:00Z',
  ]
  const impossible = [
    '2026-02-30T00:00:00Z',
    '2027-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-30T24:00:00Z',
    '2026-11-30T09:60:00Z',
  ]
  for (const text of [
    ...wrong,
    ...impossible,
    '2026-11-30T09:00:00+1:00',
    '2026-11-30T09:00:00+25:00',
    '+012026-11-30T09:00:00Z',
    ' 2026-11-30T09:00:00Z',
    '2026-11-30T09:00:00Z\n',
  ])
    assert.equal(taken(text), false, JSON.stringify(text))
})

test('every moment it takes can be read', () => {
  for (const text of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999-23:59', '1969-12-31T23:59:60Z', '2016-12-31T23:59:60Z'])
    if (taken(text)) assert.ok(Number.isSafeInteger(fromTimestamp(text)), text)
})

test('says what a moment must look like', () => {
  assert.throws(
    () => inputCheck(Type.Object({ from: GivenTimestamp })).parse({ from: '1764493200000' }, 'it'),
    /must be a moment as RFC 3339 writes it/,
  )
})
