import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberPlaceholders, StatementTexts } from './statement-text.ts'

test('placeholders are numbered, but not in texts, names, comments and dollar quotes', () => {
  const query = `SELECT '?', 'it''s ?', "a?b", $$ ? $$, $x$ ? $x$ -- ?\n /* ? */ FROM t WHERE a = ? AND b = ?`
  const expected = `SELECT '?', 'it''s ?', "a?b", $$ ? $$, $x$ ? $x$ -- ?\n /* ? */ FROM t WHERE a = $1 AND b = $2`
  assert.equal(numberPlaceholders(query), expected)
})

test('a text is prepared at its third use and keeps its name', () => {
  const texts = new StatementTexts()
  assert.equal(texts.of('SELECT ?').name, '')
  assert.equal(texts.of('SELECT ?').name, '')
  const { name, text } = texts.of('SELECT ?')
  assert.notEqual(name, '')
  assert.equal(text, 'SELECT $1')
  assert.equal(texts.of('SELECT ?').name, name)
})

test('texts that are built at run time neither fill the memory nor the server', () => {
  const texts = new StatementTexts()
  for (let index = 0; index < 400; index++) for (let use = 0; use < 3; use++) texts.of(`SELECT ${index}`)
  assert.equal(texts.of('SELECT 399').name, '')
  assert.notEqual(texts.of('SELECT 1').name, '')
  for (let index = 0; index < 10_000; index++) texts.of(`SELECT -${index}`)
  assert.equal(texts.of('SELECT 1').name, 's2', 'a prepared text is never forgotten')
})
