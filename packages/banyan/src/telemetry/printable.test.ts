import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oneLine, printable } from './printable.ts'

/** What a hostile id, reason or message may hold: colours, a title, a cleared screen, a faked line, turned and hidden text. */
const HOSTILE = [
  '\u001B[2J\u001B[H',
  '\u001B]0;title\u0007',
  '\u009B31m',
  '\u0000',
  '\u0008\u0008',
  '\u007F',
  '\r',
  '\n',
  '\t',
  '\u000B',
  '\u0085',
  '\u2028',
  '\u2029',
  '\u202E',
  '\u2066',
  '\u061C',
  '\u200B',
  '\u200D',
  '\u2060',
  '\uFEFF',
  '\u00AD',
  '\u3164',
  '\u115F',
  '\u{E0041}',
  '\u{E0100}',
  '\uD800',
  '\uDC00',
]

test('leaves nothing in a text that a terminal obeys, hides or breaks its line at', () => {
  for (const hostile of HOSTILE) {
    const shown = oneLine(`a${hostile}b`)
    assert.match(shown, /^a(?:\\[nrt]|\\u[0-9a-f]{4}|[ -~])+b$/, JSON.stringify(hostile))
    assert.equal(JSON.parse(`"${shown}"`), `a${hostile}b`, 'says what was there')
  }
})

test('leaves what people read as it is', () => {
  for (const text of ['', 'plain', 'Özil, 張偉, العربية, हिन्दी', 'price 3 € · “quoted” – 🙂', 'C:\\path\\new', 'e\u0301'])
    assert.equal(oneLine(text), text)
})

test('keeps meant line breaks and nothing else', () => {
  assert.equal(printable('a\nb\r\u001B[1mc'), 'a\nb\\r\\u001b[1mc')
})

test('an escaped line of JSON is the same JSON', () => {
  const value = Object.fromEntries(HOSTILE.map((hostile, index) => [`k${index}${hostile}`, hostile]))
  const line = oneLine(JSON.stringify(value))
  assert.deepEqual(JSON.parse(line), value)
  assert.match(line, /^[ -~]+$/)
})
