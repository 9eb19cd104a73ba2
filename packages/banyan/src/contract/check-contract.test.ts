import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BanyanError } from '../kernel/index.ts'
import { command, type CommandSpec, contract, declareError, event, type ErrorSpec, type RouteText, type TSchema, Type } from './index.ts'

const Id = Type.Object({ id: Type.String() })
type Spec = Partial<CommandSpec<TSchema, TSchema, ErrorSpec>>

/** Declares one operation that is right but for `changes`. */
const declare =
  (route: RouteText, changes: Spec = {}): (() => unknown) =>
  () =>
    contract('orders', { operations: { place: command(route, { input: Id, output: Id, access: 'public', ...changes }) } })

function refuses(work: () => unknown, ...words: RegExp[]): void {
  assert.throws(work, (error: BanyanError) => {
    assert.equal(error.code, 'misuse')
    for (const word of words) assert.match(error.message, word)
    return true
  })
}
const REFUSED: Record<string, [() => unknown, RegExp]> = {
  'a path parameter that the input lacks': [declare('POST /api/orders/:orderId'), /":orderId" names no field of the input/],
  'a path parameter that is optional': [
    declare('POST /api/orders/:id', { input: Type.Object({ id: Type.Optional(Type.String()) }) }),
    /":id" is optional/,
  ],
  'a path parameter that is optional in one of several inputs': [
    declare('POST /api/orders/:id', { input: Type.Union([Id, Type.Object({ id: Type.Optional(Type.String()) })]) }),
    /":id" is optional/,
  ],
  'a path parameter that is a list': [
    declare('POST /api/orders/:id', { input: Type.Object({ id: Type.Array(Type.String()) }) }),
    /may be array/,
  ],
  'a path parameter that is an object': [declare('POST /api/orders/:id', { input: Type.Object({ id: Id }) }), /may be object/],
  'a path parameter that is there twice': [declare('POST /api/orders/:id/lines/:id'), /":id" twice/],
  'an owner that the input lacks': [declare('POST /api/orders', { access: { owner: 'userId' } }), /owner "userId" names no field/],
  'an owner that is no text': [
    declare('POST /api/orders', { access: { owner: 'id', roles: ['admin'] }, input: Type.Object({ id: Type.Integer() }) }),
    /owner "id" may be integer/,
  ],
  'a created path with a field that the output lacks': [
    declare('POST /api/orders', { created: '/api/orders/:orderId' }),
    /":orderId" of created names no field of the output/,
  ],
  'a created path with a field that is optional': [
    declare('POST /api/orders', { created: '/api/orders/:id', output: Type.Object({ id: Type.Optional(Type.String()) }) }),
    /":id" of created is optional/,
  ],
  'an ifMatch that the input lacks': [declare('POST /api/orders', { ifMatch: 'version' }), /ifMatch "version" names no field/],
  'an ifMatch that is no version': [
    declare('POST /api/orders', { ifMatch: 'version', input: Type.Object({ version: Type.Boolean() }) }),
    /ifMatch "version" may be boolean/,
  ],
  'an error that is the platform’s own': [declare('POST /api/orders', { errors: { internal: Type.Object({}) } }), /error "internal"/],
  'an error with the status of a success': [
    declare('POST /api/orders', { errors: { done: declareError(200, Type.Object({})) } }),
    /error "done" has status 200/,
  ],
  'a timeout of nothing': [declare('POST /api/orders', { timeoutMs: 0 }), /timeoutMs is 0/],
}
for (const [what, [work, words]] of Object.entries(REFUSED))
  test(`refuses ${what}, and names service and operation`, () => refuses(work, /^orders\.place: /, words))

const EVENTS: Record<string, [TSchema, RegExp]> = {
  lacks: [Type.Object({ other: Type.String() }), /key "id" names no field/],
  'may leave out': [Type.Object({ id: Type.Optional(Type.String()) }), /key "id" is optional/],
  'has as a number': [Type.Object({ id: Type.Integer() }), /key "id" may be integer/],
  'may have as null': [Type.Object({ id: Type.Union([Type.String(), Type.Null()]) }), /key "id" may be null/],
}
for (const [what, [data, words]] of Object.entries(EVENTS))
  test(`refuses an event whose key its data ${what}`, () =>
    refuses(
      () => contract('orders', { events: { 'order.placed': event({ key: 'id', data } as never) } }),
      /^event order\.placed of orders: /,
      words,
    ))

test('refuses two operations of one contract with the same paths, whatever their parameters are called', () => {
  const one = (name: string, access: 'public' | 'internal' = 'public') =>
    command(`POST /api/orders/:${name}/lines`, { input: Type.Object({ [name]: Type.String() }), output: Id, access })
  refuses(() => contract('orders', { operations: { add: one('id'), put: one('orderId') } }), /orders\.add and orders\.put/)
  contract('orders', { operations: { add: one('id'), put: one('orderId', 'internal') } })
})

test('takes what is right: scalars, unions, intersections, schemas that say nothing', () => {
  const inputs = [
    Type.Object({ id: Type.Integer() }),
    Type.Object({ id: Type.Enum(['a', 'b']) }),
    Type.Object({ id: Type.Unknown() }),
    Type.Union([Id, Type.Object({ id: Type.Literal('none') })]),
    Type.Intersect([Id, Type.Object({ more: Type.Optional(Type.String()) })]),
  ]
  for (const input of inputs) declare('POST /api/orders/:id', { input, created: '/api/orders/:id' })()
  declare('POST /api/orders', { access: { owner: 'id' }, input: Type.Object({ id: Type.Optional(Type.String()) }) })()
})
