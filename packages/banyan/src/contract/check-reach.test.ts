import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BanyanError } from '../kernel/index.ts'
import { ERROR_CODES } from '../kernel/index.ts'
import { type Access, command, contract, declareError, event, query, type TSchema, Type } from './index.ts'

const Id = Type.Object({ id: Type.String() })
const Nothing = Type.Object({})

function refuses(work: () => unknown, message: RegExp, what?: string): void {
  assert.throws(work, (error: BanyanError) => (assert.equal(error.code, 'misuse'), assert.match(error.message, message), true), what)
}
const asking = (input: TSchema, access: Access = 'public') =>
  contract('orders', { operations: { find: query('GET /api/orders', { input, output: Nothing, access }) } })
const asked = (input: TSchema) =>
  contract('orders', { operations: { find: query('POST /api/orders', { input, output: Nothing, access: 'public' }) } })
const answering = (output: TSchema, status: 202 | 204 = 204) =>
  contract('orders', { operations: { end: command('POST /api/orders', { input: Nothing, output, access: 'public', status }) } })

const NOT_IN_A_QUERY: Record<string, TSchema> = {
  'an object': Id,
  'a list of objects': Type.Array(Id),
  'a list of lists': Type.Array(Type.Array(Type.String())),
  'a record': Type.Record(Type.String(), Type.String()),
  'a choice of objects': Type.Union([Id, Type.Object({ sku: Type.String() })]),
  'an intersection of objects': Type.Intersect([Id, Type.Object({ sku: Type.String() })]),
  'a list of objects or a text': Type.Union([Type.Array(Id), Type.String()]),
  'nothing but null': Type.Null(),
}
for (const [what, schema] of Object.entries(NOT_IN_A_QUERY))
  test(`refuses a GET whose input needs ${what}: neither path nor query string can carry it`, () => {
    const input = Type.Object({ filter: schema })
    refuses(
      () => asking(input),
      /^orders\.find: the input needs "filter", which neither path nor query string of GET \/api\/orders can carry; .*POST/,
    )
    refuses(() => asking(Type.Object({ filter: Type.Optional(schema) })), /the input has "filter"/)
    refuses(() => asking(Type.Intersect([Id, input])), /the input needs "filter"/)
    refuses(() => asking(Type.Union([input, Type.Object({ filter: schema, id: Type.String() })])), /the input needs "filter"/)
    asking(input, 'internal')
    asked(input)
  })

test('takes a GET with what a query string can carry', () => {
  const all = [
    Type.String(),
    Type.Integer(),
    Type.Number(),
    Type.Boolean(),
    Type.Literal('a'),
    Type.Enum(['a', 'b']),
    Type.Array(Type.String()),
    Type.Array(Type.Union([Type.Integer(), Type.Null()])),
    Type.Union([Type.String(), Id]),
    Type.Unknown(),
  ]
  for (const schema of all) asking(Type.Object({ filter: schema, other: Type.Optional(schema) }))
})

for (const [what, input] of Object.entries({
  'a text': Type.String(),
  'a list': Type.Array(Id),
  'an object or null': Type.Union([Id, Type.Null()]),
  null: Type.Null(),
  'a literal': Type.Literal(1),
}))
  test(`refuses ${what} as the input of an operation`, () => {
    refuses(() => asked(input), /^orders\.find: the input may be .*; it must be an object/)
    refuses(() => asking(input, 'internal'), /it must be an object/)
  })

test('refuses a status without a body for an operation that answers something', () => {
  for (const output of [Id, Nothing, Type.String(), Type.Union([Id, Type.Null()]), Type.Unknown(), Type.Array(Id)])
    refuses(() => answering(output), /^orders\.end: status 204 has no body, but there is an output; make the output Type\.Null\(\)/)
  answering(Type.Null())
  answering({ const: null })
  answering(Id, 202)
  for (const status of [100, 103, 199, 203, 205, 206, 301, 304, 0, '204', 204.5])
    refuses(() => answering(Type.Null(), status as never), /status is .*; it must be one of 200, 201, 202, 204/, String(status))
})

const BAD = ['', ' ', 'find order', 'find\n', 'find\u0000', 'find.order', '__proto__', 'constructor', 'prototype', 'toString', 'then']
test('refuses names of operations, events, schemas and errors that a path, a header or an object cannot hold', () => {
  const find = query('GET /api/orders', { input: Nothing, output: Nothing, access: 'public' })
  for (const name of BAD) {
    refuses(() => contract('orders', { operations: { [name]: find } }), /^orders: operation ".*/, name)
    refuses(() => contract('orders', { schemas: { [name]: Id } }), /^orders: schema ".*/, name)
    if (name !== 'find.order')
      refuses(() => contract('orders', { events: { [name]: event({ key: 'id', data: Id }) } }), /^orders: event ".*/, name)
    refuses(() => contract(name, {}), /^contract name ".*/, name)
    const errors = { [name]: Nothing }
    refuses(() => contract('orders', { operations: { find: { ...find, errors } } }), /^orders\.find: error ".*/, name)
  }
})

test('refuses a list whose prototype was set by a name: what is meant is not in it', () => {
  const find = query('GET /api/orders', { input: Nothing, output: Nothing, access: 'public' })
  refuses(
    () => contract('orders', { operations: { __proto__: { find } } as never }),
    /operations has a prototype; .*name nothing in it "__proto__"/,
  )
  refuses(
    () => contract('orders', { operations: { find: { ...find, errors: { __proto__: { gone: Id } } as never } } }),
    /errors has a prototype/,
  )
})

test('refuses an error with a code of the platform: a client could not tell them apart', () => {
  for (const code of Object.keys(ERROR_CODES))
    refuses(
      () =>
        contract('orders', {
          operations: {
            find: query('GET /api/orders', {
              input: Nothing,
              output: Nothing,
              access: 'public',
              errors: { [code]: declareError(409, Nothing) },
            }),
          },
        }),
      new RegExp(`^orders\\.find: error "${code}" is the platform's own.*give it a code of its own`),
    )
})

test('refuses a field that JavaScript would take for something else: no request could bring it', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'valueOf'])
    refuses(() => asked(Type.Object({ [name]: Type.String() })), /the input has a field ".*", a name that JavaScript uses itself/, name)
  refuses(() => asked(Type.Object({ a: Type.Array(Type.Object({ ['__proto__']: Type.String() })) })), /field "__proto__"/)
  refuses(
    () => contract('a', { operations: { get: query('GET /api/a/:constructor', { input: Nothing, output: Nothing, access: 'public' }) } }),
    /names no field of the input/,
  )
  asked(Type.Object({ a: Type.Object({ constructor: Type.String() }), default: Type.Object({ enum: Type.String() }) }))
})

test('refuses a created path with what no path has', () => {
  for (const created of ['/api/orders/:id ', '/api/or ders', '/api/orders\r\nx: y', '//orders', '/api/orders/'])
    refuses(
      () =>
        contract('orders', {
          operations: { add: command('POST /api/orders', { input: Id, output: Id, access: 'public', created: created as '/x' }) },
        }),
      /created is .*; give a path/,
      created,
    )
})
