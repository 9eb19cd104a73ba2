import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shellWord } from './shell-word.ts'
import { table } from './table.ts'

test('lays out columns, and shows what is missing', () => {
  assert.equal(
    table(
      [
        { id: 'a', n: 1 },
        { id: 'long', n: null },
      ],
      'none',
    ),
    'id    n\na     1\nlong  -',
  )
  assert.equal(table([], 'none'), 'none')
})

test('a cell stays one line of plain text whatever its data holds', () => {
  const hostile = '\u001B[31mred\n| faked row |\r\u009B2J\u202Eabc\u2066\u200B\u2028\u{E0041}\u0007'
  const shown = table(
    [
      { id: hostile, reason: { deep: [hostile] }, error: hostile },
      { id: 'b', reason: 'r', error: 'e' },
    ],
    '',
  )
  assert.equal(shown.split('\n').length, 3)
  assert.match(shown, /^[ -~\n]+$/)
  assert.match(shown, /\\u001b\[31mred\\n\| faked row/)
})

test('a cursor is one word for a shell and plain text for a terminal', () => {
  assert.equal(shellWord('orders~o-1'), 'orders~o-1')
  assert.equal(shellWord("it's; rm -rf /"), String.raw`'it'\''s; rm -rf /'`)
  assert.match(shellWord('a\u001B[2J\n'), /^'[ -~]+'$/)
})
