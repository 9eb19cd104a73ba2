import type { TSchema } from 'typebox'
import { BanyanError } from '../kernel/error.ts'
import { pointerSegment } from '../kernel/plain-json.ts'
import { NORMALISATION } from './text.ts'

/** Puts the texts of a value into the form that its schema asks for. Objects and lists are changed in place: the value must be the caller's own. */
export type TextNormaliser = (value: unknown) => unknown

interface SchemaFacts {
  readonly type?: unknown
  readonly [NORMALISATION]?: string
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly patternProperties?: Readonly<Record<string, TSchema>>
  readonly propertyNames?: TSchema
  readonly items?: TSchema
  readonly anyOf?: readonly TSchema[]
  readonly oneOf?: readonly TSchema[]
  readonly allOf?: readonly TSchema[]
  readonly $defs?: Readonly<Record<string, TSchema>>
  readonly $ref?: string
}

type Definitions = Readonly<Record<string, TSchema>>

const normalisers = new WeakMap<object, { readonly run: TextNormaliser | undefined }>()

/**
 * Returns what normalises the texts of a schema's values; undefined where the schema has no such text. `outer` has the definitions of the
 * schemas around it. Compiled passes do the same by themselves; this is for what cannot be compiled, and for reports of what does not fit.
 * It runs before the check: bounds are those of the normalised text.
 */
export function textNormaliser(schema: TSchema, outer: Definitions = {}): TextNormaliser | undefined {
  const known = normalisers.get(schema)
  if (known) return known.run
  const run = compose(schema, outer, new Map())
  normalisers.set(schema, { run })
  return run
}

/** `open` holds definitions that are being composed: a recursive one calls itself through it. */
function compose(schema: TSchema, outer: Definitions, open: Map<TSchema, TextNormaliser | undefined>): TextNormaliser | undefined {
  const facts = schema as SchemaFacts
  const definitions = facts.$defs ? { ...outer, ...facts.$defs } : outer
  if (facts.$ref !== undefined) return composeReference(definitions[facts.$ref.replace('#/$defs/', '')], definitions, open)
  const form = facts[NORMALISATION]
  if (form !== undefined) return (value) => (typeof value === 'string' ? value.normalize(form) : value)
  const parts = [...(facts.anyOf ?? []), ...(facts.oneOf ?? []), ...(facts.allOf ?? [])].map((part) => compose(part, definitions, open))
  return inTurn([...parts, ofObject(facts, definitions, open), ofList(facts, definitions, open)])
}

function composeReference(
  target: TSchema | undefined,
  definitions: Definitions,
  open: Map<TSchema, TextNormaliser | undefined>,
): TextNormaliser | undefined {
  if (!target) return undefined
  if (open.has(target)) return (value) => open.get(target)?.(value) ?? value
  open.set(target, undefined)
  const run = compose(target, definitions, open)
  open.set(target, run)
  return run
}

function ofObject(
  { properties = {}, patternProperties = {}, propertyNames }: SchemaFacts,
  definitions: Definitions,
  open: Map<TSchema, TextNormaliser | undefined>,
): TextNormaliser | undefined {
  const fields = Object.entries(properties).flatMap(([name, part]) => {
    const run = compose(part, definitions, open)
    return run ? [{ name, run }] : []
  })
  const [pattern] = Object.values(patternProperties)
  const ofValue = pattern && compose(pattern, definitions, open)
  const ofName = propertyNames && compose(propertyNames, definitions, open)
  const ofRecord = ofValue || ofName ? recordNormaliser(ofName, ofValue) : undefined
  if (fields.length === 0) return ofRecord
  return inTurn([ofRecord, (value) => normaliseFields(value, fields)])
}

function normaliseFields(value: unknown, fields: readonly { readonly name: string; readonly run: TextNormaliser }[]): unknown {
  if (!isObject(value)) return value
  for (const { name, run } of fields) {
    const item = value[name]
    if (item === undefined || item === null || !Object.hasOwn(value, name)) continue
    const changed = run(item)
    if (changed !== item) value[name] = changed
  }
  return value
}

/** Throws `invalid_argument` for names that become one by it: one of their values would be lost. */
function recordNormaliser(ofName: TextNormaliser | undefined, ofValue: TextNormaliser | undefined): TextNormaliser {
  return (value) => {
    if (!isObject(value)) return value
    for (const [name, item] of Object.entries(value)) {
      const changedName = ofName ? (ofName(name) as string) : name
      const changed = ofValue ? ofValue(item) : item
      if (changedName !== name) {
        if (Object.hasOwn(value, changedName)) throw givenTwice(changedName)
        delete value[name]
      }
      if (changedName !== name || changed !== item) value[changedName] = changed
    }
    return value
  }
}

function givenTwice(name: string): BanyanError {
  const field = { path: `/${pointerSegment(name)}`, expected: 'is there twice, in two spellings of Unicode; send it once' }
  return new BanyanError('invalid_argument', `"${name}" ${field.expected}`, { fields: [field] })
}

function ofList(
  { items }: SchemaFacts,
  definitions: Definitions,
  open: Map<TSchema, TextNormaliser | undefined>,
): TextNormaliser | undefined {
  const run = items && compose(items, definitions, open)
  if (!run) return undefined
  return (value) => {
    if (!Array.isArray(value)) return value
    for (let index = 0; index < value.length; index++) {
      const changed = run(value[index])
      if (changed !== value[index]) value[index] = changed
    }
    return value
  }
}

function inTurn(parts: readonly (TextNormaliser | undefined)[]): TextNormaliser | undefined {
  const runs = parts.filter((part) => part !== undefined)
  const [first] = runs
  if (runs.length < 2) return first
  return (value) => runs.reduce((changed, run) => run(changed), value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
