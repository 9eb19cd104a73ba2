import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError } from 'banyan/kernel'
import fc from 'fast-check'
import { DEPTH_MAX, parseJsonBody } from './json-body.ts'
import { measureJson } from './json-measure.ts'
import { countNames, repeatedName } from './json-names.ts'
import { jsonErrorOffset } from './json-error-offset.ts'

const parse = (text: string): unknown => parseJsonBody(Buffer.from(text))
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

function refusal(run: () => unknown): BanyanError {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof BanyanError) return thrown
  }
  return assert.fail('was not refused')
}

test('parses an object', () => {
  assert.deepEqual(parse(' {"a":[1,{"b":null}],"constructor":"x","ünï":"\\u0000"} '), {
    a: [1, { b: null }],
    constructor: 'x',
    ünï: '\u0000',
  })
})

test('names the position of what is malformed', () => {
  const cases: readonly [string, number][] = [
    ['', 0],
    ['   ', 3],
    ['{', 1],
    ['{"a"', 4],
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ['{"a":1 "b":2}', 7],
    ['{a:1}', 1],
    ["{'a':1}", 1],
    ['{"a":01}', 6],
    ['{"a":1.}', 6],
    ['{"a":+1}', 5],
    ['{"a":NaN}', 5],
    ['{"a":tru}', 5],
    ['{"a":"x', 5],
    ['{"a":"\n"}', 5],
    ['{"a":"\\x"}', 5],
    ['{"a":1}}', 7],
    ['{"a":1]', 6],
    ['[1,2', 4],
    ['[1,]', 3],
    ['abc', 0],
    ['{"a":1} x', 8],
    ['{,}', 1],
  ]
  for (const [text, position] of cases) {
    const error = refusal(() => parse(text))
    assert.equal(error.code, 'malformed_json', text)
    assert.match(error.message, new RegExp(`position ${position} `), `${text}: ${error.message}`)
  }
  assert.match(refusal(() => parse('{\n "a": 1,\n}')).message, /line 3, column 1/)
})

test('finds a position in every text that JSON.parse refuses, and none before the damage', () => {
  const json = fc.json({ maxDepth: 4 })
  fc.assert(
    fc.property(json, fc.nat(), fc.string({ maxLength: 2 }), (text, seed, insert) => {
      const at = seed % (text.length + 1)
      const damaged = text.slice(0, at) + insert + text.slice(at + 1)
      let valid = true
      try {
        JSON.parse(damaged)
      } catch {
        valid = false
      }
      if (valid) return
      const offset = jsonErrorOffset(damaged)
      assert.ok(offset >= 0 && offset <= damaged.length)
      // What stands before the position is the beginning of some JSON text: cutting there and going on differently can help.
      assert.ok(offset === 0 || jsonErrorOffset(damaged.slice(0, offset)) === offset || isValid(damaged.slice(0, offset)))
    }),
    { numRuns: 3_000 },
  )
})

function isValid(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('never echoes the body, which may hold secrets', () => {
  assert.doesNotMatch(refusal(() => parse('{"password": hunter2}')).message, /hunter2/)
})

test('wants an object', () => {
  for (const text of ['[]', '"a"', '1', 'null', 'true']) assert.equal(refusal(() => parse(text)).code, 'invalid_argument', text)
})

test('refuses bytes that are not UTF-8', () => {
  assert.equal(refusal(() => parseJsonBody(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]))).code, 'malformed_json')
})

test('refuses names that could be taken for a prototype, however they are written', () => {
  for (const text of [
    '{"__proto__":{"admin":true}}',
    '{"a":[{"__proto__":1}]}',
    '{"\\u005f_proto__":{}}',
    '{"constructor":{"prototype":{"x":1}}}',
  ])
    assert.equal(refusal(() => parse(text)).code, 'invalid_argument', text)
  assert.equal(({} as { admin?: unknown }).admin, undefined)
})

test('refuses deep nesting, also where it would exhaust the stack', () => {
  assert.deepEqual(parse(nested(DEPTH_MAX)), JSON.parse(nested(DEPTH_MAX)))
  assert.equal(refusal(() => parse(nested(DEPTH_MAX + 1))).code, 'invalid_argument')
  assert.equal(refusal(() => parse(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)).code, 'invalid_argument')
})

test('refuses too many values before it parses them, and counts none inside of texts', () => {
  const brackets = Buffer.from(`{"unknown":${'['.repeat(20)}${'[],'.repeat(300_000)}1${']'.repeat(20)}}`)
  assert.throws(() => parseJsonBody(brackets), { code: 'payload_too_large', message: /more than 20000 values/ })
  for (const text of ['[[[['.repeat(1_000), '\\"[,'.repeat(1_000), ',{'.repeat(9_999)])
    assert.deepEqual(parseJsonBody(Buffer.from(JSON.stringify({ text })), 3), { text })
  assert.throws(() => parseJsonBody(Buffer.from('{"a":[1,2,3]}'), 3), { code: 'payload_too_large' })
  assert.deepEqual(parseJsonBody(Buffer.from('{"a":[1,2]}'), 4), { a: [1, 2] })
})

test('finds a forbidden name however it is hidden', () => {
  for (const text of ['{"\\u005f_proto__":1}', '{"a":[{"__pro\\u0074o__":1}]}', '{"c\\u006fnstructor":{"prototype":1}}'])
    assert.throws(() => parseJsonBody(Buffer.from(text)), { code: 'invalid_argument' }, text)
})

test('refuses a name that one object has twice, at any depth, and says where', () => {
  const cases: readonly [string, string][] = [
    ['{"a":1,"a":1}', '/a'],
    ['{"a":{"x":1,"y":[2]},"b":0,"a":null}', '/a'],
    ['{"items":[{"sku":"x"},{"sku":"x","n":1,"sku":"y"}]}', '/items/1/sku'],
    ['{"a":[[],[{}],{"b":{"":0,"":1}}]}', '/a/2/b/'],
    ['{"a":1,"\\u0061":2}', '/a'],
    ['{"a/b~":1,"a\\/b~":2}', '/a~1b~0'],
    ['{"":{"a,{":1},"b":"\\"{","c":"\\\\","b":[]}', '/b'],
    ['{ "a" : 1 ,\n "a" : {"b":{"c":1}} }', '/a'],
    [`{"a":{"${'x'.repeat(101)}":1,"${'x'.repeat(101)}":2}}`, '/a'],
    ['{"constructor":1,"constructor":2}', '/constructor'],
  ]
  for (const [text, path] of cases) {
    const { code, status, fields, message } = refusal(() => parse(text))
    assert.deepEqual([code, status, fields?.map((field) => field.path)], ['invalid_argument', 400, [path]], text)
    assert.match(message, /has a name twice/)
  }
})

test('takes the same name in several objects, and in texts', () => {
  for (const text of ['{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}', '{"a":"{\\"a\\":1,\\"a\\":2}","b":"a:a:"}', '{"a":1,"A":2,"á":3}'])
    assert.deepEqual(parse(text), JSON.parse(text), text)
})

test('a text has as many names as its value, unless one is repeated', () => {
  const bytesOf = (text: string): Buffer => Buffer.from(text)
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (value, seed) => {
      const text = JSON.stringify(value)
      const limits = { values: 10_000, depth: 100 }
      const parsed = JSON.parse(text) as object
      assert.equal(measureJson(bytesOf(text), limits), countNames(parsed), text)
      assert.equal(repeatedName(text), undefined, text)
      const names = Object.keys(value)
      const twice = names[seed % names.length] as string
      const damaged = `${text.slice(0, -1)},${JSON.stringify(twice)}:${JSON.stringify(value)}}`
      assert.notEqual(measureJson(bytesOf(damaged), limits), countNames(JSON.parse(damaged) as object), damaged)
      assert.notEqual(repeatedName(damaged), undefined, damaged)
    }),
  )
})
