import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, declareError, type OperationDefinition, openApiDocument, type OpenApiDocument, query, Type } from '../index.ts'

const Order = Type.Object({ id: Type.String({ description: 'Id of the order', examples: ['o-1'] }), version: Type.Integer() })
const shop = contract('shop', {
  operations: {
    list: query('GET /api/orders', {
      input: Type.Object({ limit: Type.Optional(Type.Integer()), tag: Type.Array(Type.String()) }),
      output: Type.Object({ items: Type.Array(Order) }),
      access: 'user',
      summary: 'Lists orders',
    }),
    get: query('GET /api/orders/:id', {
      input: Type.Object({ id: Order.properties.id }),
      output: Order,
      access: { owner: 'id', roles: ['support'] },
    }),
    place: command('POST /api/orders', {
      input: Type.Object({ sku: Type.String() }),
      output: Order,
      access: 'user',
      idempotency: 'required',
      created: '/api/orders/:id',
      errors: { sold_out: Type.Object({ sku: Type.String() }), declined: declareError(402, Type.Object({ why: Type.String() })) },
    }),
    rename: command('PUT /api/orders/:id', {
      input: Type.Object({ id: Type.String(), version: Type.Integer(), name: Type.String() }),
      output: Order,
      access: { roles: ['admin'] },
      ifMatch: 'version',
    }),
    touch: command('POST /api/orders/:id/touch', {
      input: Type.Object({ id: Type.String() }),
      output: Type.Null(),
      access: 'public',
      status: 204,
      idempotency: 'none',
    }),
    pay: command('POST /api/payments', {
      input: Type.Union([Type.Object({ card: Type.String() }), Type.Object({ voucher: Type.String() })]),
      output: Type.Null(),
      access: 'user',
    }),
    remove: command('DELETE /api/orders/:id', {
      input: Type.Object({ id: Type.String(), force: Type.Optional(Type.Boolean()) }),
      output: Type.Null(),
      access: 'user',
      status: 204,
    }),
    find: query('GET /api/people/:idOrName', {
      input: Type.Object({ idOrName: Type.String({ description: 'Id or name' }) }),
      output: Type.Null(),
      access: 'public',
    }),
    forget: command('DELETE /api/people/:id', {
      input: Type.Object({ id: Type.String() }),
      output: Type.Null(),
      access: 'user',
      status: 204,
    }),
    secret: query('GET /api/secret', { input: Type.Object({}), output: Type.Null(), access: 'internal' }),
  },
})

interface Operation {
  operationId: string
  parameters?: { $ref?: string; name: string; in: string; required: boolean; schema: object; description?: string }[]
  requestBody?: { required: boolean; content: Record<string, { schema: { properties: object; required: string[] } }> }
  responses: Record<string, { $ref?: string; description: string; headers?: object; content?: Record<string, { schema: object }> }>
  security: Record<string, string[]>[]
}

function shopDocument(): OpenApiDocument {
  const operations = Object.entries(shop.operations).map(([name, operation]) => ({
    id: `shop.${name}`,
    tag: 'shop',
    operation: operation as OperationDefinition,
  }))
  // Through JSON, as it is served: what does not survive that is not in the document.
  return JSON.parse(JSON.stringify(openApiDocument({ title: 'Shop', version: '1.0.0', operations }))) as OpenApiDocument
}
const document = shopDocument()
const operationAt = (path: string, method: string): Operation => document.paths[path]?.[method] as unknown as Operation

test('keeps the rules of OpenAPI 3.1', () => {
  assert.match(document.openapi, /^3\.1\.\d+$/)
  const ids = new Set<string>()
  for (const [path, item] of Object.entries(document.paths)) {
    assert.match(path, /^\//)
    for (const [method, value] of Object.entries(item)) checkOperation(path, method, value as unknown as Operation, ids)
  }
  checkReferences(document)
})

function checkOperation(path: string, method: string, operation: Operation, ids: Set<string>): void {
  assert.ok(['get', 'post', 'put', 'patch', 'delete'].includes(method))
  assert.ok(!ids.has(operation.operationId), `operationId ${operation.operationId} is there twice`)
  ids.add(operation.operationId)
  const own = (operation.parameters ?? []).filter((parameter) => parameter.$ref === undefined)
  assert.equal(new Set(own.map((parameter) => `${parameter.in} ${parameter.name}`)).size, own.length)
  assert.deepEqual(
    own.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name),
    Array.from(path.matchAll(/\{(\w+)\}/g), (match) => match[1]),
  )
  for (const parameter of own) {
    assert.ok(['path', 'query', 'header'].includes(parameter.in))
    assert.ok(parameter.in !== 'path' || parameter.required)
    assert.equal(typeof parameter.schema, 'object')
  }
  if (method === 'get' || method === 'delete') assert.equal(operation.requestBody, undefined)
  assert.ok(Object.keys(operation.responses).some((status) => status.startsWith('2')))
  for (const [status, response] of Object.entries(operation.responses)) {
    assert.match(status, /^[1-5]\d\d$/)
    const { description } = response.$ref === undefined ? response : (componentAt(response.$ref) as { description: string })
    assert.ok(description !== undefined && description !== '', status)
  }
  const schemes = Object.keys(document.components['securitySchemes'] ?? {})
  for (const requirement of operation.security) for (const name of Object.keys(requirement)) assert.ok(schemes.includes(name))
}

function componentAt($ref: string): unknown {
  return $ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document)
}

function checkReferences(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const { $ref } = value as { $ref?: string }
  if ($ref !== undefined) assert.ok(componentAt($ref) !== undefined, `${$ref} leads nowhere`)
  for (const part of Object.values(value)) checkReferences(part)
}

test('names operations after service and operation, and leaves internal ones out', () => {
  const ids = Object.values(document.paths).flatMap((item) =>
    Object.values(item).map((operation) => (operation as unknown as Operation).operationId),
  )
  assert.deepEqual(
    new Set(ids),
    new Set(['list', 'get', 'place', 'rename', 'touch', 'pay', 'remove', 'find', 'forget'].map((name) => `shop.${name}`)),
  )
})

test('puts fields into path, query string and body as the gateway reads them', () => {
  const list = operationAt('/api/orders', 'get').parameters!.filter((parameter) => parameter.in === 'query')
  assert.deepEqual(
    list.map(({ name, required }) => ({ name, required })),
    [
      { name: 'limit', required: false },
      { name: 'tag', required: true },
    ],
  )
  assert.equal(operationAt('/api/orders/{id}', 'get').parameters![0]!.description, 'Id of the order')
  assert.deepEqual(
    operationAt('/api/orders/{id}', 'delete')
      .parameters!.filter((parameter) => parameter.in === 'query')
      .map(({ name }) => name),
    ['force'],
  )
  const rename = operationAt('/api/orders/{id}', 'put').requestBody!.content['application/json']!.schema
  assert.deepEqual(Object.keys(rename.properties), ['version', 'name'])
  assert.deepEqual(rename.required, ['name'], 'the version may stand in If-Match')
  assert.equal(operationAt('/api/orders/{id}/touch', 'post').requestBody, undefined)
  assert.ok(operationAt('/api/payments', 'post').requestBody)
})

test('documents success, headers and every error with its data', () => {
  const { responses } = operationAt('/api/orders', 'post')
  assert.deepEqual(Object.keys(responses['201']!.headers!), ['Location', 'ETag', 'Banyan-Token'])
  assert.equal(responses['402']!.description, 'declined')
  assert.match(JSON.stringify(responses['409']), /"const":"sold_out"/)
  assert.match(JSON.stringify(responses['409']), /idempotency_in_progress/)
  for (const status of ['400', '401', '403', '413', '415', '422', '429', '500', '503', '504']) assert.ok(responses[status], status)
  assert.equal(operationAt('/api/orders/{id}/touch', 'post').responses['204']!.content, undefined)
  assert.equal(operationAt('/api/orders/{id}/touch', 'post').responses['401'], undefined)
  assert.ok(operationAt('/api/orders/{id}', 'put').responses['412'])
  assert.deepEqual(operationAt('/api/orders/{id}/touch', 'post').security, [{}, { bearer: [] }])
})

test('keeps schemas as they are, with their examples', () => {
  const schema = operationAt('/api/orders/{id}', 'get').responses['200']!.content!['application/json']!.schema
  assert.deepEqual(schema, JSON.parse(JSON.stringify(Order)))
})

test('shows paths that differ only in the names of their parameters as one, as OpenAPI asks for', () => {
  assert.deepEqual(Object.keys(document.paths['/api/people/{idOrName}'] ?? {}), ['get', 'delete'])
  assert.equal(document.paths['/api/people/{id}'], undefined)
  assert.equal(operationAt('/api/people/{idOrName}', 'delete').parameters![0]!.name, 'idOrName')
})

test('declares what can happen to any request: found by the fuzz of every operation', () => {
  const statuses = (path: string, method: string) => Object.keys(operationAt(path, method).responses)
  for (const status of ['414', '431']) assert.ok(statuses('/api/orders', 'get').includes(status), status)
  for (const status of ['409', '413', '415']) assert.ok(statuses('/api/people/{idOrName}', 'delete').includes(status), status)
  const codes = JSON.stringify(document.components['responses'])
  for (const code of ['overloaded', 'storage_full', 'outcome_unknown', 'failed_precondition']) assert.match(codes, new RegExp(`"${code}"`))
})

test('a schema with a name stands once, wherever it is used, and keeps its text', () => {
  const Line = Type.Object({ sku: Type.String() })
  const Basket = Type.Object({ lines: Type.Array(Line), first: Type.Optional(Line), best: Type.Union([Line, Type.Null()]) })
  const put = command('PUT /api/baskets/:id', {
    input: Type.Object({ id: Type.String(), basket: Basket }),
    output: Basket,
    access: 'public',
    errors: { no_such_line: Type.Object({ line: Line }) },
  })
  const add = command('POST /api/lines', { input: Line, output: Type.Array(Line), access: 'public' })
  const operations = [
    { id: 'shop.put', tag: 'shop', operation: put },
    { id: 'shop.add', tag: 'shop', operation: add },
  ]
  const schemas = { 'shop.Line': Line, 'shop.Basket': Basket, 'other.Line': Type.Object({ other: Type.Null() }) }
  const named = JSON.parse(JSON.stringify(openApiDocument({ title: 'Shop', version: '1', operations, schemas }))) as OpenApiDocument
  const { 'shop.Line': line, 'shop.Basket': basket, ...others } = named.components['schemas'] as Record<string, unknown>
  assert.deepEqual(line, JSON.parse(JSON.stringify(Line)))
  const reference = { $ref: '#/components/schemas/shop.Line' }
  assert.deepEqual((basket as { properties: object }).properties, {
    lines: { type: 'array', items: reference },
    first: reference,
    best: { anyOf: [reference, { type: 'null' }] },
  })
  assert.deepEqual(Object.keys(others), ['Problem'], 'a name that nothing uses is left out')
  const text = JSON.stringify(named.paths)
  assert.doesNotMatch(text, /"sku":\{/, 'its text stands nowhere else')
  assert.match(
    text,
    /"requestBody":\{"required":true,"content":\{"application\/json":\{"schema":\{"\$ref":"#\/components\/schemas\/shop\.Line"\}/,
  )
})

test('gives bodies and required parameters an example that fits', () => {
  const place = operationAt('/api/orders', 'post').requestBody!.content['application/json'] as unknown as { example: object }
  assert.deepEqual(Object.keys(place.example), ['sku'])
  const [id] = operationAt('/api/orders/{id}', 'get').parameters as unknown as { example: string }[]
  assert.equal(id!.example, 'o-1', 'that of the author')
})
