import type { TSchema } from 'banyan/contract'

/** How large the JSON of a value can be at most; infinite where a schema sets no bound. */
export interface JsonBounds {
  readonly bytes: number
  /** Values: objects, lists, texts, numbers and the like, at any depth. */
  readonly values: number
}

/** Bytes of one character at its longest: a pair of escaped halves, e.g. an emoji. */
const CHARACTER_BYTES = 12
/** Bytes of the longest number that JavaScript writes, and some. */
const NUMBER_BYTES = 32
const UNBOUNDED: JsonBounds = { bytes: Infinity, values: Infinity }
const EMPTY: JsonBounds = { bytes: 0, values: 0 }

interface SchemaFacts {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly TSchema[]
  readonly oneOf?: readonly TSchema[]
  readonly allOf?: readonly TSchema[]
  readonly maxLength?: number
  readonly maxItems?: number
  readonly items?: TSchema
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly patternProperties?: unknown
  readonly additionalProperties?: unknown
}

/** Returns the bounds of what a schema declares. Fields that it does not declare are not in them. */
export function jsonBounds(schema: TSchema): JsonBounds {
  const facts = schema as SchemaFacts
  if (facts.const !== undefined) return literal(facts.const)
  if (facts.enum !== undefined) return most(facts.enum.map(literal))
  if (facts.anyOf ?? facts.oneOf) return most((facts.anyOf ?? facts.oneOf ?? []).map(jsonBounds))
  if (facts.allOf !== undefined) return facts.allOf.map(jsonBounds).reduce(sum, EMPTY)
  switch (facts.type ?? 'anything') {
    case 'string':
      return { bytes: 2 + (facts.maxLength ?? Infinity) * CHARACTER_BYTES, values: 1 }
    case 'number':
    case 'integer':
    case 'boolean':
    case 'null':
      return { bytes: NUMBER_BYTES, values: 1 }
    case 'array':
      return list(facts)
    case 'object':
      return object(facts)
    default:
      return UNBOUNDED
  }
}

function list({ items, maxItems = Infinity }: SchemaFacts): JsonBounds {
  const each = items === undefined ? UNBOUNDED : jsonBounds(items)
  if (maxItems === 0) return { bytes: 2, values: 1 }
  return { bytes: 2 + maxItems * (each.bytes + 1), values: 1 + maxItems * each.values }
}

function object({ properties = {}, patternProperties, additionalProperties }: SchemaFacts): JsonBounds {
  if (patternProperties !== undefined || typeof additionalProperties === 'object') return UNBOUNDED
  return Object.entries(properties)
    .map(([name, schema]) => sum(jsonBounds(schema), { bytes: Buffer.byteLength(JSON.stringify(name)) + 2, values: 0 }))
    .reduce(sum, { bytes: 2, values: 1 })
}

function literal(value: unknown): JsonBounds {
  return { bytes: Buffer.byteLength(JSON.stringify(value) ?? '') * (CHARACTER_BYTES / 2), values: 1 }
}

function sum(one: JsonBounds, other: JsonBounds): JsonBounds {
  return { bytes: one.bytes + other.bytes, values: one.values + other.values }
}

function most(all: readonly JsonBounds[]): JsonBounds {
  return { bytes: Math.max(0, ...all.map(({ bytes }) => bytes)), values: Math.max(0, ...all.map(({ values }) => values)) }
}
