import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeSegment, parseTarget, TARGET_LENGTH_MAX } from './request-target.ts'

test('splits path and query string, and leaves both encoded', () => {
  assert.deepEqual(parseTarget('/'), { path: '/', search: '' })
  assert.deepEqual(parseTarget('/api/orders'), { path: '/api/orders', search: '' })
  assert.deepEqual(parseTarget('/api/orders/?'), { path: '/api/orders/', search: '' })
  assert.deepEqual(parseTarget('/a%20b?x=%2F&y=a/../b'), { path: '/a%20b', search: 'x=%2F&y=a/../b' })
  assert.deepEqual(parseTarget('/a.b/..c/...'), { path: '/a.b/..c/...', search: '' })
})

test('takes a whole URL as its path, as servers must', () => {
  assert.deepEqual(parseTarget('http://shop.example:80/api?x=1'), { path: '/api', search: 'x=1' })
  assert.deepEqual(parseTarget('HTTPS://shop.example'), { path: '/', search: '' })
})

test('refuses what two parties could read differently', () => {
  const refused = [
    '',
    '*',
    'api',
    '//',
    '//api',
    '/api//orders',
    '/.',
    '/..',
    '/api/..',
    '/api/../ops',
    '/api/./ops',
    '/%2e',
    '/%2E%2e/ops',
    '/.%2e',
    '/api/%2e%2E',
    '/api%2forders',
    '/api%2Forders',
    '/api%5corders',
    '/api\\orders',
    '/%00',
    '/%0a',
    '/%1F',
    '/%7f',
    '/a b',
    '/a\tb',
    '/ä',
    '/a\u0000',
    '/%',
    '/%4',
    '/%zz',
    '/a#b',
    '/a?x=\u0001',
    '/a?x=ä',
    '/a?b#c',
    'ftp://host/a',
    'javascript:alert(1)',
  ]
  for (const target of refused) assert.equal(parseTarget(target), 'malformed', JSON.stringify(target))
})

test('refuses a target that is too long', () => {
  assert.equal(parseTarget(`/${'a'.repeat(TARGET_LENGTH_MAX)}`), 'too_long')
  assert.notEqual(parseTarget(`/${'a'.repeat(TARGET_LENGTH_MAX - 1)}`), 'too_long')
})

test('agrees with the URL standard on every path it lets through', () => {
  const character = fc.constantFrom('a', 'Z', '0', '/', '.', '%2e', '%2f', '%41', '~', '-', '?', '=', '&', '%', '\\', ' ', ';', '@', ':')
  fc.assert(
    fc.property(fc.array(character, { maxLength: 12 }), (characters) => {
      const target = parseTarget(`/${characters.join('')}`)
      if (typeof target === 'string') return
      const url = new URL(`http://h/${characters.join('')}`)
      assert.equal(url.pathname, target.path)
      assert.equal(url.search.slice(1), target.search)
    }),
    { numRuns: 2_000 },
  )
})

test('decodes a segment, unless it is not UTF-8', () => {
  assert.equal(decodeSegment('m%C3%BCg%20x'), 'müg x')
  assert.equal(decodeSegment('plain'), 'plain')
  assert.equal(decodeSegment('%C3%28'), undefined)
  assert.equal(decodeSegment('%ff'), undefined)
})
