import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldCase, searchForm } from './fold-case.ts'

test('case makes no difference', () => {
  for (const [one, other] of [
    ['Straße', 'STRASSE'],
    ['ΣΟΦΟΣ', 'σοφος'],
    ['Ǆ', 'ǆ'],
    ['ÖZIL', 'özil'],
  ] as const)
    assert.equal(foldCase(one), foldCase(other))
  assert.notEqual(foldCase('ı'), foldCase('i'))
})

test('a name is found by any of its spellings', () => {
  for (const spelling of ['Özil', 'O\u0308zil', 'ÖZIL', 'ozil', 'Ｏ\u0308zil']) assert.equal(searchForm(spelling), 'ozil', spelling)
  assert.equal(searchForm('Đặng'), searchForm('ĐẶNG'))
  assert.notEqual(searchForm('が'), searchForm('か'), 'in Japanese the mark is part of the letter')
})
