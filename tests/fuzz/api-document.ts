// What /openapi.json says, in the form in which the fuzz needs it: a new operation is in it by itself.
import assert from 'node:assert/strict'

/** A JSON Schema as it stands in the document, references resolved. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly propertyNames?: Schema
  readonly additionalProperties?: boolean | Schema
  readonly maxProperties?: number
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
}

/** A parameter of an operation. */
export interface ApiParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: Schema
}

/** What the document says of one status. Without a type there is no body. */
export interface ApiAnswer {
  readonly type?: string
  readonly schema?: Schema
  /** Names of headers that a success has. */
  readonly headers: readonly string[]
}

/** An operation as callers know it. */
export interface ApiOperation {
  /** E.g. `orders.place`. */
  readonly id: string
  readonly tag: string
  readonly method: string
  /** E.g. `/api/orders/{id}`. */
  readonly path: string
  readonly parameters: readonly ApiParameter[]
  readonly body: { readonly required: boolean; readonly schema: Schema } | undefined
  readonly answers: ReadonlyMap<number, ApiAnswer>
  /** Anybody may call it. */
  readonly open: boolean
}

type Json = Readonly<Record<string, unknown>>

/** Deeper than any schema of an API that people use. */
const DEPTH_MAX = 40

/** Reads all operations of an OpenAPI 3.1 document. */
export function apiOperations(document: unknown): ApiOperation[] {
  const resolved = resolve(document, document as Json, 0) as { paths: Record<string, Record<string, Json>> }
  return Object.entries(resolved.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => toOperation(path, method.toUpperCase(), operation)),
  )
}

function toOperation(path: string, method: string, operation: Json): ApiOperation {
  const {
    operationId,
    tags,
    parameters = [],
    requestBody,
    responses,
    security,
  } = operation as unknown as {
    operationId: string
    tags: readonly string[]
    parameters?: readonly ApiParameter[]
    requestBody?: { required: boolean; content: Record<string, { schema: Schema }> }
    responses: Record<string, { content?: Record<string, { schema: Schema }>; headers?: object }>
    security: readonly object[]
  }
  const body = requestBody?.content['application/json']
  return {
    id: operationId,
    tag: tags[0] ?? '',
    method,
    path,
    parameters,
    body: body && { required: requestBody?.required ?? false, schema: body.schema },
    answers: new Map(Object.entries(responses).map(([status, response]) => [Number(status), toAnswer(response)])),
    open: security.some((requirement) => Object.keys(requirement).length === 0),
  }
}

function toAnswer({ content = {}, headers = {} }: { content?: Record<string, { schema: Schema }>; headers?: object }): ApiAnswer {
  const [first] = Object.entries(content)
  return { headers: Object.keys(headers), ...(first ? { type: first[0], schema: first[1].schema } : {}) }
}

/** Puts what references name in their place. */
function resolve(value: unknown, document: Json, depth: number): unknown {
  assert.ok(depth < DEPTH_MAX, 'the document is deeper than it may be, or refers to itself')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => resolve(item, document, depth + 1))
  const { $ref } = value as { $ref?: unknown }
  if (typeof $ref === 'string') return resolve(named($ref, document), document, depth + 1)
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolve(item, document, depth + 1)]))
}

function named(reference: string, document: Json): unknown {
  const steps = reference.replace(/^#\//, '').split('/')
  const found = steps.reduce<unknown>((at, name) => (at as Json | undefined)?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], document)
  assert.ok(found !== undefined, `${reference} leads nowhere`)
  return found
}
