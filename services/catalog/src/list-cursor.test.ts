import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaCheck } from 'banyan/contract'
import { catalog, TITLE_LENGTH_MAX } from './contract.ts'
import { fromCursor, toCursor } from './list-cursor.ts'

test('reads what it wrote', () => {
  const position = { sort: 'title', value: 'Stoneware Mug', id: 'p1' } as const
  assert.deepEqual(fromCursor(toCursor(position), 'title'), position)
})

test('refuses cursors of another order and anything else', () => {
  const price = toCursor({ sort: 'price', value: 100, id: 'p1' })
  for (const cursor of [price, 'x', '', Buffer.from('[1]').toString('base64url'), Buffer.from('["title",{},"p1"]').toString('base64url')])
    assert.throws(() => fromCursor(cursor, 'title'), { code: 'invalid_argument' })
})

test('refuses a price that is no whole number', () => {
  for (const value of [1.5, 1e308, '100', null])
    assert.throws(() => fromCursor(Buffer.from(JSON.stringify(['price', value, 'p1'])).toString('base64url'), 'price'), {
      code: 'invalid_argument',
    })
})

test('refuses a title or an id that no product has: NUL, half a surrogate pair, or longer than the contract allows', () => {
  const texts = [String.raw`["title","a\u0000","p1"]`, String.raw`["title","\ud800","p1"]`, String.raw`["title","a","\u0000"]`]
  const long = [JSON.stringify(['title', 'a'.repeat(TITLE_LENGTH_MAX + 1), 'p1']), JSON.stringify(['title', 'a', 'x'.repeat(65)])]
  for (const text of [...texts, ...long])
    assert.throws(() => fromCursor(Buffer.from(text).toString('base64url'), 'title'), { code: 'invalid_argument' }, text)
})

test('the cursor of any title fits the contract, also of one that an earlier release took', () => {
  const check = schemaCheck(catalog.operations.list.input)
  for (const character of ['a', 'ü', '💥', '"', '\u0001', '\ud800']) {
    const position = { sort: 'title', value: character.repeat(TITLE_LENGTH_MAX), id: 'x'.repeat(64) } as const
    assert.equal(check.fits({ sort: 'title', cursor: toCursor(position) }), true, JSON.stringify(character))
  }
})
