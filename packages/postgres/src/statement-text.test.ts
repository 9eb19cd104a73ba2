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

test('a renewed text is prepared under another name', () => {
  const texts = new StatementTexts()
  for (let use = 0; use < 3; use++) texts.of('SELECT 1')
  const { name } = texts.of('SELECT 1')
  texts.renew('SELECT 1')
  assert.notEqual(texts.of('SELECT 1').name, name)
  assert.notEqual(texts.of('SELECT 1').name, '')
})

test('statements that end the transaction or outlive it are refused, however they are dressed', () => {
  const texts = new StatementTexts()
  for (const query of [
    'COMMIT',
    ' rollback',
    '-- all done\n/* really */ END',
    'SET search_path = other',
    'notify x',
    'COPY thing FROM STDIN',
  ]) {
    assert.throws(() => texts.of(query), { code: 'misuse' }, query)
  }
  for (const query of ['SELECT 1 AS commit', 'UPDATE setting SET a = 1', 'DELETE FROM begin_date']) texts.of(query)
})
