import type { TSchema } from 'typebox'
import { accessRoles } from '../access.ts'
import { type Json31, problemResponses, type SharedResponses, standardComponents } from './openapi-problems.ts'
import { bodySchema, inputFields, type InputField } from './openapi-input.ts'
import type { OperationDefinition } from '../operation.ts'
import { namedSchemas, type NamedSchemas } from './openapi-names.ts'
import type { Route } from '../route.ts'
import { schemaExample } from './schema-example.ts'

/** One operation of the reference. */
export interface OpenApiOperation {
  /** Stable name that generated clients use, e.g. `orders.create`. */
  readonly id: string
  /** Heading under which it stands, e.g. the service's name. */
  readonly tag: string
  readonly operation: OperationDefinition
}

/** What a reference is made of. */
export interface OpenApiOptions {
  readonly title: string
  readonly version: string
  readonly operations: readonly OpenApiOperation[]
  /** Schemas by the names that they have in the document. Default none: every schema stands where it is used. */
  readonly schemas?: Readonly<Record<string, TSchema>>
}

/** An OpenAPI 3.1 document, ready for JSON.stringify. */
export interface OpenApiDocument {
  readonly openapi: string
  readonly info: Json31
  readonly servers: readonly Json31[]
  readonly tags: readonly Json31[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json31>>>>
  readonly components: Json31
}

/**
 * Derives the reference of an API from contracts. Schemas stand in it as they are: TypeBox schemas are JSON Schema, and so is
 * OpenAPI 3.1. Those with a name stand once, under `components`. Bodies and required parameters have an example that fits where one can be
 * made. Internal operations are left out.
 */
export function openApiDocument({ title, version, operations, schemas = {} }: OpenApiOptions): OpenApiDocument {
  const shown = operations.filter(({ operation }) => operation.access !== 'internal')
  const shared: SharedResponses = new Map()
  const names = namedSchemas(schemas)
  const paths: Record<string, Record<string, Json31>> = {}
  const namesOf = new Map<string, readonly string[]>()
  for (const each of shown) {
    const { route } = each.operation
    // Two paths that differ only in the names of their parameters are one path: the first names them for all.
    const shape = pathTemplate(route, [])
    const parameters = namesOf.get(shape) ?? route.parameters
    namesOf.set(shape, parameters)
    ;(paths[pathTemplate(route, parameters)] ??= {})[route.method.toLowerCase()] = names.refer(operationObject(each, parameters, shared))
  }
  return {
    openapi: '3.1.0',
    info: { title, version },
    servers: [{ url: '/' }],
    tags: [...new Set(shown.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: withSchemas(standardComponents(shared), names),
  }
}

function withSchemas(components: Json31, names: NamedSchemas): Json31 {
  const responses = names.refer(components['responses'] as Json31)
  return { ...components, responses, schemas: { ...(components['schemas'] as Json31), ...names.components() } }
}

/** Writes a route's path as OpenAPI does: `/api/orders/{id}`, with `names` for its parameters in order. */
function pathTemplate({ segments, parameters }: Route, names: readonly string[]): string {
  const texts = segments.map((segment) =>
    'literal' in segment ? segment.literal : `{${names[parameters.indexOf(segment.parameter)] ?? ''}}`,
  )
  return `/${texts.join('/')}`
}

function operationObject({ id, tag, operation }: OpenApiOperation, names: readonly string[], shared: SharedResponses): Json31 {
  const fields = inputFields(operation.input)
  const inPath = new Set(operation.route.parameters)
  const takesBody = operation.route.method !== 'GET' && operation.route.method !== 'DELETE'
  const body = takesBody ? bodySchema(operation, inPath) : undefined
  const parameters = [
    ...operation.route.parameters.map((name, index) => parameter('path', names[index] ?? name, fields.get(name))),
    ...(takesBody ? [] : [...fields].filter(([name]) => !inPath.has(name)).map(([name, field]) => parameter('query', name, field))),
    ...headerParameters(operation),
  ]
  return {
    operationId: id,
    tags: [tag],
    ...(operation.summary === undefined ? {} : { summary: operation.summary }),
    description: accessText(operation),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: body.required, content: { 'application/json': media(body.schema) } } }),
    responses: { [operation.status]: success(operation), ...problemResponses(operation, shared) },
    security: securityOf(operation),
  }
}

function media(schema: object): Json31 {
  const example = schemaExample(schema)
  return example === undefined ? { schema } : { schema, example }
}

function parameter(where: 'path' | 'query', name: string, field: InputField | undefined): Json31 {
  const schema: TSchema = field?.schema ?? { type: 'string' }
  const { description } = schema as { description?: string }
  const required = where === 'path' || (field?.required ?? false)
  const example = required ? schemaExample(schema, name) : undefined
  return {
    name,
    in: where,
    required,
    ...(description === undefined ? {} : { description }),
    schema,
    ...(example === undefined ? {} : { example }),
  }
}

function headerParameters({ kind, idempotency, ifMatch }: OperationDefinition): Json31[] {
  const reference = (name: string): Json31 => ({ $ref: `#/components/parameters/${name}` })
  if (kind === 'query') return [reference('BanyanAfter')]
  return [
    ...(idempotency === 'none' ? [] : [reference(idempotency === 'required' ? 'IdempotencyKeyRequired' : 'IdempotencyKey')]),
    ...(ifMatch === undefined ? [] : [reference('IfMatch')]),
    reference('Prefer'),
  ]
}

function success({ status, output, created, kind }: OperationDefinition): Json31 {
  const reference = (name: string): Json31 => ({ $ref: `#/components/headers/${name}` })
  const headers = {
    ...(created === undefined ? {} : { Location: reference('Location') }),
    ...(inputFields(output).has('version') ? { ETag: reference('ETag') } : {}),
    ...(kind === 'command' ? { 'Banyan-Token': reference('BanyanToken') } : {}),
  }
  return {
    description: created === undefined ? 'Done' : 'Created',
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(status === 204 ? {} : { content: { 'application/json': { schema: output } } }),
  }
}

function securityOf({ access }: OperationDefinition): Json31[] {
  if (access === 'public') return [{}, { bearer: [] }]
  return access === 'user' ? [{ bearer: [] }] : [{ bearer: [] }, { apiKey: [] }]
}

function accessText({ access }: OperationDefinition): string {
  if (access === 'public') return 'Anyone may call it.'
  if (typeof access !== 'object') return 'Needs a signed-in user; API keys are refused.'
  const roles = accessRoles(access).join(', ')
  if ('user' in access) return `Needs a signed-in user, or an API key with one of the roles: ${roles}.`
  if (!('owner' in access)) return `Needs one of the roles: ${roles || 'none'}.`
  return `For the user named by \`${access.owner}\`${roles === '' ? '' : ` and for the roles: ${roles}`}.`
}
