import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { BanyanError, type FieldError } from '../kernel/error.ts'
import { textNormaliser } from './normalised.ts'
import { meaningOf } from './text.ts'

/** Fields reported at most; a body of a million wrong fields must not make a huge answer. */
const FIELDS_MAX = 20

/** Checks values against one schema. Compiled at first use: a start must not pay for what is never called. */
export interface SchemaCheck {
  /** Returns the value when it fits; throws `invalid_argument` that names each wrong field. */
  parse(value: unknown, what: string): unknown
  /** Tells whether the value fits. */
  fits(value: unknown): boolean
  /** Returns our own value when it fits; throws `internal` with the wrong fields as cause, because no caller can help that. */
  own(value: unknown, what: string): unknown
}

const checks = new WeakMap<object, SchemaCheck>()

/** Returns the check of a schema; one is kept per schema object. */
export function schemaCheck(schema: TSchema): SchemaCheck {
  const known = checks.get(schema)
  if (known) return known
  let compiled: Validator | undefined
  const validator = (): Validator => (compiled ??= Compile(schema))
  const check: SchemaCheck = {
    parse(value, what) {
      if (validator().Check(value)) return value
      throw invalid(validator(), value, what)
    },
    fits: (value) => validator().Check(value),
    own(value, what) {
      if (validator().Check(value)) return value
      throw new BanyanError('internal', `${what} is not what its contract says`, { cause: invalid(validator(), value, what) })
    },
  }
  checks.set(schema, check)
  return check
}

/** Checks what came from outside. */
export interface InputCheck {
  /**
   * Puts the texts of a value into the form that the schema asks for, changing objects in place, and returns it when it fits.
   * Throws `invalid_argument` that names each wrong field.
   */
  parse(value: unknown, what: string): unknown
  /** Tells whether the value fits once its texts are in that form; changes objects in place, too. */
  fits(value: unknown): boolean
}

/** Returns the check of a schema for values that came from outside and belong to nobody else. */
export function inputCheck(schema: TSchema): InputCheck {
  const check = schemaCheck(schema)
  const normalised = (value: unknown): unknown => textNormaliser(schema)?.(value) ?? value
  return { parse: (value, what) => check.parse(normalised(value), what), fits: (value) => check.fits(normalised(value)) }
}

function invalid(validator: Validator, value: unknown, what: string): BanyanError {
  const byPath = new Map<string, FieldError>()
  for (const error of validator.Errors(value)) {
    const field = fieldError(error)
    if (!byPath.has(field.path)) byPath.set(field.path, field)
    if (byPath.size === FIELDS_MAX) break
  }
  const fields = [...byPath.values()]
  const named = fields.map((field) => `${field.path || 'the whole'} ${field.expected}`).join('; ')
  return new BanyanError('invalid_argument', `${what}: ${named}`, { fields })
}

function fieldError(error: { keyword: string; instancePath: string; message: string; params: object }): FieldError {
  if (error.keyword === 'required') {
    const missing = (error.params as { requiredProperties?: string[] }).requiredProperties ?? []
    return { path: `${error.instancePath}/${missing[0] ?? ''}`, expected: 'is required' }
  }
  const { pattern, format } = error.params as { pattern?: unknown; format?: unknown }
  const meaning = meaningOf(String(pattern ?? format))
  return { path: error.instancePath, expected: meaning ?? error.message }
}
