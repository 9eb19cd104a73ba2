import { Compile } from 'typebox/compile'
import { Format } from 'typebox/format'
import { Guard } from 'typebox/guard'
import { NORMALISATION } from '../text.ts'
import { type CodeWriter, literal } from './code-writer.ts'
import type { PlacedObject } from './place.ts'
import { decidesBy, isPrimitive, type SchemaObject } from './schema-node.ts'
import type { SchemaWriter } from './schema-writer.ts'

const PRIMITIVES: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean', 'null'])
/** Alternatives that are compared one after another; more are looked up. */
const COMPARED_MAX = 8
const TEXT_KEYWORDS = ['type', 'const', 'enum', 'minLength', 'maxLength', 'pattern', 'format']
const NUMBER_KEYWORDS = ['type', 'const', 'enum', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
const OTHER_KEYWORDS = ['type', 'const', 'enum']

/** Tells whether nothing but a text, a number, a boolean or null can fit a schema. */
export function isLeaf({ type, const: only, enum: alternatives }: SchemaObject): boolean {
  if (type !== undefined) return PRIMITIVES.has(type) || (Array.isArray(type) && type.every((each) => PRIMITIVES.has(each)))
  if (only !== undefined) return isPrimitive(only)
  return Array.isArray(alternatives) && alternatives.every(isPrimitive)
}

/** Writes the pass of a leaf; returns its copy. */
export function writeLeaf(writer: SchemaWriter, leaf: PlacedObject, value: string): string {
  const text = normalised(writer, leaf.schema, value)
  writer.code.line(`if (!(${leafCondition(writer.code, leaf, text)})) return R`)
  return leafCopy(leaf.schema, text)
}

/** Writes that a value which fits a leaf is the result, and that the code goes on with any other. */
export function writeLeafAttempt(writer: SchemaWriter, leaf: PlacedObject, value: string): void {
  const text = normalised(writer, leaf.schema, value)
  writer.code.line(`if (${leafCondition(writer.code, leaf, text)}) return ${leafCopy(leaf.schema, text)}`)
}

function normalised({ code, options }: SchemaWriter, schema: SchemaObject, value: string): string {
  const form = schema[NORMALISATION]
  if (!options.normalise || typeof form !== 'string') return value
  const text = code.name()
  code.line(`const ${text} = typeof ${value} === 'string' ? ${value}.normalize(${literal(form)}) : ${value}`)
  return text
}

/** Writes the condition under which a value fits a leaf. What has no words here, e.g. a refinement, is asked of TypeBox. */
function leafCondition(writer: CodeWriter, { schema, place }: PlacedObject, value: string): string {
  const conditions = understood(schema) ? conditionsOf(writer, schema, value) : undefined
  if (conditions) return conditions.join(' && ')
  const check = writer.external(Compile(place.names() as Record<string, object>, schema))
  return `${check}.Check(${value})`
}

/** Writes the copy of a leaf. */
function leafCopy({ type, const: only, enum: alternatives }: SchemaObject, value: string): string {
  if (type === 'number' || type === 'integer') return `${value} + 0` // −0 is 0 in JSON
  const mayBeZero = type === undefined ? (Array.isArray(alternatives) ? alternatives : [only]).includes(0) : Array.isArray(type)
  return mayBeZero ? `(${value} === 0 ? 0 : ${value})` : value
}

function understood(schema: SchemaObject): boolean {
  const { type, pattern, const: only, enum: alternatives } = schema
  if (Array.isArray(type)) return false
  if (only !== undefined && !isPrimitive(only)) return false
  if (alternatives !== undefined && !(Array.isArray(alternatives) && alternatives.every(isPrimitive))) return false
  if (type === 'string') return decidesBy(schema, TEXT_KEYWORDS) && (pattern === undefined || typeof pattern === 'string')
  return decidesBy(schema, type === 'number' || type === 'integer' ? NUMBER_KEYWORDS : OTHER_KEYWORDS)
}

function conditionsOf(writer: CodeWriter, schema: SchemaObject, value: string): string[] {
  const conditions = typeConditions(schema, value)
  if (schema['type'] === 'string') conditions.push(...textConditions(writer, schema, value))
  else conditions.push(...numberConditions(writer, schema, value))
  if (isPrimitive(schema['const'])) conditions.push(`${value} === ${literal(schema['const'])}`)
  if (Array.isArray(schema['enum'])) conditions.push(oneOf(writer, schema['enum'], value))
  return conditions
}

function typeConditions({ type }: SchemaObject, value: string): string[] {
  if (type === 'string' || type === 'boolean') return [`typeof ${value} === ${literal(type)}`]
  if (type === 'number') return [`Number.isFinite(${value})`]
  if (type === 'integer') return [`Number.isInteger(${value})`]
  return type === 'null' ? [`${value} === null`] : []
}

function textConditions(writer: CodeWriter, { minLength, maxLength, pattern, format }: SchemaObject, value: string): string[] {
  const conditions: string[] = []
  if (typeof minLength === 'number')
    conditions.push(
      `(${value}.length >= ${literal(minLength * 2)} || ${writer.external(Guard.IsMinLength)}(${value}, ${literal(minLength)}))`,
    )
  if (typeof maxLength === 'number')
    conditions.push(`(${value}.length <= ${literal(maxLength)} || ${writer.external(Guard.IsMaxLength)}(${value}, ${literal(maxLength)}))`)
  if (typeof format === 'string' && Format.Has(format)) conditions.push(`${writer.external(Format.Get(format))}(${value})`)
  if (typeof pattern === 'string') conditions.push(`${writer.external(new RegExp(pattern, 'u'))}.test(${value})`)
  return conditions
}

function numberConditions(writer: CodeWriter, schema: SchemaObject, value: string): string[] {
  const conditions: string[] = []
  const bound = (keyword: string, operator: string): void => {
    const limit = schema[keyword]
    if (typeof limit === 'number') conditions.push(`${value} ${operator} ${writer.external(limit)}`)
  }
  bound('minimum', '>=')
  bound('maximum', '<=')
  bound('exclusiveMinimum', '>')
  bound('exclusiveMaximum', '<')
  if (typeof schema['multipleOf'] === 'number')
    conditions.push(`${writer.external(Guard.IsMultipleOf)}(${value}, ${writer.external(schema['multipleOf'])})`)
  return conditions
}

function oneOf(writer: CodeWriter, alternatives: readonly unknown[], value: string): string {
  if (alternatives.length > COMPARED_MAX) return `${writer.external(new Set(alternatives))}.has(${value})`
  const compared = alternatives.filter(isPrimitive).map((each) => `${value} === ${literal(each)}`)
  return compared.length === 0 ? 'false' : `(${compared.join(' || ')})`
}
