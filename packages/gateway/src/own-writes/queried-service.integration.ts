import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testPlatform, type TestPlatform } from '@banyan/testing'
import { command, contract, define, event, query, service, Type } from 'banyan'
import { silentLogger } from 'banyan/kernel'
import { aggregate, gateway } from '../index.ts'

const Nothing = Type.Object({})
const Count = Type.Object({ count: Type.Integer() })
const shop = contract('shop', {
  operations: { sell: command('POST /api/sell', { input: Nothing, output: Nothing, access: 'public' }) },
  events: { 'thing.sold': event({ key: 'id', data: Type.Object({ id: Type.String() }) }) },
})
const board = contract('board', {
  operations: { sold: query('GET /api/sold', { input: Nothing, output: Count, access: 'public', timeoutMs: 1_000 }) },
})
const page = contract('page', {
  operations: {
    show: query('GET /api/page', { input: Nothing, output: Count, access: 'public', timeoutMs: 1_000 }),
    note: command('POST /api/note', { input: Nothing, output: Count, access: 'public', timeoutMs: 1_000 }),
  },
})

const shopParts = define(shop)
const shopService = service(shopParts.definition, {
  operations: [
    shopParts.operation('sell', async (_input, { transaction, id }) =>
      transaction((tx) => {
        tx.emit('thing.sold', { id: id() })
        return {}
      }),
    ),
  ],
})
const boardParts = define(board, { listens: [shop] })
const sold = boardParts.projection('sold', {
  tables: (table) => [`CREATE TABLE ${table('sold')} (id TEXT NOT NULL)`],
  on: { 'thing.sold': async ({ data }, sql, table) => void (await sql.run(`INSERT INTO ${table('sold')} VALUES (?)`, data.id)) },
})
const boardService = service(boardParts.definition, {
  operations: [
    boardParts.operation('sold', async (_input, { read }) =>
      read(async (tx) => {
        const row = await tx.sql.get<{ count: number }>(`SELECT COUNT(*) AS count FROM ${tx.table(sold)('sold')}`)
        return { count: row?.count ?? 0 }
      }),
    ),
  ],
  projections: [sold],
})
const pageParts = define(page, { uses: [board] })
const pageService = service(pageParts.definition, {
  operations: [
    pageParts.operation('show', async (_input, { call }) => call.board.sold({})),
    pageParts.operation('note', async (_input, { call }) => call.board.sold({})),
  ],
})
const both = aggregate('GET /api/both', {
  access: 'public',
  summary: '',
  uses: [board, page],
  timeoutMs: 1_000,
  parts: ({ required }) => ({ sold: required(({ call }) => call.board.sold({})), page: required(({ call }) => call.page.show({})) }),
})

async function started(): Promise<TestPlatform> {
  return testPlatform({
    services: [shopService, boardService, pageService],
    gateway: gateway({ aggregates: [both], limits: false }),
    log: silentLogger,
  })
}

async function ask({ port }: TestPlatform, path: string, headers: Readonly<Record<string, string>> = {}) {
  const method = path === '/api/sell' || path === '/api/note' ? 'POST' : 'GET'
  const key = { 'idempotency-key': crypto.randomUUID() }
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { ...key, ...headers } })
  return { status: answer.status, token: answer.headers.get('banyan-token') ?? '', body: (await answer.json()) as Record<string, unknown> }
}

test('whoever is queried on the way waits for the write, not only the service that was asked', async () => {
  await using running = await started()
  for (let n = 1; n <= 20; n++) {
    const { token } = await ask(running, '/api/sell')
    assert.match(token, /^shop:\d+$/)
    const { status, body } = await ask(running, '/api/page', { 'banyan-after': token })
    assert.deepEqual([status, body], [200, { count: n }])
  }
})

test('a query whose service does not get that far in time says how far it is behind, through whomever it was asked', async () => {
  await using running = await started()
  await ask(running, '/api/sell')
  await running.services.find(({ name }) => name === 'board')!.projections.stop()
  const { token } = await ask(running, '/api/sell')
  const after = { 'banyan-after': token }
  for (const path of ['/api/sold', '/api/page', '/api/both']) {
    assert.equal((await ask(running, path)).status, 200, path)
    const { status, body } = await ask(running, path, after)
    assert.deepEqual([path, status, body['code']], [path, 504, 'deadline_exceeded'])
    if (path === '/api/sold') assert.match(String(body['detail']), /1 events of "shop" behind/)
  }
  assert.equal((await ask(running, '/api/note', after)).status, 200, 'what changes something does not wait')
})

test('a token that names no write is refused by the log that it names, whichever way it comes', async () => {
  await using running = await started()
  for (const path of ['/api/sold', '/api/both'])
    assert.equal((await ask(running, path, { 'banyan-after': 'shop:999999999' })).status, 400, path)
  assert.equal((await ask(running, '/api/page', { 'banyan-after': 'shop:999999999' })).status, 200, 'it reads nothing of that log itself')
  for (const path of ['/api/sold', '/api/page', '/api/both'])
    assert.equal((await ask(running, path, { 'banyan-after': 'nobody:1' })).status, 400, path)
})
