import type { TSchema } from 'typebox'

/** What is known of one field of an object's schema. */
export interface FieldFacts {
  /** Whether every value that fits has it. */
  readonly required: boolean
  /** JSON types that it may have; empty where the schema does not say. */
  readonly types: ReadonlySet<string>
}

interface SchemaFacts {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly required?: readonly string[]
  readonly allOf?: readonly TSchema[]
  readonly anyOf?: readonly TSchema[]
  readonly oneOf?: readonly TSchema[]
}

/** Returns what a schema says of a field, whether it is plain, intersected or one of several; undefined when it lacks the field in any case. */
export function fieldFacts(schema: TSchema, name: string): FieldFacts | undefined {
  const { properties = {}, required = [], allOf = [], anyOf, oneOf } = schema as SchemaFacts
  const own = Object.hasOwn(properties, name) ? properties[name] : undefined
  const all = allOf.map((part) => fieldFacts(part, name))
  if (own) all.push({ required: required.includes(name), types: schemaTypes(own) })
  const choices = anyOf ?? oneOf
  if (choices) all.push(ofChoices(choices.map((part) => fieldFacts(part, name))))
  const known = all.filter((one) => one !== undefined)
  if (known.length === 0) return undefined
  return { required: known.some((one) => one.required), types: new Set(known.flatMap(({ types }) => [...types])) }
}

/** Of several schemas of which a value fits one. */
function ofChoices(choices: readonly (FieldFacts | undefined)[]): FieldFacts | undefined {
  const known = choices.filter((one) => one !== undefined)
  if (known.length === 0) return undefined
  return {
    required: known.length === choices.length && known.every((one) => one.required),
    types: new Set(known.flatMap(({ types }) => [...types])),
  }
}

/** Returns the JSON types that a value of a schema may have; empty where the schema does not say. */
export function schemaTypes(schema: TSchema): Set<string> {
  const { type, const: constant, enum: values = [], allOf = [], anyOf = [], oneOf = [] } = schema as SchemaFacts
  const types = new Set(type === undefined ? [] : [type].flat())
  for (const value of constant === undefined ? values : [constant]) types.add(value === null ? 'null' : typeof value)
  for (const part of [...allOf, ...anyOf, ...oneOf]) for (const one of schemaTypes(part)) types.add(one)
  return types
}
