import { inputCheck } from 'banyan/contract'
import type { Schema } from './api-document.ts'

/** A value that its schema refuses, and which of its rules is broken where. */
export interface Break {
  /** E.g. `/items/0/quantity: below the minimum`. */
  readonly what: string
  readonly value: unknown
}

/** Values of each JSON type, to take one of another type than asked for. */
const OF_TYPE: Readonly<Record<string, unknown>> = { object: {}, array: [], string: 'text', number: 1.5, boolean: true, null: null }

/** Texts that some pattern refuses: controls, half a pair, what nobody sees, what turns the direction of writing, and what is no identifier. */
const AGAINST_PATTERNS: readonly string[] = [
  ...Array.from('\u0000\u0007\n\u0085\ud800\udc00\u200b\u200d\ufeff\u202e\u2066\u{e0041}', (one) => `a${one}b`),
  ...' |\u0000|\ud800|; DROP TABLE users; --|ü|💥'.split('|'),
]

/** Tells whether a value keeps a schema once its texts are normalised, as an operation does it first. */
export function fits(schema: Schema, value: unknown): boolean {
  return inputCheck(schema).fits(structuredClone(value))
}

/**
 * Breaks each rule of a schema, one at a time, in a value that keeps it. A break that the schema tolerates after all, e.g. because
 * another alternative takes it, is left out.
 */
export function breaksOf(schema: Schema, value: unknown): Break[] {
  return collect(schema, value, '').filter((one) => !fits(schema, one.value))
}

function collect(schema: Schema, value: unknown, at: string): Break[] {
  const several = schema.anyOf ?? schema.oneOf
  if (several) {
    const taken = several.find((part) => fits(part, value)) ?? {}
    return [...wrongTypes(schema, value, at), ...collect(taken, value, at)]
  }
  if (schema.allOf) return schema.allOf.flatMap((part) => collect(part, value, at))
  return [
    ...wrongTypes(schema, value, at),
    ...(schema.enum ? [broken(at, 'none of the allowed', 'no-such-choice'), broken(at, 'another case', String(value).toUpperCase())] : []),
    ...(typeof value === 'string' ? textBreaks(schema, value, at) : []),
    ...(typeof value === 'number' ? numberBreaks(schema, at) : []),
    ...(Array.isArray(value) ? listBreaks(schema, value, at) : []),
    ...(isObject(value) ? objectBreaks(schema, value, at) : []),
  ]
}

function wrongTypes(schema: Schema, value: unknown, at: string): Break[] {
  return Object.entries(OF_TYPE)
    .filter(
      ([, other]) =>
        typeof other !== typeof value || Array.isArray(other) !== Array.isArray(value) || (other === null) !== (value === null),
    )
    .filter(([, other]) => !fits(schema, other))
    .map(([type, other]) => broken(at, `${type} instead`, other))
}

function textBreaks({ minLength = 0, maxLength, pattern }: Schema, value: string, at: string): Break[] {
  return [
    ...(minLength > 0 ? [broken(at, 'too short', value.slice(0, minLength - 1))] : []),
    ...(maxLength === undefined
      ? []
      : [broken(at, 'one too long', value.padEnd(maxLength + 1, 'a')), broken(at, 'far too long', 'a'.repeat(maxLength + 5_000))]),
    ...(pattern === undefined ? [] : AGAINST_PATTERNS.map((text) => broken(at, `against the pattern: ${JSON.stringify(text)}`, text))),
  ]
}

function numberBreaks({ type, minimum, maximum }: Schema, at: string): Break[] {
  return [
    ...(minimum === undefined ? [] : [broken(at, 'below the minimum', minimum - 1)]),
    ...(maximum === undefined ? [] : [broken(at, 'above the maximum', maximum + 1), broken(at, 'the largest number', Number.MAX_VALUE)]),
    ...(type === 'integer' ? [broken(at, 'no integer', 1.5), broken(at, 'almost nothing', 5e-324)] : []),
    broken(at, 'a number as text', '7'),
  ]
}

function listBreaks({ items = {}, minItems = 0, maxItems, uniqueItems }: Schema, value: readonly unknown[], at: string): Break[] {
  const [first] = value
  return [
    ...(minItems > 0 ? [broken(at, 'too few items', value.slice(0, minItems - 1))] : []),
    ...(maxItems === undefined || first === undefined
      ? []
      : [
          broken(
            at,
            'too many items',
            Array.from({ length: maxItems + 1 }, () => first),
          ),
        ]),
    ...(uniqueItems === true && first !== undefined ? [broken(at, 'an item twice', [first, first])] : []),
    ...value
      .slice(0, 1)
      .flatMap((item) => collect(items, item, `${at}/0`).map(({ what, value: other }) => ({ what, value: [other, ...value.slice(1)] }))),
  ]
}

function objectBreaks(
  { properties = {}, required = [], patternProperties = {}, propertyNames, maxProperties }: Schema,
  value: Readonly<Record<string, unknown>>,
  at: string,
): Break[] {
  const inside = Object.entries(properties)
    .filter(([name]) => Object.hasOwn(value, name))
    .flatMap(([name, part]) =>
      collect(part, value[name], `${at}/${name}`).map(({ what, value: other }) => ({ what, value: { ...value, [name]: other } })),
    )
  const [free] = Object.values(patternProperties)
  return [
    ...required.map((name) =>
      broken(`${at}/${name}`, 'missing', Object.fromEntries(Object.entries(value).filter(([other]) => other !== name))),
    ),
    ...(maxProperties === undefined
      ? []
      : [broken(at, 'too many names', Object.fromEntries(Array.from({ length: maxProperties + 1 }, (_, n) => [`n${n}`, 'x'])))]),
    ...(free ? [broken(at, 'a wrong value', { ...value, wrong: { deep: [] } })] : []),
    ...(propertyNames ? nameBreaks(propertyNames, value, at) : []),
    ...inside,
  ]
}

/** A value that others have under its names stands under a name that is not allowed. */
function nameBreaks(propertyNames: Schema, value: Readonly<Record<string, unknown>>, at: string): Break[] {
  const [item = 'x'] = Object.values(value)
  return textBreaks(propertyNames, 'name', at).map(({ what, value: name }) => ({
    what: `${what} as a name`,
    value: { ...value, [String(name)]: item },
  }))
}

function broken(at: string, what: string, value: unknown): Break {
  return { what: `${at || 'the whole'}: ${what}`, value }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
