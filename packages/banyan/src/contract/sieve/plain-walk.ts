import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { isPlainObject, NOT_PLAIN, plainCopy, setField } from '../../kernel/plain-json.ts'
import { textNormaliser } from '../normalised.ts'
import { declaredPart } from './declared-part.ts'
import type { PlacedSchema } from './place.ts'

/** Checks a value, and returns a copy of what the schema declares of it; `NOT_PLAIN` when it does not fit or that part is not plain JSON. */
export type Pass = (value: unknown) => unknown

/** How a pass differs from the default. */
export interface PassOptions {
  /** Whether texts are put into the Unicode form that their schema asks for, before they are checked. */
  readonly normalise: boolean
}

/** Makes the pass of a schema that cannot be compiled: TypeBox's check, then the plain walk. */
export function plainWalk({ schema, place }: PlacedSchema, { normalise }: PassOptions): Pass {
  const names = place.names() as Record<string, TSchema>
  const normaliser = normalise && typeof schema === 'object' ? textNormaliser(schema, names) : undefined
  let validator: Validator | undefined
  return (value) => {
    const plain = withoutUndefined(value)
    const sent = normaliser?.(plain) ?? plain
    validator ??= Compile(names, schema)
    if (!validator.Check(sent)) return NOT_PLAIN
    const kept = plainCopy(declaredPart(schema, sent, place))
    return kept === NOT_PLAIN || validator.Check(kept) ? kept : NOT_PLAIN // without what was dropped, two items of a list may be the same
  }
}

/** Copies plain objects and lists without fields that are `undefined`, as JSON leaves them out; what has a class stays as it is. */
export function withoutUndefined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Array.from(value, withoutUndefined)
  if (!isPlainObject(value)) return value
  const copy: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(value)) if (field !== undefined) setField(copy, name, withoutUndefined(field))
  return copy
}
