import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Page, pageText } from './pages.ts'

const listing = { row: (item: Readonly<Record<string, unknown>>) => item, empty: 'Nothing.' }
const items = [{ id: 'o1' }, { id: 'o2' }]
const shown = (page: Page): string => pageText(page, listing)

test('the last page is its rows alone', () => {
  const rows = 'id\no1\no2'
  assert.equal(shown({ items, nextCursor: null }), rows)
  assert.equal(shown({ items, more: false }), rows)
  assert.equal(shown({ items }), rows)
  assert.equal(shown({ items: [] }), 'Nothing.')
})

test('a page with a next one says how to get it', () => {
  assert.match(shown({ items, nextCursor: "orders~o'2" }), /\n\n2 rows; more: --after 'orders~o'\\''2'$/)
})

test('a page of one row counts one row', () => {
  const [one = { id: 'o1' }] = items
  assert.match(shown({ items: [one], nextCursor: 'a' }), /\n\n1 row; more: --after a$/)
  assert.match(shown({ items: [one], more: true }), /\n\n1 row; there are more, which are not shown$/)
})

test('a list that is cut off and has no pages says that there is more', () => {
  assert.match(shown({ items, more: true }), /\no2\n\n2 rows; there are more, which are not shown$/)
})

test('what does not fit into the line of a row stands below, row by row', () => {
  const below = ({ id }: Readonly<Record<string, unknown>>) => (id === 'o2' ? 'o2 is odd' : undefined)
  assert.equal(pageText({ items, nextCursor: null }, { ...listing, below }), 'id\no1\no2\n\no2 is odd')
})
