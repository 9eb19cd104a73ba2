import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaCheck, type TSchema, Type } from '../index.ts'
import { schemaExample } from './schema-example.ts'

const Node = Type.Cyclic({ Node: Type.Object({ name: Type.String(), next: Type.Union([Type.Null(), Type.Ref('Node')]) }) }, 'Node')

const SCHEMAS: Readonly<Record<string, TSchema>> = {
  text: Type.String(),
  'long text': Type.String({ minLength: 12, maxLength: 14 }),
  'short text': Type.String({ maxLength: 2 }),
  'one character': Type.String({ minLength: 1, maxLength: 1 }),
  code: Type.String({ pattern: '^[A-Z]{3}$' }),
  slug: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 20 }),
  date: Type.String({ format: 'date-time' }),
  integer: Type.Integer({ minimum: 5, maximum: 5 }),
  negative: Type.Integer({ maximum: -3 }),
  number: Type.Number({ exclusiveMinimum: 1, maximum: 2 }),
  multiple: Type.Integer({ minimum: 7, multipleOf: 5 }),
  enum: Type.Enum(['b', 'a']),
  literal: Type.Literal('x'),
  nothing: Type.Null(),
  anything: Type.Unknown(),
  boolean: Type.Boolean(),
  union: Type.Union([Type.String({ pattern: '^\\d{40}x$' }), Type.Integer()]),
  list: Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer({ minimum: 1 }) }), { minItems: 2 }),
  set: Type.Array(Type.Enum(['a', 'b', 'c']), { minItems: 2, uniqueItems: true }),
  record: Type.Record(Type.String(), Type.Integer()),
  both: Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.Integer() })]),
  circle: Node,
  optional: Type.Object({ a: Type.Optional(Type.String()), b: Type.Integer() }),
  default: Type.Integer({ default: 9 }),
  'given example': Type.String({ pattern: '^x{40}-y$', examples: [`${'x'.repeat(40)}-y`] }),
  'a wrong example before a right one': Type.Integer({ examples: ['no', 3] }),
}

for (const [what, schema] of Object.entries(SCHEMAS))
  test(`makes an example that fits: ${what}`, () => {
    const value = schemaExample(schema)
    assert.notEqual(value, undefined)
    assert.ok(schemaCheck(schema).fits(value), JSON.stringify(value))
  })

test("takes the author's example, and texts that fit the field's name", () => {
  assert.equal(schemaExample(Type.String({ examples: ['mine'] })), 'mine')
  assert.deepEqual(schemaExample(Type.Object({ email: Type.String(), country: Type.String({ pattern: '^[A-Z]{2}$' }) })), {
    email: 'ann@example.com',
    country: 'DE',
  })
  assert.deepEqual(schemaExample(Type.Object({ a: Type.Optional(Type.String()), b: Type.Integer() })), { b: 1 })
})

test('has no example rather than a wrong one', () => {
  assert.equal(schemaExample(Type.String({ pattern: '^\\d{17}-very-special$' })), undefined)
  assert.equal(schemaExample(Type.Object({ a: Type.String({ pattern: '^\\d{17}-very-special$' }) })), undefined)
})
