import type { Validator } from 'typebox/compile'
import type { FieldError } from '../kernel/error.ts'
import { EXPECTED_WORDS, meaningOf } from './text.ts'

/** Fields reported at most; a body of a million wrong fields must not make a huge answer. */
const FIELDS_MAX = 20
/** Allowed values that are listed, and characters of the list, at most. */
const VALUES_MAX = 20
const VALUES_LENGTH_MAX = 400

/** What a validator says of one place. */
interface Misfit {
  readonly keyword: string
  /** Where in the schema it stands, as a JSON pointer behind `#`. */
  readonly schemaPath: string
  readonly instancePath: string
  readonly message: string
  readonly params: object
}

/** What is wrong with one field: values that its schema lists, and what else it would take. */
interface Wrong {
  readonly values: unknown[]
  readonly others: string[]
}

/** Returns what does not fit of a value, once for each field: what was expected, in words; of a field with a few values, which. */
export function misfits(validator: Validator, value: unknown): readonly FieldError[] {
  const byPath = new Map<string, Wrong>()
  for (const error of validator.Errors(value)) {
    const { path, expected } = fieldError(error, validator.Type())
    if (!byPath.has(path) && byPath.size === FIELDS_MAX) break
    const wrong = byPath.get(path) ?? { values: [], others: [] }
    byPath.set(path, wrong)
    const values = valuesOf(error)
    wrong.values.push(...values)
    if (values.length === 0) wrong.others.push(expected)
  }
  return Array.from(byPath, ([path, wrong]) => ({ path, expected: expectation(wrong) }))
}

/** That no variant of a union fits is said by what each of them asks for. */
const UNION = /^must match (?:a|exactly one) schema in /

function expectation({ values, others }: Wrong): string {
  const first = others.find((other) => !UNION.test(other)) ?? others[0]
  if (values.length === 0) return first ?? 'is wrong'
  const listed = oneOf(values)
  return first === undefined || UNION.test(first) ? listed : `${listed}, or else ${first}`
}

/** Values that a part of a schema lists; `null` is one of them. */
function valuesOf({ keyword, params }: Misfit): readonly unknown[] {
  const { allowedValues, allowedValue, type } = params as { allowedValues?: unknown[]; allowedValue?: unknown; type?: unknown }
  if (keyword === 'enum') return allowedValues ?? []
  if (keyword === 'const') return [allowedValue]
  return keyword === 'type' && type === 'null' ? [null] : []
}

function oneOf(values: readonly unknown[]): string {
  const all = [...new Set(values)].map((value) => JSON.stringify(value))
  let text = ''
  let count = 0
  for (const value of all) {
    if (count === VALUES_MAX || text.length + value.length > VALUES_LENGTH_MAX) break
    text += `${count === 0 ? '' : ', '}${value}`
    count++
  }
  const more = all.length - count
  if (all.length === 1 && more === 0) return `must be ${text}`
  return more === 0 ? `must be one of ${text}` : `must be one of ${text} and ${more} more`
}

function fieldError(error: Misfit, schema: unknown): FieldError {
  if (error.keyword === 'required') {
    const missing = (error.params as { requiredProperties?: string[] }).requiredProperties ?? []
    return { path: `${error.instancePath}/${missing[0] ?? ''}`, expected: 'is required' }
  }
  if (error.keyword === 'boolean') return { path: error.instancePath, expected: 'is not declared; leave it out' }
  const { pattern, format } = error.params as { pattern?: string; format?: string }
  const form = pattern ?? format
  const meaning = form === undefined ? undefined : (ownWords(schema, error.schemaPath) ?? meaningOf(form))
  return { path: error.instancePath, expected: meaning ?? error.message }
}

/** What the part of a schema at a place says of itself. */
function ownWords(schema: unknown, schemaPath: string): string | undefined {
  let part = schema
  for (const step of schemaPath.split('/').slice(1)) part = (part as Record<string, unknown> | undefined)?.[unescaped(step)]
  const words = (part as Record<string, unknown> | undefined)?.[EXPECTED_WORDS]
  return typeof words === 'string' ? words : undefined
}

/** A step of a JSON pointer as it is written in the schema (RFC 6901). */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
