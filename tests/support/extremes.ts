import { inputCheck } from 'banyan/contract'

/** Parts of a JSON Schema that bound values. */
export interface BoundedSchema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly BoundedSchema[]
  readonly properties?: Readonly<Record<string, BoundedSchema>>
  readonly required?: readonly string[]
  readonly patternProperties?: Readonly<Record<string, BoundedSchema>>
  readonly propertyNames?: BoundedSchema
  readonly maxProperties?: number
  readonly items?: BoundedSchema
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
}

/** A value at one extreme of its bounds. */
export interface Extreme {
  /** E.g. `/items/0/quantity: 9999`. */
  readonly what: string
  readonly value: unknown
}

type Fields = Readonly<Record<string, unknown>>

/** Characters from the widest in UTF-8 and JSON to the narrowest; each text is made of the first that its pattern takes. */
const CHARACTERS = ['💥', '漢', 'ü', '"', '\\', '~', 'z', 'Z', '9', '.9', '/9']
/** Shortest texts of the forms that contracts have. */
const SHORT = ['', 'a', '1', 'aa', 'AA', 'AAA', 'a@b.c', '+12345', '1.a', '2026-11-30T09:00:00.000Z']
/** Longest text worth sending where no bound is given. */
const UNBOUNDED_LENGTH = 200

/** Returns `base` with one part at a time at an extreme of its bounds, and once with nothing that is optional. `base` keeps the schema. */
export function extremesOf(schema: BoundedSchema, base: unknown): Extreme[] {
  return walk(schema, base, '').filter(({ value }) => fits(schema, value))
}

/** Returns a small value that keeps a schema: the least, the first, the shortest. */
export function smallest(schema: BoundedSchema): unknown {
  const { anyOf, properties = {}, required = [], items, minItems = 0 } = schema
  if ('const' in schema) return schema.const
  if (schema.enum) return schema.enum[0]
  if (anyOf) return smallest(anyOf[0] as BoundedSchema)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(required.map((name) => [name, smallest(properties[name] as BoundedSchema)]))
    case 'array':
      return Array.from({ length: minItems }, () => smallest(items as BoundedSchema))
    case 'string':
      return SHORT.find((text) => fits(schema, text))
    case 'integer':
    case 'number':
      return schema.minimum ?? 0
    case 'boolean':
      return false
    case undefined:
    default:
      return null
  }
}

function walk(schema: BoundedSchema, base: unknown, at: string): Extreme[] {
  if (schema.anyOf) return schema.anyOf.flatMap((part) => walk(part, fits(part, base) ? base : smallest(part), at))
  if (schema.enum) return schema.enum.map((value) => extreme(at, value))
  switch (schema.type) {
    case 'object':
      return ofObject(schema, base as Fields, at)
    case 'array':
      return ofList(schema, base as readonly unknown[], at)
    case 'string':
      return textsOf(schema, String(base)).map((text) => extreme(at, text))
    case 'integer':
    case 'number':
      return [schema.minimum ?? -Number.MAX_VALUE, schema.maximum ?? Number.MAX_VALUE].map((value) => extreme(at, value))
    case 'boolean':
      return [true, false].map((value) => extreme(at, value))
    case undefined:
    default:
      return [extreme(at, base)]
  }
}

function ofObject({ properties = {}, required = [], ...schema }: BoundedSchema, base: Fields, at: string): Extreme[] {
  const inner = Object.entries(properties).flatMap(([name, part]) =>
    walk(part, base[name] ?? smallest(part), `${at}/${name}`).map(({ what, value }) => ({ what, value: { ...base, [name]: value } })),
  )
  const bare = Object.fromEntries(Object.entries(base).filter(([name]) => required.includes(name)))
  return [extreme(`${at} without what is optional`, bare), ...inner, ...recordsOf(schema, at)]
}

function recordsOf({ patternProperties, propertyNames, maxProperties = 0 }: BoundedSchema, at: string): Extreme[] {
  const [part] = Object.values(patternProperties ?? {})
  if (!part || !propertyNames) return []
  const [longest = 'a'] = textsOf(propertyNames, 'a').toReversed()
  const values = walk(part, smallest(part), `${at}/*`)
  const many = Object.fromEntries(Array.from({ length: maxProperties }, (_, index) => [`n${index}`, smallest(part)]))
  return [...values.map(({ what, value }) => ({ what, value: { [longest]: value } })), extreme(`${at}: ${maxProperties} names`, many)]
}

function ofList(
  { items = {}, minItems = 0, maxItems = minItems, uniqueItems }: BoundedSchema,
  base: readonly unknown[],
  at: string,
): Extreme[] {
  const item = base[0] ?? smallest(items)
  const inner = walk(items, item, `${at}/0`).map(({ what, value }) => ({ what, value: [value, ...base.slice(1)] }))
  const list = (length: number): Extreme =>
    extreme(
      `${at}: ${length} items`,
      Array.from({ length }, (_, index) => (uniqueItems || isNamed(item) ? numbered(item, index) : item)),
    )
  return [list(minItems), list(maxItems), ...inner]
}

/** Things with a sku of their own, where it must differ from item to item. */
function isNamed(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'sku' in item && 'prices' in item
}

function numbered(item: unknown, index: number): unknown {
  if (typeof item === 'string') return index === 0 ? item : `${item}-${index}`
  const { sku } = item as { sku: string }
  return index === 0 ? item : { ...(item as object), sku: `${sku}-${index}` }
}

/** The shortest text and the longest one of the widest characters, on its own or around `base`. */
function textsOf(schema: BoundedSchema, base: string): string[] {
  const { maxLength = UNBOUNDED_LENGTH } = schema
  const room = Math.max(0, maxLength - Array.from(base).length)
  const long = CHARACTERS.flatMap((character) => {
    const filled = (length: number): string => character.repeat(Math.floor(length / Array.from(character).length))
    return [filled(maxLength), `${filled(room)}${base}`, `${base}${filled(room)}`]
  })
  const short = SHORT.find((text) => fits(schema, text))
  const longest = long.find((text) => fits(schema, text))
  return [short, longest].filter((text) => text !== undefined)
}

function extreme(at: string, value: unknown): Extreme {
  const text = JSON.stringify(value) ?? 'undefined'
  return { what: `${at || 'the whole'} = ${text.length > 60 ? `${text.slice(0, 57)}… (${text.length})` : text}`, value }
}

function fits(schema: BoundedSchema, value: unknown): boolean {
  return inputCheck(schema).fits(structuredClone(value))
}
