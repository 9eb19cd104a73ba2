import assert from 'node:assert/strict'
import { test } from 'node:test'
import { productWords, queryWords, wordsOf } from './search-words.ts'

test('words are parted by what is neither letter nor digit, and come once each', () => {
  assert.deepEqual(wordsOf('Mug, GRINDER-HAND 130 × 180 cm (mug)', 9), ['mug', 'grinder', 'hand', '130', '180', 'cm'])
  assert.deepEqual(wordsOf("don't C++ 3.5", 9), ['don', 't', 'c', '3', '5'])
  assert.deepEqual(wordsOf('one two three', 2), ['one', 'two'])
})

test('case, accents and ligatures do not tell words apart', () => {
  assert.deepEqual(wordsOf('Café CAFE cafe\u0301', 9), ['cafe'])
  assert.deepEqual(wordsOf('İstanbul ﬁlter ΚΑΦΈΣ', 9), ['istanbul', 'filter', 'καφες'])
})

test('signs of a script stay with their letters, and a script without spaces is parted into letters', () => {
  assert.deepEqual(wordsOf('हिन्दी ガラス', 9), ['हिन्दी', 'ガ', 'ラ', 'ス'])
  assert.deepEqual(wordsOf('abc緑茶', 9), ['abc', '緑', '茶'])
})

test('a long word counts by its beginning, and no character is cut in two', () => {
  assert.deepEqual(wordsOf('x'.repeat(100), 9), ['x'.repeat(40)])
  assert.deepEqual(wordsOf('𝒳'.repeat(60), 9), ['x'.repeat(40)])
  assert.ok(wordsOf('𐐷'.repeat(60), 9)[0]?.isWellFormed())
  assert.deepEqual(wordsOf('\uD800abc', 9), ['abc'])
})

test('a product keeps the words of its title and variants when the description is too long', () => {
  const description = Array.from({ length: 1_000 }, (_, number) => `w${number}`).join(' ')
  const words = productWords({ title: 'Mug', brand: null, description, variants: [{ sku: 'MUG-BLUE', title: 'Blue' }] })
  assert.deepEqual([words.length, words.slice(0, 3)], [256, ['mug', 'blue', 'w0']])
})

test('a search counts six words, none for signs only, and is none when it is blank', () => {
  assert.deepEqual(queryWords('a b c d e f g'), ['a', 'b', 'c', 'd', 'e', 'f'])
  assert.deepEqual(queryWords(' % '), [])
  assert.equal(queryWords('  '), undefined)
})
