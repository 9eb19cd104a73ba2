import fc, { type Arbitrary } from 'fast-check'
import { schemaExample } from 'banyan/contract'
import type { Schema } from './api-document.ts'
import { Known } from './known-values.ts'
import { fits } from './schema-breaks.ts'

/** Texts that have broken programs before; each goes where the schema lets it. */
const AWKWARD_TEXTS = [
  '\u0000',
  '\ud800',
  'a\u0000b',
  '\u202e',
  '💥',
  '‮',
  "'; --",
  '<b>',
  '../..',
  '%00',
  '${x}',
  '__proto__',
  'constructor',
  'é́',
  '\r\n',
  ' ',
  '0',
]
/** Items of a list beyond what its schema asks for. */
const ITEMS_MORE = 3
/** Longest text that is worth its time. */
const TEXT_LENGTH_MAX = 3_000
/** Levels of what has no schema. */
const FREE_DEPTH_MAX = 4

/** Values that a schema allows, with real ones ({@link Known}) in the place of ids. `name` is that of the field. */
export function validValue(schema: Schema, name: string, tag: string): Arbitrary<unknown> {
  const { anyOf, oneOf, allOf } = schema
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const several = anyOf ?? oneOf
  if (several) return fc.oneof(...several.map((part) => validValue(part, name, tag)))
  if (allOf) return fc.tuple(...allOf.map((part) => validValue(part, name, tag))).map((parts) => Object.assign({}, ...parts) as object)
  switch (schema.type) {
    case 'object':
      return anObject(schema, tag)
    case 'array':
      return aList(schema, name, tag)
    case 'string':
      return aText(schema, name, tag)
    case 'integer':
      return aWhole(schema)
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e15, max: schema.maximum ?? 1e15, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case undefined:
    default:
      return fc.jsonValue({ maxDepth: FREE_DEPTH_MAX })
  }
}

function anObject(
  { properties = {}, required = [], patternProperties = {}, propertyNames, maxProperties = 5 }: Schema,
  tag: string,
): Arbitrary<object> {
  const [pattern] = Object.values(patternProperties)
  const free = pattern && fc.dictionary(nameOf(propertyNames), validValue(pattern, '', tag), { maxKeys: Math.min(maxProperties, 5) })
  const strange = fc.option(fc.constant({ extra: { from: ['a', 'newer', 'client'] } }), { nil: {}, freq: 5 })
  return fc
    .tuple(fieldsOf(Object.entries(properties), required, tag), free ?? strange)
    .map(([own, more]) => ({ ...more, ...own }))
    .filter((value) => !Object.hasOwn(value, '__proto__'))
}

/** Names of a record. Not real values of anything, so no {@link Known} stands for one. */
function nameOf(propertyNames: Schema | undefined): Arbitrary<string> {
  const names = fc.string({ maxLength: 12 })
  return propertyNames ? names.filter((name) => fits(propertyNames, name)) : names
}

/** The required fields alone, or some of the others with them: a request with everything in it rarely goes through. */
export function fieldsOf(
  fields: readonly (readonly [string, Schema])[],
  required: readonly string[],
  tag: string,
): Arbitrary<Record<string, unknown>> {
  const some = (kept: readonly (readonly [string, Schema])[]): Arbitrary<Record<string, unknown>> =>
    fc.record(Object.fromEntries(kept.map(([name, part]) => [name, validValue(part, name, tag)])), { requiredKeys: [...required] })
  return fc.oneof(some(fields.filter(([name]) => required.includes(name))), some(fields))
}

function aList(
  { items = {}, minItems = 0, maxItems = minItems + ITEMS_MORE, uniqueItems }: Schema,
  name: string,
  tag: string,
): Arbitrary<unknown> {
  const item = validValue(items, name, tag)
  const limits = (more: number): object => ({ minLength: minItems, maxLength: Math.min(maxItems, minItems + more) })
  const list = (more: number): Arbitrary<unknown[]> =>
    uniqueItems === true
      ? fc.uniqueArray(item, { ...limits(more), selector: (value) => JSON.stringify(value) })
      : fc.array(item, limits(more))
  return fc.oneof(list(0), list(ITEMS_MORE))
}

function aText(schema: Schema, name: string, tag: string): Arbitrary<unknown> {
  const { minLength = 0, maxLength = TEXT_LENGTH_MAX, pattern } = schema
  const longest = Math.min(maxLength, TEXT_LENGTH_MAX)
  const form = pattern === undefined ? undefined : new RegExp(pattern, 'u')
  const isValid = (text: string): boolean => text.length <= longest * 2 && fits(schema, text)
  if (schema.format === 'date-time') return aMoment(schema)
  const extremes = ['x', 'ü', '💥'].flatMap((letter) => [letter.repeat(minLength), letter.repeat(longest)])
  const odd = [...extremes, ...AWKWARD_TEXTS].filter(isValid)
  const made = fc.oneof(
    ...(odd.length > 0 ? [fc.constantFrom(...odd)] : []),
    ...(form ? matching(form, name, schema).map((text) => text.filter(isValid)) : []),
    ...(takesAnything(form) ? freeTexts({ minLength, longest, isValid }) : []),
  )
  const known = fc.tuple(fc.noBias(fc.nat()), made).map(([pick, otherwise]) => new Known({ name, tag, pick, otherwise }))
  return fc.oneof({ arbitrary: known, weight: 3 }, { arbitrary: made, weight: 1 })
}

/**
 * Texts of a form. What goes by properties of Unicode has more characters than a generator can list: such texts are made of an example, with
 * anything before it.
 */
function matching(form: RegExp, name: string, schema: Schema): Arbitrary<string>[] {
  if (!form.source.includes(String.raw`\p{`)) return [fc.stringMatching(form), fc.stringMatching(form, { size: 'medium' })]
  const example = schemaExample(schema, name)
  return typeof example === 'string'
    ? [fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => `${text}${example}`), fc.constant(example)]
    : []
}

/** A pattern of days alone makes mostly such that no calendar has. */
function aMoment(schema: Schema): Arbitrary<string> {
  const years = { min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true }
  return fc
    .oneof(fc.date(years), fc.date({ ...years, min: new Date('2024-01-01'), max: new Date('2030-01-01') }))
    .chain((at) => fc.constantFrom(at.toISOString(), at.toISOString().replace(/\.\d+Z/, 'Z'), at.toISOString().replace('Z', '-05:30')))
    .filter((text) => fits(schema, text))
}

/** Tells whether most texts keep a form, so that random ones are worth their time. */
function takesAnything(form: RegExp | undefined): boolean {
  return form === undefined || ['Ada Lovelace', '太郎', '💥'].every((text) => form.test(text))
}

function freeTexts({
  minLength,
  longest,
  isValid,
}: {
  minLength: number
  longest: number
  isValid: (text: string) => boolean
}): Arbitrary<string>[] {
  const limits = { minLength, maxLength: Math.min(longest, minLength + 20) }
  return [fc.string(limits).filter(isValid), fc.string({ ...limits, unit: 'grapheme' }).filter(isValid)]
}

function aWhole({ minimum = -Number.MAX_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Schema): Arbitrary<number> {
  const small = fc.integer({ min: Math.max(minimum, -5), max: Math.max(minimum, Math.min(maximum, 20)) })
  return fc.oneof(
    { arbitrary: small, weight: 4 },
    { arbitrary: fc.maxSafeInteger().map((n) => clamp(n, minimum, maximum)), weight: 1 },
    { arbitrary: fc.constantFrom(minimum, maximum), weight: 1 },
  )
}

function clamp(value: number, minimum: number, maximum: number): number {
  return Math.min(maximum, Math.max(minimum, value))
}
