import type { TSchema } from 'banyan/contract'

/** Stands for a text that does not fit. */
export const WRONG = Symbol('wrong')

/** Turns texts of a path, a query string or a header into the type that a field's schema asks for. */
export interface TextReader {
  /** Returns the value, or {@link WRONG}. Limits such as a minimum are the schema's to check. */
  read(text: string): unknown
  /** What a text must be, e.g. `must be an integer`. */
  readonly expected: string
  /** True when the field is a list: each repetition adds an item. */
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

/** A number as JSON writes it; no hexadecimal, no blanks, no infinity. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const INTEGER = /^-?(?:0|[1-9]\d*)$/

const TEXT: TextReader = { read: (text) => text, expected: 'must be a text', list: false }
const WHOLE: TextReader = {
  read(text) {
    const value = INTEGER.test(text) ? Number(text) : Number.NaN
    return Number.isSafeInteger(value) ? value : WRONG
  },
  expected: 'must be an integer',
  list: false,
}
const DECIMAL: TextReader = {
  read(text) {
    const value = NUMBER.test(text) ? Number(text) : Number.NaN
    return Number.isFinite(value) ? value : WRONG
  },
  expected: 'must be a number',
  list: false,
}
const TRUTH: TextReader = {
  read: (text) => (text === 'true' ? true : text === 'false' ? false : WRONG),
  expected: 'must be true or false',
  list: false,
}
const NOTHING: TextReader = { read: () => WRONG, expected: 'cannot be given here; send it in the body', list: false }

/** Returns the reader of a field. Where the schema allows several types, a text stays a text if it may. */
export function textReader(schema: TSchema): TextReader {
  const types = new Set<string>()
  const items = collect(schema, types)
  if (items) return { ...textReader(items), list: true }
  if (types.size === 0 || types.has('string')) return TEXT
  if (types.has('number')) return DECIMAL
  if (types.has('integer')) return WHOLE
  return types.has('boolean') ? TRUTH : NOTHING
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
