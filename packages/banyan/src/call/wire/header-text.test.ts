import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkHeaders } from '../../network/headers.ts'
import { headerText, parseHeaderText } from './header-text.ts'

test('any text is a header, and comes back as it was', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string({ unit: 'binary' }),
        fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
      ),
      (text) => {
        const value = headerText(text)
        checkHeaders([['x', value]])
        assert.equal(parseHeaderText(value), text)
      },
    ),
  )
})

test('what is plain is written as it is', () => {
  for (const [text, value] of [
    ['order-1', 'order-1'],
    ['a b "c"', 'a b "c"'],
    ['', '""'],
    ['"a"', '"\\"a\\""'],
    ['bücher', '"b\\u00fccher"'],
    ['a\r\nb', '"a\\r\\nb"'],
  ] as const)
    assert.equal(headerText(text), value)
})

test('what nobody writes is no text', () => {
  for (const value of ['"', '"a', '"a"b', '"\\x"', '"a" ']) assert.equal(parseHeaderText(value), value === '"a" ' ? 'a' : undefined)
})
