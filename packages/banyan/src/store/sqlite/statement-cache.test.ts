import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { StatementCache } from './statement-cache.ts'

test('a cache keeps a statement that is used and forgets, after many others, one that is not', () => {
  const cache = new StatementCache(new DatabaseSync(':memory:'))
  const used = cache.add('SELECT 0')
  cache.add('SELECT -1')
  for (let n = 1; n <= 1_000; n++) {
    cache.add(`SELECT ${n}`)
    if (n % 100 === 0) assert.equal(cache.find('SELECT 0'), used)
  }
  assert.equal(cache.find('SELECT -1'), undefined)
  assert.ok(cache.find('SELECT 1000'))
})
