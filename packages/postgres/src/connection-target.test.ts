import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionTarget, startOptions } from './connection-target.ts'

const target = (url: string, schema = 'orders') => connectionTarget({ url, schema, process: 'abcdef', statementTimeoutMs: 10_000 })

test('the password is in what the driver gets, and in nothing that is shown', () => {
  const { shown, url, redact } = target('postgres://shop:p%40ss%2Fword@db.example:5433/shop')
  assert.equal(shown, 'db.example:5433/shop')
  assert.ok(url.includes('p%40ss%2Fword'))
  assert.equal(redact('no route to p@ss/word or p%40ss%2Fword'), 'no route to *** or ***')
})

test('a URL that cannot be read is refused without being repeated', () => {
  for (const url of ['shop:secret@db', 'http://shop:secret@db/shop', 'postgres://shop:sec ret@[/x']) {
    assert.throws(
      () => target(url),
      (error: Error) => !error.message.includes('sec') && (error as { code?: string }).code === 'misuse',
    )
  }
})

test('the schema is the whole search path, however it is named', () => {
  const options = startOptions(target('postgres://localhost/shop', String.raw`my "odd\ schema`))
  assert.ok(options.includes(String.raw`-c search_path="my\ ""odd\\\ schema"`), options)
})

test('options of the URL stay, ours come after them', () => {
  const { url, ...rest } = target('postgres://localhost/shop?options=-c%20work_mem%3D8MB&sslmode=require')
  assert.ok(startOptions(rest).startsWith('-c work_mem=8MB -c search_path="orders"'))
  assert.equal(new URL(url).searchParams.get('options'), null)
  assert.equal(new URL(url).searchParams.get('sslmode'), 'require')
})

test('a schema name that PostgreSQL would cut is refused', () => {
  assert.throws(() => target('postgres://localhost/shop', 'x'.repeat(64)), { code: 'misuse' })
})
