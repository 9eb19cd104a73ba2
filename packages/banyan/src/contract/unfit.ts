import type { TSchema } from 'typebox'
import { pointerSegment } from '../kernel/plain-json.ts'

interface SchemaFacts {
  readonly not?: object
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly TSchema[]
  readonly oneOf?: readonly TSchema[]
  readonly allOf?: readonly TSchema[]
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly required?: readonly string[]
  readonly items?: TSchema
}

/** Bounds of which the first must not be above the second. */
const BOUNDS = [
  ['minLength', 'maxLength'],
  ['minimum', 'maximum'],
  ['minItems', 'maxItems'],
  ['minProperties', 'maxProperties'],
] as const

/**
 * Returns the JSON pointer of what makes a schema one that no value fits, e.g. a bound of at least 3 and at most 2, or a required `Type.Never()`;
 * undefined where there is nothing of the kind. Finds what is written down, not what only follows from patterns or from several schemas together.
 */
export function unfit(schema: TSchema): string | undefined {
  const facts = schema as SchemaFacts
  const { properties = {}, required = [], allOf = [], items } = facts
  if (fitsNothing(facts)) return ''
  for (const name of required) {
    const at = Object.hasOwn(properties, name) ? unfit(properties[name] as TSchema) : undefined
    if (at !== undefined) return `/${pointerSegment(name)}${at}`
  }
  if (items !== undefined && Number(boundOf(facts, 'minItems') ?? 0) > 0) {
    const at = unfit(items)
    if (at !== undefined) return `/0${at}`
  }
  const parts = allOf.map(unfit)
  const choices = [facts.anyOf, facts.oneOf].map((all) =>
    all?.every((one) => unfit(one) !== undefined) ? unfit(all[0] as TSchema) : undefined,
  )
  return [...parts, ...choices].find((at) => at !== undefined)
}

function fitsNothing(facts: SchemaFacts): boolean {
  if (facts.not !== undefined && Object.keys(facts.not).length === 0) return true
  if ([facts.enum, facts.anyOf, facts.oneOf].some((all) => all?.length === 0)) return true
  return BOUNDS.some(([least, most]) => Number(boundOf(facts, least) ?? -Infinity) > Number(boundOf(facts, most) ?? Infinity))
}

function boundOf(facts: object, name: string): unknown {
  return (facts as Readonly<Record<string, unknown>>)[name]
}
