import type { TSchema } from 'typebox'

/** What a text of a path, a query string or a header is read as, to fit a schema. */
export interface QueryKind {
  /** `nothing`: no text becomes a value of the schema. */
  readonly kind: 'text' | 'number' | 'integer' | 'boolean' | 'nothing'
  /** True for a list: each repetition of a parameter adds an item. */
  readonly list: boolean
}

interface SchemaFacts {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly TSchema[]
  readonly oneOf?: readonly TSchema[]
  readonly allOf?: readonly TSchema[]
  readonly items?: TSchema
}

/** Says how texts carry a value of a schema: scalars and lists of them. Where the schema allows several types, a text stays a text if it may. */
export function queryKind(schema: TSchema): QueryKind {
  const types = new Set<string>()
  const items = collect(schema, types)
  if (items === undefined) return { kind: scalarKind(types), list: false }
  const itemTypes = new Set<string>()
  return { kind: collect(items, itemTypes) === undefined ? scalarKind(itemTypes) : 'nothing', list: true }
}

function scalarKind(types: ReadonlySet<string>): QueryKind['kind'] {
  if (types.size === 0 || types.has('string')) return 'text'
  if (types.has('number')) return 'number'
  if (types.has('integer')) return 'integer'
  return types.has('boolean') ? 'boolean' : 'nothing'
}

/** Collects the JSON types a schema allows; returns the items' schema when it is a list. */
function collect(schema: TSchema, types: Set<string>): TSchema | undefined {
  const facts = schema as SchemaFacts
  for (const type of facts.type === undefined ? [] : [facts.type].flat()) types.add(type)
  for (const value of [...(facts.enum ?? []), ...(facts.const === undefined ? [] : [facts.const])]) types.add(typeof value)
  let items = types.has('array') ? facts.items : undefined
  for (const part of [...(facts.anyOf ?? []), ...(facts.oneOf ?? []), ...(facts.allOf ?? [])]) items ??= collect(part, types)
  return items
}
