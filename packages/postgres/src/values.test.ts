import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnParser, encodeParameter } from './values.ts'

test('integers come back as numbers, and throw beyond what a number holds exactly', () => {
  assert.equal(columnParser(20)('-9007199254740991'), -9_007_199_254_740_991)
  assert.throws(() => columnParser(20)('9007199254740992'), { code: 'misuse' })
  assert.equal(columnParser(1700)('42'), 42, 'SUM of BIGINT')
  assert.equal(columnParser(1700)('42.5'), 42.5)
  assert.throws(() => columnParser(1700)('9007199254740993'), { code: 'misuse' })
})

test('booleans are 0 and 1, bytes are bytes, everything else is text', () => {
  assert.equal(columnParser(16)('t'), 1)
  assert.equal(columnParser(16)('f'), 0)
  assert.deepEqual(columnParser(17)(String.raw`\x00ff`), Uint8Array.of(0, 255))
  assert.equal(columnParser(3802)('{"a": 1}'), '{"a": 1}')
  assert.equal(columnParser(1184)('2026-11-22 18:00:00+00'), '2026-11-22 18:00:00+00')
})

test('parameters that no database stores alike are refused', () => {
  assert.throws(() => encodeParameter(true as never), { code: 'misuse' })
  assert.throws(() => encodeParameter(1n as never), { code: 'misuse' })
  assert.throws(() => encodeParameter(new Date(0) as never), { code: 'misuse' })
  assert.equal(encodeParameter(null), null)
  assert.equal(encodeParameter(1.5), '1.5')
})

test('lists are quoted', () => {
  assert.equal(
    encodeParameter(['a', 'say "hi"', String.raw`back\slash`, '', 'a,b}']),
    String.raw`{"a","say \"hi\"","back\\slash","","a,b}"}`,
  )
  assert.equal(encodeParameter([1, -2]), '{1,-2}')
})
