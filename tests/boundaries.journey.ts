// What a contract does not declare does not pass a boundary, in either direction, whoever asks: client, service, event, saga or repetition.
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { aggregate, gateway } from '@banyan/gateway'
import { callsOverMemory, eventually, testPlatform, type TestPlatform, type TestPlatformOptions } from '@banyan/testing'
import { command, contract, define, event, query, service, store, Type } from 'banyan'
import type { BanyanError } from 'banyan/kernel'

const Line = Type.Object({ sku: Type.String(), price: Type.Union([Type.Object({ minor: Type.Integer() }), Type.Null()]) })
const Node = Type.Cyclic({ Node: Type.Object({ name: Type.String(), below: Type.Array(Type.Ref('Node')) }) }, 'Node')
const Deep = Type.Object({
  id: Type.String(),
  lines: Type.Array(Line),
  tree: Type.Optional(Node),
  byName: Type.Optional(Type.Record(Type.String(), Line)),
})
const Id = Type.Object({ id: Type.String() })

const people = contract('people', {
  operations: {
    echo: command('POST /api/echo', { input: Deep, output: Deep, access: 'public' }),
    strict: command('POST /api/strict', {
      input: Type.Object({ id: Type.String() }, { additionalProperties: false }),
      output: Id,
      access: 'public',
    }),
    register: command('POST /api/people', { input: Id, output: Id, access: 'public', errors: { taken: Id } }),
    list: query('GET /api/people', { input: Type.Object({}), output: Type.Object({ items: Type.Array(Id) }), access: 'public' }),
    seen: query('GET /api/seen', {
      input: Type.Object({}),
      output: Type.Object({ handler: Type.Array(Type.Unknown()) }),
      access: 'public',
    }),
    odd: query('GET /api/odd/:kind', {
      input: Type.Object({ kind: Type.String() }),
      output: Type.Object({ any: Type.Unknown() }),
      access: 'public',
    }),
  },
  events: { 'person.registered': event({ key: 'id', data: Id }) },
})
const parts = define(people, {
  store: store({
    migrations: [{ id: '001', sql: 'CREATE TABLE person (id TEXT NOT NULL PRIMARY KEY, password_hash TEXT NOT NULL)' }],
    repository: () => ({}),
  }),
})

class Row {
  any = 1
}
const ODD: Record<string, unknown> = {
  date: new Date(0),
  map: new Map(),
  set: [new Set()],
  bigint: { deep: 1n },
  nan: Number.NaN,
  hole: [undefined],
  function: () => 1,
  instance: new Row(),
}

const handled: unknown[] = []
const inputs: unknown[] = []
const kept = { id: 'kept', lines: [], secret: 1 }
// oxlint-disable-next-line typescript/no-explicit-any -- what a caller sends or a handler returns that its types do not know
const loose = (value: object): any => value

const echo = parts.operation('echo', async (input) => {
  inputs.push(input)
  return input.id === 'kept' ? kept : loose({ ...input, secret: 'of the handler' })
})
const strict = parts.operation('strict', async (input) => input)
const register = parts.operation('register', async ({ id }, { transaction, fail }) =>
  transaction(async (tx) => {
    const row = { id, password_hash: 'secret' }
    if (!(await tx.sql.run('INSERT INTO person VALUES (?, ?) ON CONFLICT DO NOTHING', id, row.password_hash))) fail('taken', row)
    tx.emit('person.registered', row)
    return row
  }),
)
const list = parts.operation('list', async (_input, { read }) =>
  read(async ({ sql }) => ({ items: await sql.all<{ id: string }>('SELECT * FROM person') })),
)
const seen = parts.operation('seen', async () => ({ handler: handled }))
const odd = parts.operation('odd', async ({ kind }) => ({ any: ODD[kind] }))
const on = parts.on('person.registered', async ({ data }) => void handled.push(data))
const peopleService = service(parts.definition, { operations: [echo, strict, register, list, seen, odd], on: [on] })

const overview = aggregate('GET /api/overview', {
  access: 'public',
  summary: 'People, as the gateway shows them',
  uses: [people],
  parts: ({ required }) => ({ people: required(({ call }) => call.people.list({})) }),
})

async function ask(
  platform: TestPlatform,
  path: string,
  body?: object,
  key?: string,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) }
  const answer = await fetch(
    `http://127.0.0.1:${platform.port}${path}`,
    body ? { method: 'POST', headers, body: JSON.stringify(body) } : {},
  )
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> }
}

/** Where calls between services go. Undefined: they stay in the process. */
type Network = TestPlatformOptions['network']

const started = (network: Network) =>
  testPlatform({ services: [peopleService], gateway: gateway({ aggregates: [overview] }), ...(network && { network }) })

/** What holds for services in one process holds for services apart as well. */
function everywhere(name: string, body: (network: Network) => Promise<void>): void {
  test(name, () => body(undefined))
  test(`${name}, with calls over a network`, () => body(callsOverMemory()))
}

everywhere('additions of a newer sender are dropped on the way in and on the way out, at any depth', async (network) => {
  await using platform = await started(network)
  const sent = {
    id: 'a',
    admin: true,
    lines: [
      { sku: 's', price: { minor: 1, secret: 1 }, secret: 1 },
      { sku: 't', price: null },
    ],
    tree: { name: 'n', below: [{ name: 'm', below: [], secret: 1 }], secret: 1 },
    byName: { x: { sku: 'x', price: null, secret: 1 } },
  }
  const declared = {
    id: 'a',
    lines: [
      { sku: 's', price: { minor: 1 } },
      { sku: 't', price: null },
    ],
    tree: { name: 'n', below: [{ name: 'm', below: [] }] },
    byName: { x: { sku: 'x', price: null } },
  }
  assert.deepEqual(await ask(platform, '/api/echo', sent), { status: 200, json: declared })
  assert.deepEqual(inputs.at(-1), declared)
  assert.deepEqual(await platform.client(people).echo(loose(sent)), declared)
  assert.deepEqual(inputs.at(-1), declared)
})

everywhere('a contract may ask for refusal instead', async (network) => {
  await using platform = await started(network)
  assert.equal((await ask(platform, '/api/strict', { id: 'a' })).status, 200)
  const { status, json } = await ask(platform, '/api/strict', { id: 'a', admin: true })
  assert.deepEqual([status, (json['errors'] as object[])[0]], [400, { pointer: '/admin', detail: 'is not declared; leave it out' }])
})

everywhere(
  'a row that a handler returns, fails with or emits shows what the contract declares, also when it is repeated',
  async (network) => {
    await using platform = await started(network)
    handled.length = 0
    for (let time = 0; time < 2; time++)
      assert.deepEqual(await ask(platform, '/api/people', { id: 'ann' }, 'one'), { status: 200, json: { id: 'ann' } })
    for (let time = 0; time < 2; time++) {
      const { status, json } = await ask(platform, '/api/people', { id: 'ann' }, 'two')
      assert.equal(status, 409)
      assert.ok(!JSON.stringify(json).includes('secret'), JSON.stringify(json))
    }
    assert.deepEqual((await ask(platform, '/api/people')).json, { items: [{ id: 'ann' }] })
    assert.deepEqual((await ask(platform, '/api/overview')).json['sections'], {
      people: { status: 'ok', data: { items: [{ id: 'ann' }] } },
    })
    await assert.rejects(platform.client(people).register({ id: 'ann' }), (error: BanyanError) => {
      assert.deepEqual([error.code, error.data], ['taken', { id: 'ann' }])
      return true
    })
  },
)

everywhere('an answer that an older contract kept for a key shows what the contract of today declares', async (network) => {
  await using platform = await started(network)
  await ask(platform, '/api/people', { id: 'ann' }, 'one')
  using database = openDatabase(platform)
  database.exec(`UPDATE banyan_idempotency SET reply = '{"id":"ann","password_hash":"secret"}'`)
  assert.deepEqual((await ask(platform, '/api/people', { id: 'ann' }, 'one')).json, { id: 'ann' })
})

/** The contract of people as a reader knew it before ages came. */
const olderPeople = contract('people', { events: { 'person.aged': event({ key: 'id', data: Id }) } })
const newerPeople = contract('people', {
  operations: { age: command('POST /api/ages', { input: Id, output: Id, access: 'public' }) },
  events: { 'person.aged': event({ key: 'id', data: Type.Object({ id: Type.String(), age: Type.Integer() }) }) },
})
const newer = define(newerPeople, { store: store({ migrations: [], repository: () => ({}) }) })
const age = newer.operation('age', async (input, { transaction }) =>
  transaction(async (tx) => {
    tx.emit('person.aged', { id: input.id, age: 7, ...loose({ secret: 1 }) })
    return input
  }),
)
const reader = define(contract('reader', {}), { listens: [olderPeople], store: store({ migrations: [], repository: () => ({}) }) })
const seenByReader: Record<string, unknown[]> = { subscription: [], when: [], projection: [] }
const readerService = service(reader.definition, {
  operations: [],
  on: [
    reader.on('person.aged', async ({ data }) => void seenByReader['subscription']?.push(data), {
      when: (data) => (seenByReader['when']?.push(data) ?? 0) > 0,
    }),
  ],
  projections: [
    reader.projection('ages', {
      tables: (table) => [`CREATE TABLE ${table('age')} (id TEXT NOT NULL PRIMARY KEY)`],
      on: { 'person.aged': ({ data }) => void seenByReader['projection']?.push(data) },
    }),
  ],
})

everywhere('a reader with an older contract sees of an event what its own contract declares', async (network) => {
  await using platform = await testPlatform({
    services: [service(newer.definition, { operations: [age] }), readerService],
    ...(network && { network }),
  })
  await platform.client(newerPeople).age({ id: 'ann' })
  await eventually(() => assert.ok(Object.values(seenByReader).every((list) => list.length > 0)))
  for (const [where, list] of Object.entries(seenByReader)) for (const data of list) assert.deepEqual(data, { id: 'ann' }, where)
})

everywhere('an event is stored as its contract declares it', async (network) => {
  await using platform = await started(network)
  await ask(platform, '/api/people', { id: 'bob' }, 'key')
  using database = openDatabase(platform)
  const [stored] = database.prepare('SELECT data FROM banyan_outbox').all() as [{ data: string }]
  assert.deepEqual(JSON.parse(stored.data), { id: 'bob' })
})

everywhere('caller and handler share nothing (law 2)', async (network) => {
  await using platform = await started(network)
  const client = platform.client(people)
  const input = { id: 'a', lines: [{ sku: 's', price: null }] }
  const output = await client.echo(input)
  output.lines.push({ sku: 'mine', price: null })
  ;(inputs.at(-1) as typeof input).lines.push({ sku: 'its', price: null })
  assert.equal(input.lines.length, 1)
  const first = await client.echo({ id: 'kept', lines: [] })
  first.lines.push({ sku: 'mine', price: null })
  assert.deepEqual([kept.lines, await client.echo({ id: 'kept', lines: [] })], [[], { id: 'kept', lines: [] }])
})

everywhere('what JSON would change without a word is an error of ours, not another answer', async (network) => {
  await using platform = await started(network)
  for (const kind of Object.keys(ODD)) {
    const { status, json } = await ask(platform, `/api/odd/${kind}`)
    assert.deepEqual([status, json['code']], [500, 'internal'], kind)
  }
  await assert.rejects(platform.client(people).echo(loose({ id: 'a', lines: new Set() })), { code: 'invalid_argument' })
})

function openDatabase({ directory }: TestPlatform): DatabaseSync & Disposable {
  const database = new DatabaseSync(`${directory}/people.db`)
  return Object.assign(database, { [Symbol.dispose]: () => database.close() })
}
