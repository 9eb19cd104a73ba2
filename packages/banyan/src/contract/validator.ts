import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { BanyanError, type FieldError } from '../kernel/error.ts'
import { findUnsendable, NOT_PLAIN } from '../kernel/plain-json.ts'
import { kindAt } from './kind-at.ts'
import { textNormaliser } from './normalised.ts'
import { compilePass } from './sieve/compile-pass.ts'
import { declaredPart } from './sieve/declared-part.ts'
import { Place } from './sieve/place.ts'
import { type Pass, type PassOptions, withoutUndefined } from './sieve/plain-walk.ts'
import type { SchemaNode } from './sieve/schema-node.ts'
import { misfits } from './misfits.ts'

/**
 * Lets through what a schema declares, at a boundary of a service. Fields that it does not declare are left out, at any depth, as newer
 * senders may add some; `additionalProperties: false` has them refused instead. What JSON would change on its way, e.g. a Date, is refused
 * where it is declared. Compiled at first use: a start must not pay for what is never called.
 */
export interface SchemaCheck {
  /** Returns a copy of what the schema declares of the value; throws `invalid_argument` that names each wrong field. */
  parse(value: unknown, what: string): unknown
  /** The same for our own data: throws `internal` with the wrong fields as cause, because no caller can help that. */
  own(value: unknown, what: string): unknown
  /** Tells whether the value fits. Fields that the schema does not declare may be there, unless it refuses them. */
  fits(value: unknown): boolean
  /** Returns what the schema declares of a value that need not fit, e.g. one that was stored under an older contract. Not copied. */
  declared(value: unknown): unknown
}

/** The check of what came from outside: texts are put into the form that their schema asks for first, in the copy. */
export type InputCheck = Pick<SchemaCheck, 'parse' | 'fits'>

const checks = new WeakMap<object, SchemaCheck>()
const inputChecks = new WeakMap<object, SchemaCheck>()

/** Returns the check of a schema; one is kept per schema object. */
export function schemaCheck(schema: TSchema): SchemaCheck {
  return kept(checks, schema, { normalise: false })
}

/** Returns the check of a schema for values that came from outside. */
export function inputCheck(schema: TSchema): InputCheck {
  return textNormaliser(schema) ? kept(inputChecks, schema, { normalise: true }) : schemaCheck(schema)
}

function kept(known: WeakMap<object, SchemaCheck>, schema: TSchema, options: PassOptions): SchemaCheck {
  let check = known.get(schema)
  if (!check) known.set(schema, (check = newCheck(schema, options)))
  return check
}

function newCheck(schema: TSchema, options: PassOptions): SchemaCheck {
  const node = schema as unknown as SchemaNode
  let compiled: Pass | undefined
  let checker: Validator | undefined
  const validator = (): Validator => (checker ??= Compile(schema))
  function passed(value: unknown): unknown {
    if (value !== undefined) return (compiled ??= compilePass(node, options))(value)
    return validator().Check(undefined) ? undefined : NOT_PLAIN
  }
  const refusal = (value: unknown, what: string): BanyanError => invalid(wrongFields(validator(), schema, value, options), what)
  return {
    parse(value, what) {
      const copy = passed(value)
      if (copy === NOT_PLAIN) throw refusal(value, what)
      return copy
    },
    own(value, what) {
      const copy = passed(value)
      if (copy === NOT_PLAIN) throw ownMistake(wrongFields(validator(), schema, value, options), value, what)
      return copy
    },
    fits: (value) => passed(value) !== NOT_PLAIN,
    declared: (value) => declaredPart(node, value, Place.ofRoot(node)),
  }
}

function invalid(fields: readonly FieldError[], what: string): BanyanError {
  const named = fields.map((field) => `${field.path || 'the whole'} ${field.expected}`).join('; ')
  return new BanyanError('invalid_argument', `${what}: ${named}`, { fields })
}

/** Names each wrong field with the kind of what came: the value itself may be a secret, and logs are read by many. */
function ownMistake(fields: readonly FieldError[], value: unknown, what: string): BanyanError {
  const named = fields.map(({ path, expected }) => `${path || 'the whole'} ${expected}, and is ${kindAt(value, path)}`).join('; ')
  return new BanyanError('internal', `${what} is not what its contract says: ${named}`, { cause: invalid(fields, what) })
}

/** Runs only for what does not fit, so it may take its time. */
function wrongFields(validator: Validator, schema: TSchema, value: unknown, { normalise }: PassOptions): readonly FieldError[] {
  try {
    const plain = withoutUndefined(value)
    const sent = normalise ? (textNormaliser(schema)?.(plain) ?? plain) : plain
    const wrong = misfits(validator, sent)
    if (wrong.length > 0) return wrong
    const node = schema as unknown as SchemaNode
    const declared = declaredPart(node, sent, Place.ofRoot(node))
    const unsendable = findUnsendable(declared)
    if (!unsendable) return misfits(validator, declared)
    return [{ path: unsendable.path, expected: `must be plain JSON, not ${unsendable.found}` }]
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
  }
  return [{ path: '', expected: 'must not be nested so deeply, nor refer to itself' }]
}
