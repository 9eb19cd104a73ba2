import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'
import { NOT_PLAIN } from '../../kernel/plain-json.ts'
import { compilePass } from './compile-pass.ts'
import { Place } from './place.ts'
import { plainWalk } from './plain-walk.ts'
import type { SchemaNode } from './schema-node.ts'
import { fitting, type LooseSchema, schemas, values } from './sieve.fixture.ts'

const RUNS = 300
const options = { normalise: false }
const passOf = (schema: TSchema) => compilePass(schema as unknown as SchemaNode, options)
const walkOf = (schema: TSchema) => plainWalk({ schema: schema as unknown as SchemaNode, place: Place.ofRoot(schema as never) }, options)

/** What passes, as short as it can be said for the kinds that TypeBox makes. */
function naiveDrop(schema: TSchema, value: unknown, names = namesIn(schema)): unknown {
  const { $ref, anyOf, allOf, items, properties, patternProperties = {}, additionalProperties = false } = schema as LooseSchema
  const of = (each: TSchema, part: unknown): unknown => naiveDrop(each, part, names)
  if (typeof value !== 'object' || value === null) return value
  if ($ref !== undefined) return of(names[$ref] as TSchema, value)
  if (anyOf) return unionOf(anyOf.filter((each) => Check(names, each, value)).map((each) => of(each, value)))
  if (allOf) return unionOf(allOf.map((each) => of(each, value)))
  if (Array.isArray(value)) return items ? value.map((item, at) => of((Array.isArray(items) ? items[at] : items) as TSchema, item)) : value
  if (!properties && Object.keys(patternProperties).length === 0) return value
  const kept = Object.entries(value).flatMap(([name, field]): [string, unknown][] => {
    if (properties && Object.hasOwn(properties, name)) return [[name, of(properties[name] as TSchema, field)]]
    const pattern = Object.keys(patternProperties).find((each) => new RegExp(each, 'u').test(name))
    if (pattern !== undefined) return [[name, of(patternProperties[pattern] as TSchema, field)]]
    if (additionalProperties === false) return []
    return [[name, additionalProperties === true ? field : of(additionalProperties, field)]]
  })
  return Object.fromEntries(kept)
}

function namesIn(schema: unknown): Record<string, TSchema> {
  if (typeof schema !== 'object' || schema === null) return {}
  return Object.assign({}, (schema as LooseSchema).$defs, ...Object.values(schema).map(namesIn)) as Record<string, TSchema>
}

function unionOf(parts: readonly unknown[]): unknown {
  return parts.reduce((first, second) => {
    if (typeof first !== 'object' || typeof second !== 'object' || first === null || second === null) return first
    if (Array.isArray(first)) return first.map((item: unknown, at) => unionOf([item, (second as unknown[])[at]]))
    const whole = second as Record<string, unknown>
    const merged = Object.entries(first).map(([name, part]) => [name, Object.hasOwn(whole, name) ? unionOf([part, whole[name]]) : part])
    return { ...whole, ...(Object.fromEntries(merged) as object) }
  })
}

function checkAgainstReference(schema: TSchema, value: unknown): boolean {
  const sent: unknown = JSON.parse(JSON.stringify(value))
  const kept = Check(schema, sent) ? naiveDrop(schema, sent) : NOT_PLAIN
  const fits = kept !== NOT_PLAIN && Check(schema, kept) // without what was dropped, two items of a list may be the same
  const passed = passOf(schema)(value)
  assert.deepStrictEqual(passed, fits ? kept : NOT_PLAIN, JSON.stringify(schema))
  assert.deepStrictEqual(walkOf(schema)(value), passed, 'the plain walk gives another answer than compiled code')
  return fits
}

test('a compiled pass takes what TypeBox takes, and keeps what a naive drop keeps: any value', () => {
  fc.assert(
    fc.property(schemas, values, (schema, value) => void checkAgainstReference(schema, value)),
    { numRuns: RUNS },
  )
})

test('a compiled pass takes what TypeBox takes, and keeps what a naive drop keeps: values that fit but for additions', () => {
  let fits = 0
  const property = fc.property(schemas, fc.infiniteStream(fc.nat({ max: 99 })), (schema, stream) => {
    const pick = (count: number): number => (stream.next().value as number) % count
    if (checkAgainstReference(schema, fitting(schema, pick))) fits++
  })
  fc.assert(property, { numRuns: RUNS })
  assert.ok(fits > RUNS / 3, `only ${fits} values fitted`)
})

test('what passes shares nothing with what came', () => {
  const property = fc.property(schemas, values, (schema, value) => {
    const before = JSON.stringify(value)
    const passed = passOf(schema)(value)
    deepFreeze(passed)
    assert.equal(JSON.stringify(value), before)
    for (const part of parts(value)) assert.ok(!Object.isFrozen(part), JSON.stringify(schema))
  })
  fc.assert(property, { numRuns: RUNS })
})

function parts(value: unknown): object[] {
  if (typeof value !== 'object' || value === null || Object.values(value).length === 0) return []
  return [value, ...Object.values(value).flatMap(parts)]
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  Object.freeze(value)
  Object.values(value).forEach(deepFreeze)
}

const A = Type.Object({ a: Type.Integer() })
const B = Type.Object({ b: Type.Integer() })
const AB = Type.Object({ a: Type.Integer(), b: Type.Integer() })
const inner = (schema: TSchema): TSchema => Type.Object({ x: schema })
const all = { a: 1, b: 2, c: 3 }
/** Schema, what comes, what passes. */
const EXAMPLES: readonly (readonly [TSchema, unknown, unknown])[] = [
  [Type.Object({}), all, {}],
  [Type.Unsafe({ type: 'object' }), all, all],
  [Type.Object({ a: Type.Integer() }, { additionalProperties: true }), all, all],
  [Type.Object({ a: Type.Integer() }, { additionalProperties: false }), all, NOT_PLAIN],
  [Type.Object({ a: Type.Integer() }, { additionalProperties: false }), { a: 1, b: undefined }, { a: 1 }],
  // K3: whichever comes first, no variant that fits loses what it declares.
  [Type.Union([A, AB]), all, { a: 1, b: 2 }],
  [Type.Union([AB, A]), all, { a: 1, b: 2 }],
  [Type.Union([AB, A]), { a: 1, c: 3 }, { a: 1 }],
  [Type.Union([A, B]), all, { a: 1, b: 2 }],
  [Type.Union([inner(A), inner(B)]), { x: all, a: 1 }, { x: { a: 1, b: 2 } }],
  [Type.Union([A, Type.Unknown()]), all, all],
  [Type.Union([Type.Array(A), Type.Tuple([B]), Type.Null()]), [all], [{ a: 1, b: 2 }]],
  [Type.Union([Type.Union([A, Type.Null()]), Type.String()]), all, { a: 1 }],
  // K2: what one member of an intersection says of a field is all that passes of it, whatever the others say of other fields.
  [Type.Intersect([inner(A), inner(B)]), { x: all, c: 3 }, { x: { a: 1, b: 2 } }],
  [Type.Intersect([inner(A), inner(Type.Unknown())]), { x: all }, { x: { a: 1 } }],
  [Type.Intersect([inner(A), Type.Object({}, { additionalProperties: true })]), { x: all, c: all }, { x: { a: 1 }, c: all }],
  [Type.Intersect([A, Type.Unknown()]), all, { a: 1 }],
  [Type.Intersect([A, Type.Union([B, Type.Object({ c: Type.Integer() })])]), { a: 1, c: 3, d: 4 }, { a: 1, c: 3 }],
  [Type.Intersect([A, B], { unevaluatedProperties: false }), { a: 1, b: 2 }, { a: 1, b: 2 }],
  [Type.Intersect([A, B], { unevaluatedProperties: false }), all, NOT_PLAIN],
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  [Type.Unsafe({ if: A, then: { properties: { b: {} } }, else: { properties: { c: {} } } }), all, { a: 1, b: 2 }],
  [Type.Unsafe({ oneOf: [A, B] }), { a: 1, c: 3 }, { a: 1 }],
  [Type.Unsafe({ type: 'array', prefixItems: [A], items: B }), [all, all], [{ a: 1 }, { b: 2 }]],
  [Type.Unsafe({ type: 'object', properties: { a: {} }, dependentSchemas: { a: { properties: { b: {} } } } }), all, { a: 1, b: 2 }],
  [Type.Unsafe({ $defs: { x: A }, type: 'object', properties: { p: { $ref: '#/$defs/x' } } }), { p: all }, { p: { a: 1 } }],
  [Type.Unsafe({ type: ['object', 'null'], properties: { a: {} } }), all, { a: 1 }],
  [Type.Array(A, { uniqueItems: true }), [{ a: 1 }, { a: 1, b: 2 }], NOT_PLAIN],
  [Type.Object({ at: Type.Unknown() }), { at: new Date(0) }, NOT_PLAIN],
  [Type.Object({ at: Type.Object({}) }), { at: new Map() }, NOT_PLAIN],
  [A, { a: 1, at: new Date(0), big: 1n, again: new Map() }, { a: 1 }],
  [A, Object.assign(Object.create({ a: 1 }), { b: 1 }), NOT_PLAIN],
  [Type.Array(Type.Unknown()), [undefined], NOT_PLAIN],
  [Type.Number(), Number.NaN, NOT_PLAIN],
]

test('keeps what is declared, and nothing else', () => {
  for (const [schema, value, kept] of EXAMPLES) {
    assert.deepStrictEqual(passOf(schema)(value), kept, JSON.stringify(schema))
    assert.deepStrictEqual(walkOf(schema)(value), kept, `walked: ${JSON.stringify(schema)}`)
  }
})

test('what refers to itself does not fit, unless that part is left out', () => {
  const value: { a: number; self?: unknown } = { a: 1 }
  value.self = value
  assert.deepEqual(passOf(A)(value), { a: 1 })
  assert.equal(passOf(Type.Unknown())(value), NOT_PLAIN)
  assert.equal(passOf(Type.Cyclic({ Me: Type.Object({ self: Type.Ref('Me') }) }, 'Me'))(value), NOT_PLAIN)
})

test('texts of a schema are never run', () => {
  for (const evil of [
    '"]; globalThis.hacked = 1; //',
    "'+(globalThis.hacked=1)+'",
    '`${globalThis.hacked = 1}`',
    '\\',
    '\n',
    '\u2028',
    '*/',
  ]) {
    const schema = Type.Object({
      [evil]: Type.Union([Type.Literal(evil), Type.Enum([evil, 'b'])]),
      union: Type.Union([Type.Object({ [evil]: Type.Literal(evil) }), Type.Object({ [evil]: Type.Literal(`${evil}2`) })]),
      record: Type.Record(Type.String({ pattern: '^[^\\s]*$' }), Type.String({ description: evil, title: evil })),
    })
    const value = { [evil]: evil, union: { [evil]: evil, more: 1 }, record: { a: evil } }
    assert.deepEqual(passOf(schema)({ ...value, more: 1 }), { [evil]: evil, union: { [evil]: evil }, record: { a: evil } })
  }
  assert.equal((globalThis as { hacked?: unknown }).hacked, undefined)
})

test('inherited names are no fields', () => {
  const schema = Type.Object({
    toString: Type.Optional(Type.String()),
    constructor: Type.Optional(Type.Unknown()),
    valueOf: Type.Optional(Type.Null()),
  })
  assert.deepEqual(passOf(schema)({}), {})
  const named = JSON.parse('{"constructor":1,"toString":"a","hasOwnProperty":2}') as object
  assert.deepEqual(passOf(schema)(named), JSON.parse('{"toString":"a","constructor":1}'))
  assert.equal(passOf(Type.Object({ toString: Type.String() }))({}), NOT_PLAIN)
})
