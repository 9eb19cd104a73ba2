import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'banyan/contract'
import fc from 'fast-check'
import { BODY_BYTES_MAX } from './body.ts'
import { bodyLimits } from './body-limits.ts'
import { jsonBounds } from './json-bounds.ts'
import { VALUES_MAX } from './json-body.ts'

const Line = Type.Object({ sku: Type.String({ maxLength: 8 }), quantity: Type.Integer({ minimum: 1, maximum: 999 }) })
const Order = Type.Object({
  lines: Type.Array(Line, { maxItems: 5 }),
  note: Type.Optional(Type.Union([Type.String({ maxLength: 20 }), Type.Null()])),
  kind: Type.Enum(['gift', 'bücher']),
})

const text = (maxLength: number) => fc.string({ unit: 'binary', maxLength })
const line = fc.record({ sku: text(8), quantity: fc.integer({ min: 1, max: 999 }) })
const order = fc.record({
  lines: fc.array(line, { maxLength: 5 }),
  note: fc.option(text(20), { nil: null }),
  kind: fc.constantFrom('gift', 'bücher'),
})

/** Writes JSON as wastefully as it can be: every character escaped. */
function wasteful(value: unknown): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value).replaceAll(/(?<=")[^"\\]*(?=")/g, (name) =>
    /^[:,\]}]/.test(name) ? name : name.replaceAll(/[^]/g, escaped),
  )
}

function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((total: number, each) => total + valuesIn(each), 1)
}

test('no value of a schema is larger than its bounds, however it is written', () => {
  const bounds = jsonBounds(Order)
  const limits = bodyLimits(Order)
  fc.assert(
    fc.property(order, (value) => {
      assert.ok(Buffer.byteLength(JSON.stringify(value)) <= bounds.bytes)
      assert.ok(Buffer.byteLength(wasteful(value)) <= limits.bytes)
      assert.ok(valuesIn(value) <= bounds.values)
    }),
  )
  assert.ok(bounds.bytes < 2_000 && bounds.values < 30, JSON.stringify(bounds))
})

test('a schema without a bound has none, whatever stands beside', () => {
  const open = [
    Type.String(),
    Type.Array(Type.Integer()),
    Type.Array(Type.String(), { maxItems: 3 }),
    Type.Record(Type.String(), Type.Integer()),
    Type.Unknown(),
    Type.Object({ a: Type.Optional(Type.Unknown()) }),
    Type.Union([Type.Null(), Type.String()]),
  ]
  for (const schema of open) assert.equal(jsonBounds(schema).bytes, Infinity, JSON.stringify(schema))
})

test('limits of a body are between what is not worth refusing and what nobody may send', () => {
  assert.deepEqual(bodyLimits(Type.Object({})), { bytes: 16_384, values: 1_000 })
  assert.deepEqual(bodyLimits(Type.Object({ a: Type.String() })), { bytes: BODY_BYTES_MAX, values: 1_000 })
  assert.deepEqual(bodyLimits(Type.Array(Type.Unknown())), { bytes: BODY_BYTES_MAX, values: VALUES_MAX })
  assert.deepEqual(bodyLimits(Type.Array(Type.Unknown()), { bytes: 10, values: 5 }), { bytes: 10, values: 5 })
  const { bytes } = bodyLimits(Type.Object({ a: Type.String({ maxLength: 5_000 }) }))
  assert.ok(bytes > 60_000 && bytes < 200_000, String(bytes))
})
