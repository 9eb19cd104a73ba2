import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BanyanError } from '../kernel/error.ts'
import { type TSchema, Type } from 'typebox'
import { inputCheck, schemaCheck } from './validator.ts'

function expectedOf(schema: TSchema, value: unknown): string | undefined {
  try {
    inputCheck(Type.Object({ status: schema })).parse({ status: value }, 'it')
  } catch (thrown) {
    const { fields } = thrown as BanyanError
    assert.equal(fields?.length, 1)
    assert.equal(fields[0]?.path, '/status')
    return fields[0].expected
  }
  return undefined
}
const Word = Type.String({ pattern: '^w' })

test('a field with a few values says which', () => {
  const schemas: [TSchema, string][] = [
    [Type.Enum(['open', 'paid']), 'must be one of "open", "paid"'],
    [Type.Union([Type.Literal('open'), Type.Literal('paid')]), 'must be one of "open", "paid"'],
    [Type.Literal('open'), 'must be "open"'],
    [Type.Enum([1, 2]), 'must be one of 1, 2'],
    [Type.Union([Type.Enum(['open']), Type.Null()]), 'must be one of "open", null'],
    [Type.Union([Type.Null(), Type.Enum(['open'])]), 'must be one of null, "open"'],
    [Type.Union([Type.Enum(['open', 'paid']), Type.Integer()]), 'must be one of "open", "paid", or else must be integer'],
    [Type.Union([Type.Literal('open'), Word]), 'must be "open", or else must match pattern "^w"'],
    [Word, 'must match pattern "^w"'],
    [Type.Null(), 'must be null'],
  ]
  for (const [schema, expected] of schemas) assert.equal(expectedOf(schema, 'lost'), expected)
})

test('a long list is cut, and says so', () => {
  const many = Array.from({ length: 500 }, (_, index) => `value-${index}`)
  const expected = expectedOf(Type.Enum(many), 'lost') ?? ''
  assert.match(expected, /^must be one of "value-0", "value-1", .* and 480 more$/)
  assert.match(expectedOf(Type.Enum(['a'.repeat(1_000), 'b']), 'lost') ?? '', /^must be one of .{0,20}2 more$/)
})

test('a variant of a union that is told by a field says all of its values', () => {
  const schema = Type.Union([
    Type.Object({ kind: Type.Literal('card'), token: Type.String() }),
    Type.Object({ kind: Type.Literal('cash'), token: Type.String() }),
  ])
  assert.throws(
    () => inputCheck(schema).parse({ kind: 'gold', token: 't' }, 'it'),
    (error: BanyanError) => {
      assert.deepEqual(error.fields?.find(({ path }) => path === '/kind')?.expected, 'must be one of "card", "cash"')
      return true
    },
  )
})

test('a wrong answer of our own names the field and the kind of what came, and not the value', () => {
  const check = schemaCheck(Type.Object({ total: Type.Integer(), 'a/b': Type.Optional(Type.Array(Type.Enum(['x']))) }))
  const messageOf = (value: unknown): string => {
    try {
      check.own(value, 'the answer of counters.add')
    } catch (thrown) {
      assert.equal((thrown as BanyanError).code, 'internal')
      return (thrown as BanyanError).message
    }
    return ''
  }
  assert.equal(
    messageOf({ total: 'hunter2' }),
    'the answer of counters.add is not what its contract says: /total must be integer, and is a text',
  )
  assert.match(messageOf({}), /: \/total is required, and is absent$/)
  assert.match(messageOf({ total: null }), /\/total must be integer, and is null$/)
  assert.match(messageOf({ total: 1.5 }), /\/total must be integer, and is a number with a fraction$/)
  assert.match(messageOf({ total: 1, 'a/b': ['x', 'hunter2'] }), /\/a~1b\/1 must be "x", and is a text$/)
  assert.match(messageOf({ total: new Date(0) }), /\/total .*is a Date$/)
  assert.match(messageOf(undefined), /: the whole .*, and is absent$/)
})
