import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { plainJson } from './json.ts'
import { findUnsendable, isPlainObject, NOT_PLAIN, plainCopy } from './plain-json.ts'

class Point {
  x = 1
}
const UNSENDABLE: readonly (readonly [unknown, string])[] = [
  [new Date(0), 'a Date'],
  [new Map(), 'a Map'],
  [new Set([1]), 'a Set'],
  [1n, 'a bigint'],
  [Symbol('it'), 'a symbol'],
  [() => 1, 'a function'],
  [new Point(), 'a Point'],
  [new Error('it'), 'an Error'],
  [Buffer.from('it'), 'a Buffer'],
  [new Uint8Array(1), 'an Uint8Array'],
  [Object('text'), 'a String'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
]

test('a copy of plain data is what its JSON text gives back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.deepStrictEqual(plainCopy(value), JSON.parse(JSON.stringify(value)))
      assert.equal(findUnsendable(value), undefined)
    }),
  )
})

test('a copy shares nothing, leaves undefined fields out, and keeps a field named __proto__ a field', () => {
  const value = { list: [{ n: -0 }], none: undefined, ...(JSON.parse('{"__proto__":{"evil":true}}') as object) }
  const copy = plainCopy(value) as typeof value
  assert.deepEqual(Object.keys(copy), ['list', '__proto__'])
  assert.ok(Object.is(copy.list[0]!.n, 0))
  assert.notEqual(copy.list[0], value.list[0])
  assert.equal((copy as { evil?: boolean }).evil, undefined)
})

test('says what JSON would change, and where', () => {
  for (const [value, found] of UNSENDABLE) {
    assert.equal(plainCopy(value), NOT_PLAIN, found)
    assert.deepEqual(findUnsendable({ 'a/b': [0, value] }), { path: '/a~1b/1', found })
  }
  assert.deepEqual(findUnsendable([1, undefined]), { path: '/1', found: 'undefined' })
  assert.deepEqual(findUnsendable(Array(2)), { path: '/0', found: 'undefined' })
})

test('a value that refers to itself is refused, not walked for ever', () => {
  const value: { self?: unknown } = {}
  value.self = { list: [value] }
  assert.match(findUnsendable(value)?.found ?? '', /refers to itself/)
  assert.throws(() => plainJson(value, 'it'), { code: 'misuse' })
})

test('objects without a prototype and of another realm are plain', () => {
  for (const value of [Object.assign(Object.create(null), { n: 1 }), runInNewContext('({ n: 1 })')])
    assert.deepEqual([isPlainObject(value), plainCopy(value)], [true, { n: 1 }])
  assert.equal(plainCopy(runInNewContext('new Map()')), NOT_PLAIN)
})

test('what no schema describes is refused with its name, its field and what to do', () => {
  assert.equal(plainJson({ n: 1, none: undefined }, 'it'), '{"n":1}')
  assert.throws(() => plainJson({ at: new Date(0) }, 'the output of step "pay"'), {
    code: 'misuse',
    message: 'the output of step "pay" at /at is a Date, which JSON cannot carry; use plain data, e.g. a time as a number or an ISO text',
  })
})
