import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BanyanError } from '../kernel/index.ts'
import {
  audit,
  command,
  type CommandSpec,
  contract,
  declareError,
  event,
  type ErrorSpec,
  query,
  type RouteText,
  type TSchema,
  Type,
} from './index.ts'

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
  refuses(
    () => contract('orders', { operations: { add: one('id'), put: one('orderId') } }),
    /^orders\.add \(POST \/api\/orders\/:id\/lines\) and orders\.put \(POST \/api\/orders\/:orderId\/lines\) match the same paths/,
  )
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

/** What plain JavaScript can declare: right but for `changes`, and for parts that are undefined. */
const loose = (changes: object): (() => unknown) => declare('POST /api/orders', changes)

const FORMS: Record<string, [object, RegExp]> = {
  'no access': [{ access: undefined }, /has no access: say who may call it, as access: 'public', 'user', 'internal', \{ roles/],
  'a word that is no access': [{ access: 'admin' }, /access is "admin"; it must be 'public'/],
  'a role instead of a list': [{ access: { roles: 'admin' } }, /roles of access are "admin"; give a list/],
  'a role that is no text': [{ access: { roles: [7] } }, /roles of access are \[7\]/],
  'access that lets nobody in': [{ access: { roles: [] } }, /lets nobody in; name roles, or write 'internal'/],
  'an empty access': [{ access: {} }, /lets nobody in/],
  'a misspelt part of access': [
    { access: { role: ['admin'] } },
    /access has "role", which is none of user, owner, roles; did you mean "roles"\?/,
  ],
  'an owner that is no text': [{ access: { owner: true } }, /owner of access is true/],
  'access for users and an owner': [{ access: { owner: 'id', user: true } }, /every user and for an owner/],
  'access for no users': [{ access: { user: false, roles: ['admin'] } }, /user of access is false/],
  'access by a function': [{ access: () => true }, /access is the function access/],
  'access of null': [{ access: null }, /access is null/],
  'a list as access': [{ access: ['admin'] }, /access is \["admin"\]/],
  'no input': [{ input: undefined }, /has no input: give a schema, e\.g\. Type\.Object/],
  'no output': [{ output: undefined }, /has no output/],
  'a schema of another library': [{ input: new Map() }, /input is a Map, which is no JSON Schema/],
  'a type by its name': [{ output: 'string' }, /output is "string", which is no JSON Schema/],
  'a constructor as a schema': [{ output: String }, /output is the function String/],
  'an idempotency that there is not': [{ idempotency: 'always' }, /idempotency is "always"; it must be one of optional, required, none/],
  'a status that is none of a success': [{ status: 404 }, /status is 404; it must be one of 200, 201, 202, 204/],
  'a timeout that is no number': [{ timeoutMs: '500' }, /timeoutMs is "500"/],
  'a created path that is none': [{ created: 'api/orders/:id' }, /created is "api\/orders\/:id"; give a path/],
  'an ifMatch that is no text': [{ ifMatch: true }, /ifMatch is true; give a text/],
  'a summary that is no text': [{ summary: ['a'] }, /summary is \["a"\]/],
  'errors in a list': [{ errors: ['sold_out'] }, /errors is \["sold_out"\]; give an object/],
  'an error without a schema': [{ errors: { sold_out: 409 } }, /error "sold_out" is 409, which is no JSON Schema/],
  'a misspelt part of an error': [
    { errors: { sold_out: { ...declareError(409, Type.Object({})), details: 'x' } } },
    /error "sold_out" has "details".*did you mean "detail"\?/,
  ],
  'an error whose detail is no text': [
    { errors: { sold_out: declareError(409, Type.Object({}), 'never', ['x'] as never) } },
    /detail of error "sold_out" is \["x"\]/,
  ],
  'an error that may be retried somehow': [
    { errors: { sold_out: { ...declareError(409, Type.Object({})), retry: 'maybe' } } },
    /retry of error "sold_out" is "maybe"; it must be one of never, safe/,
  ],
}
for (const [what, [changes, words]] of Object.entries(FORMS))
  test(`refuses ${what}, though TypeScript was silenced`, () => refuses(loose(changes), /^orders\.place/, words))

const PARTS: Record<string, [() => unknown, RegExp]> = {
  'a misspelt part of an operation': [loose({ acces: 'public' }), /^command "POST \/api\/orders" has "acces".*did you mean "access"\?/],
  'a part of commands in a query': [
    () => query('GET /api/a', { input: Id, output: Id, access: 'public', idempotency: 'required' } as never),
    /^query "GET \/api\/a" has "idempotency", which is none of input, output, errors, access, summary, timeoutMs, concurrencyMax; leave it out/,
  ],
  'an operation without parts': [
    () => query('GET /api/a', undefined as never),
    /second part is undefined; give \{ input, output, access \}/,
  ],
  'a route that is no text': [
    () => query(undefined as never, { input: Id, output: Id, access: 'public' }),
    /route "undefined" must be a method/,
  ],
  'a method in lower case': [
    () => query('get /api/a' as never, { input: Id, output: Id, access: 'public' }),
    /route "get \/api\/a" must be a method/,
  ],
  'an operation by hand': [
    () => contract('a', { operations: { get: { kind: 'query', access: 'public' } as never } }),
    /^a\.get is .*declare it with query/,
  ],
  'an operation of a third kind': [
    () =>
      contract('a', {
        operations: { get: { ...query('GET /api/a', { input: Id, output: Id, access: 'public' }), kind: 'subscription' } as never },
      }),
    /^a\.get: kind is "subscription"; it must be one of query, command/,
  ],
  'a misspelt list of a contract': [
    () => contract('a', { operation: {} } as never),
    /^contract "a" has "operation".*did you mean "operations"\?/,
  ],
  'operations in a list': [() => contract('a', { operations: [] as never }), /operations is \[\]; give an object, by name/],
  'a contract without a name': [() => contract({ name: 'a' } as never, {}), /^the name of a contract is \{"name":"a"\}; give a text/],
  'a contract of a name alone': [() => contract('a', undefined as never), /second part is undefined; give \{ operations, events \}/],
  'an event of nothing': [() => event(undefined as never), /^an event is undefined; declare it with event/],
  'an audit query of nothing': [() => audit(undefined as never), /^an audit query is undefined; declare it with audit/],
  'a misspelt part of an audit query': [() => audit({ input: Id, outputs: Id } as never), /has "outputs".*did you mean "output"\?/],
  'an audit query without an answer': [
    () => contract('a', { audits: { books: audit({ input: Id } as never) } }),
    /^audit "books" of a has no output: give a schema/,
  ],
  'a query among the audit queries': [
    () => contract('a', { audits: { books: query('GET /api/a', { input: Id, output: Id, access: 'public' }) as never } }),
    /^audit "books" of a is .*declare it with audit/,
  ],
  'an audit query that nobody could name': [
    () => contract('a', { audits: { 'the.books': audit({ input: Id, output: Id }) } }),
    /a: audit "the\.books"/,
  ],
  'a contract with the name of the platform itself': [() => contract('platform', {}), /as the platform itself is when it calls/],
  'a misspelt part of an event': [() => event({ key: 'id', data: Id, versions: 2 } as never), /has "versions".*did you mean "version"\?/],
  'a version of an event that is none': [
    () => contract('a', { events: { 'a.done': event({ key: 'id', data: Id, version: 0 }) } }),
    /^event a\.done of a: version is 0; give a whole number from 1 on/,
  ],
  'an event without a key': [
    () => contract('a', { events: { 'a.done': event({ data: Id } as never) } }),
    /^event a\.done of a: key is undefined/,
  ],
}
for (const [what, [work, words]] of Object.entries(PARTS)) test(`refuses ${what}`, () => refuses(work, words))
