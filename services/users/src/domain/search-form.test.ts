import assert from 'node:assert/strict'
import { test } from 'node:test'
import { searchForm } from './search-form.ts'

test('a name is found by any of its spellings', () => {
  for (const spelling of ['Özil', 'O\u0308zil', 'ÖZIL', 'ozil', 'Ｏ\u0308zil']) assert.equal(searchForm(spelling), 'ozil', spelling)
  assert.equal(searchForm('Đặng'), searchForm('ĐẶNG'))
  assert.notEqual(searchForm('が'), searchForm('か'), 'in Japanese the mark is part of the letter')
})

test('joiners of a script make no difference', () => {
  assert.equal(searchForm('\u0639\u0644\u06cc\u200c\u0631\u0636\u0627'), searchForm('\u0639\u0644\u06cc\u0631\u0636\u0627'))
})
