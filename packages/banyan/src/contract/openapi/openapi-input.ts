import type { TSchema } from 'typebox'
import type { OperationDefinition } from '../operation.ts'

/** A field of an operation's input or output. */
export interface InputField {
  readonly schema: TSchema
  readonly required: boolean
}

interface ObjectFacts {
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly required?: readonly string[]
  readonly allOf?: readonly TSchema[]
  readonly anyOf?: readonly TSchema[]
  readonly oneOf?: readonly TSchema[]
}

/** Returns the fields of a schema by name, whether plain, intersected or one of several; those of one of several are optional. */
export function inputFields(schema: TSchema): Map<string, InputField> {
  const { properties = {}, required = [], allOf = [], anyOf = [], oneOf = [] } = schema as ObjectFacts
  const fields = new Map<string, InputField>()
  for (const [name, property] of Object.entries(properties)) fields.set(name, { schema: property, required: required.includes(name) })
  for (const part of allOf) for (const [name, field] of inputFields(part)) fields.set(name, field)
  for (const part of [...anyOf, ...oneOf])
    for (const [name, field] of inputFields(part)) if (!fields.has(name)) fields.set(name, { ...field, required: false })
  return fields
}

/** Returns what of an operation's input stands in the body; undefined when nothing is left for it. */
export function bodySchema(
  { input, ifMatch }: OperationDefinition,
  inPath: ReadonlySet<string>,
): { readonly schema: object; readonly required: boolean } | undefined {
  const { properties, required = [], allOf, anyOf, oneOf } = input as ObjectFacts
  if (allOf !== undefined || anyOf !== undefined || oneOf !== undefined || properties === undefined) {
    return inputFields(input).size > inPath.size ? { schema: input, required: true } : undefined
  }
  const left = Object.entries(properties).filter(([name]) => !inPath.has(name))
  if (left.length === 0) return undefined
  // The version may stand in the If-Match header instead.
  const needed = required.filter((name) => !inPath.has(name) && name !== ifMatch)
  const whole = left.length === Object.keys(properties).length && needed.length === required.length
  const parts = { properties: Object.fromEntries(left), required: needed, ...bodyExamples(input, new Set(left.map(([name]) => name))) }
  return { schema: whole ? input : { ...input, ...parts }, required: needed.length > 0 }
}

/** The author's examples of the whole input, without what stands elsewhere than in the body. */
function bodyExamples(input: ObjectFacts, inBody: ReadonlySet<string>): Pick<ObjectFacts, 'examples'> {
  if (input.examples === undefined) return {}
  const ofBody = (example: unknown): unknown =>
    typeof example === 'object' && example !== null
      ? Object.fromEntries(Object.entries(example).filter(([name]) => inBody.has(name)))
      : example
  return { examples: input.examples.map(ofBody) }
}
