import type { TSchema } from 'typebox'
import { schemaCheck } from '../validator.ts'

/** What of a schema decides an example. */
interface Facts {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Facts>>
  readonly examples?: readonly unknown[]
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Facts[]
  readonly oneOf?: readonly Facts[]
  readonly allOf?: readonly Facts[]
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Facts>>
  readonly required?: readonly string[]
  readonly items?: Facts
  readonly minItems?: number
  readonly uniqueItems?: boolean
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
}

/**
 * Makes a small value that fits a schema, to begin with: the author's first example that fits, or the least that is allowed. `name` is that of
 * the field, and helps to find a text that means something. Undefined when none is found: give the schema `examples` then.
 */
export function schemaExample(schema: TSchema, name = ''): unknown {
  for (let variant = 0; variant < VARIANTS; variant++) {
    const value = make(schema, { name, variant, depth: 0, definitions: {} })
    if (value !== undefined && fits(schema, value)) return value
  }
  return undefined
}

/** How often another choice is tried where the first does not fit, e.g. the next of several schemas. */
const VARIANTS = 6
/** Schemas may contain themselves. */
const DEPTH_MAX = 12

function fits(schema: TSchema, value: unknown): boolean {
  try {
    return schemaCheck(schema).fits(value)
  } catch {
    return false // not a schema of its own, e.g. a reference to somewhere else
  }
}

interface Making {
  readonly name: string
  /** Which of several choices is taken. */
  readonly variant: number
  readonly depth: number
  readonly definitions: Readonly<Record<string, Facts>>
}

function make(schema: Facts, given: Making): unknown {
  const making = { ...given, depth: given.depth + 1, definitions: { ...given.definitions, ...schema.$defs } }
  if (making.depth > DEPTH_MAX) return undefined
  const { examples = [], variant } = { ...schema, ...making }
  if (examples.length > 0) return examples[variant % examples.length]
  if (schema.default !== undefined) return schema.default
  if ('const' in schema) return schema.const
  if (schema.enum !== undefined) return schema.enum[variant % schema.enum.length]
  if (schema.$ref !== undefined) return referred(schema.$ref, making)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return chosen(choices, schema, making)
  if (schema.allOf !== undefined)
    return Object.assign({}, ...schema.allOf.map((part) => make(part, making)), object(schema, making)) as unknown
  return ofType(schema, making)
}

function referred($ref: string, making: Making): unknown {
  const target = making.definitions[$ref.replace(/^#\/\$defs\//, '')]
  return target && make(target, making)
}

/** One of several; fields that stand beside the choices belong to each of them. */
function chosen(choices: readonly Facts[], schema: Facts, making: Making): unknown {
  const value = make(choices[making.variant % choices.length] as Facts, making)
  if (schema.properties === undefined || typeof value !== 'object' || value === null) return value
  return { ...object(schema, making), ...value }
}

function ofType(schema: Facts, making: Making): unknown {
  const type = typeof schema.type === 'object' ? schema.type[making.variant % schema.type.length] : schema.type
  if (type === 'object' || schema.properties !== undefined) return object(schema, making)
  if (type === 'array') return array(schema, making)
  if (type === 'string') return text(schema, making)
  if (type === 'integer' || type === 'number') return number(schema)
  if (type === 'boolean') return false
  if (type === 'null') return null
  return {} // anything is allowed
}

function object({ properties = {}, required = [] }: Facts, making: Making): Record<string, unknown> {
  const fields = required.map((name) => [name, properties[name] === undefined ? null : make(properties[name], { ...making, name })])
  return Object.fromEntries(fields) as Record<string, unknown>
}

function array({ items = {}, minItems = 0, uniqueItems = false }: Facts, making: Making): unknown[] {
  const count = Math.max(1, minItems)
  return Array.from({ length: count }, (_, index) => make(items, uniqueItems ? { ...making, variant: making.variant + index } : making))
}

function number({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: Facts): number {
  const step = multipleOf ?? (type === 'integer' ? 1 : 0.01)
  const least = minimum ?? (exclusiveMinimum === undefined ? undefined : exclusiveMinimum + step)
  const most = maximum ?? (exclusiveMaximum === undefined ? undefined : exclusiveMaximum - step)
  const wished = Math.min(Math.max(1, least ?? 1), most ?? Infinity)
  return multipleOf === undefined ? wished : Math.ceil(wished / multipleOf) * multipleOf
}

function text({ minLength = 0, maxLength = Infinity, pattern, format }: Facts, { name, variant }: Making): string | undefined {
  const allowed = pattern === undefined ? undefined : new RegExp(pattern, 'u')
  const fitting = candidates(name, format)
    .flatMap((candidate) => [candidate, candidate.padEnd(minLength, candidate.at(-1) ?? 'x')])
    .filter((candidate) => candidate.length >= Math.max(1, minLength) && candidate.length <= maxLength)
    .filter((candidate) => allowed === undefined || allowed.test(candidate))
  return fitting[variant % Math.max(1, fitting.length)]
}

/** Texts that the names of fields ask for. Author's `examples` come before them. */
const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/e-?mail/i, 'ann@example.com'],
  [/pass(?:word|phrase)/i, 'correct horse battery'],
  [/country/i, 'DE'],
  [/currency/i, 'EUR'],
  [/locale|language/i, 'en-GB'],
  [/phone/i, '+49 30 123456'],
  [/postal|zip/i, '10115'],
  [/city/i, 'Berlin'],
  [/line1|street/i, '1 Main Street'],
  [/sku/i, 'ESPRESSO-250'],
  [/slug/i, 'espresso-beans'],
  [/url|uri|link/i, 'https://example.com/'],
  [/(?:At|date|from|to|since|until)$/i, '2026-01-31T12:00:00.000Z'],
  [/name|recipient/i, 'Ann'],
  [/reason|note|comment|description|text/i, 'An example'],
  [/id$/i, 'id-1'],
]

const BY_FORMAT: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00.000Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  duration: 'PT5M',
  email: 'ann@example.com',
  uuid: '01890a5d-ac96-774b-bcce-b302099a8057',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
}

/** What fits most patterns that people write for codes, numbers, dates and words. */
const COMMON = [
  'example',
  'Example',
  'EXAMPLE',
  'AB',
  'ABC',
  'ab',
  'abc',
  'a1',
  'A1',
  'A-1',
  'a-1',
  'a.b',
  'a_b',
  '1',
  '10',
  '12345',
  '1.5',
  '12:00',
  '#aabbcc',
  '/example',
  'en',
  '0'.repeat(32),
  'a'.repeat(64),
  ...Object.values(BY_FORMAT),
  ...BY_NAME.map(([, value]) => value),
]

function candidates(name: string, format: string | undefined): string[] {
  const ofFormat = format === undefined ? undefined : BY_FORMAT[format]
  const ofName = BY_NAME.filter(([pattern]) => pattern.test(name)).map(([, value]) => value)
  return [...(ofFormat === undefined ? [] : [ofFormat]), ...ofName, ...COMMON]
}
