import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANONYMOUS, command, contract, type Principal, query, servicePrincipal, Type } from '../../contract/index.ts'
import { type BanyanError, createRuntime, deadlineAfter } from '../../kernel/index.ts'
import type { Header } from '../../network/headers.ts'
import { type Fate, memoryNetwork, type NetworkAnswer, type Trip } from '../../network/index.ts'
import { newTrace } from '../../telemetry/index.ts'
import { clientFactory } from '../client.ts'
import type { Progress } from '../progress.ts'
import type { Scope } from '../scope.ts'
import type { CallReply, ReceivedCall } from '../transport.ts'
import { hmacTickets } from './hmac-tickets.ts'
import { remoteTransport } from './remote-transport.ts'
import { serveCalls } from './serve-calls.ts'

const runtime = createRuntime()
const { clock, ids } = runtime
const tickets = hmacTickets({ secrets: ['a-secret-of-the-tests-that-is-long-enough'], clock })
const stock = contract('stock', {
  operations: {
    take: command('POST /api/takes', {
      input: Type.Object({ sku: Type.String() }),
      output: Type.Object({ left: Type.Integer() }),
      access: 'internal',
    }),
    count: query('GET /api/counts', { input: Type.Object({}), output: Type.Object({ left: Type.Integer() }), access: 'internal' }),
  },
})

function scope(more: Partial<Scope> = {}): Scope {
  return {
    principal: ANONYMOUS,
    deadline: deadlineAfter(clock, 5_000),
    trace: newTrace(ids),
    correlationId: 'c',
    causationId: 'c',
    ...more,
  }
}

/** A caller and a callee over a network in memory. */
async function wired(answer: (call: ReceivedCall) => Promise<CallReply>, passage: (trip: Trip) => Fate = () => ({})) {
  const network = memoryNetwork({ clock, passage })
  const received: ReceivedCall[] = []
  const logged: unknown[] = []
  const log = { ...runtime.log, error: (message: string) => logged.push(message) }
  const listener = await serveCalls({
    network: network.process('callee'),
    local: {
      send: async (call) => {
        received.push(call)
        return answer(call)
      },
    },
    tickets,
    runtime: { clock, ids, log },
  })
  const caller = network.process('caller')
  const transport = remoteTransport({ network: caller, process: 'caller', tickets, clock, addressOf: () => listener.address })
  const send = (more: Partial<Scope> = {}, input: unknown = { sku: 'a' }) =>
    transport.send({ service: 'stock', operation: 'take', definition: stock.operations.take, input, scope: scope(more) })
  /** Asks without a transport, as a stranger might. */
  const ask = async (headers: readonly Header[], { path = '/calls/stock/take', body = '{"sku":"a"}' } = {}) => {
    const { status, body: bytes } = await caller.request({
      address: listener.address,
      path,
      headers,
      body: Buffer.from(body),
      timeoutMs: 2_000,
    })
    return { status, ...(JSON.parse(Buffer.from(await bytes.bytes()).toString() || 'null') as { code?: string; detail?: string }) }
  }
  return { network, transport, send, ask, received, logged }
}

const ticketOf = (principal: Principal, operation = 'take') => tickets.issue({ process: 'caller', principal, audience: 'stock', operation })
const headersWith = (...more: Header[]): Header[] => [
  ['banyan-wire', '1'],
  ['banyan-timeout-ms', '1000'],
  ['banyan-correlation', 'c'],
  ['banyan-causation', 'c'],
  ...more,
]
const taken = async (): Promise<CallReply> => ({ output: { left: 1 } })

test('nobody is believed who has no ticket, whatever its headers say', async () => {
  const { ask, received } = await wired(taken)
  const claims = headersWith(['banyan-principal', 'service:platform'], ['banyan-subject', 'platform'], ['x-user', 'admin'])
  assert.deepEqual([(await ask(claims)).status, received.length], [401, 0])
  assert.equal((await ask([...claims, ['banyan-ticket', ticketOf(servicePrincipal('orders'), 'count')]])).status, 401)
  assert.equal((await ask([...claims, ['banyan-ticket', ticketOf(servicePrincipal('orders'))]])).status, 200)
  assert.deepEqual(received[0]?.scope.principal, servicePrincipal('orders'))
})

test('writes that must be seen travel to whoever is queried, as they are', async () => {
  const { send, ask, received } = await wired(taken)
  const writes = [
    { service: 'orders', token: '42' },
    { service: 'users-2', token: '7' },
  ]
  await send({ after: { writes, enter: () => () => {} } })
  assert.deepEqual(received[0]?.scope.after, { writes })
  await send()
  assert.equal(received[1]?.scope.after, undefined)
  const after = (value: string) => ask([...headersWith(['banyan-after', value]), ['banyan-ticket', ticketOf(ANONYMOUS)]])
  assert.match((await after('orders')).detail ?? '', /^header banyan-after of a call must be service:token/)
  assert.match((await after(Array(9).fill('orders:1').join(','))).detail ?? '', /^header banyan-after of a call names more than 8 writes/)
})

test('what is no call is refused with what is wrong with it', async () => {
  const { ask, received, logged } = await wired(taken)
  const ticket: Header = ['banyan-ticket', ticketOf(ANONYMOUS)]
  const without = (name: string): Header[] => [...headersWith().filter(([header]) => header !== name), ticket]
  const version = await ask([...without('banyan-wire'), ['banyan-wire', '2']])
  assert.deepEqual(
    [version.status, version.code, version.detail],
    [503, 'unavailable', 'this process speaks version 1 of the wire, not 2; ask another one'],
  )
  assert.equal((await ask(without('banyan-wire'))).code, 'unavailable')
  assert.match((await ask(without('banyan-timeout-ms'))).detail ?? '', /^header banyan-timeout-ms of a call is missing/)
  for (const value of ['-1', '1.5', 'soon', '86400001', ''])
    assert.equal((await ask([...without('banyan-timeout-ms'), ['banyan-timeout-ms', value]])).status, 400, value)
  assert.match((await ask(without('banyan-correlation'))).detail ?? '', /^header banyan-correlation of a call is missing/)
  assert.match((await ask([...headersWith(['banyan-key', '"a']), ticket])).detail ?? '', /^header banyan-key of a call is no text/)
  assert.equal((await ask([...headersWith(), ticket], { body: '{"sku":' })).code, 'malformed_json')
  for (const path of ['/', '/calls/stock', '/calls/stock/take/x', '/calls/stock/%ff', '/other/stock/take'])
    assert.equal((await ask([...headersWith(), ticket], { path })).status, 404, path)
  assert.deepEqual([received, logged], [[], []])
  assert.equal((await ask([...headersWith(['x-of-a-newer-version', '1']), ticket])).status, 200, 'headers that are not known are let be')
})

test('the deadline travels as what is left, and the trace with its state', async () => {
  const { send, received } = await wired(taken)
  const trace = { ...newTrace(ids), flags: 3, state: ' a=1,\tb=2 ' }
  await send({ deadline: deadlineAfter(clock, 20_000), trace })
  const { deadline, trace: seen } = received[0]?.scope ?? scope()
  const leftMs = deadline.at - clock.monotonic()
  assert.ok(leftMs <= 20_000 && leftMs > 0, String(leftMs))
  assert.deepEqual(seen, { ...trace, state: 'a=1, b=2' })
})

test('a call whose answer is lost may have happened, and whoever made it cannot be repeated without a key', async () => {
  let isLost = true
  const { transport, received } = await wired(taken, ({ leg }) => (leg === 'answer' && isLost ? { end: 'broken' } : {}))
  const clients = clientFactory({ caller: 'orders', uses: [stock], transport, clock })
  const progress: Progress = { acted: false }
  await assert.rejects(clients(scope(), progress).stock.count({}), { code: 'outcome_unknown', retry: 'unknown', from: 'stock.count' })
  assert.equal(progress.acted, false, 'a query does nothing')
  await assert.rejects(clients(scope(), progress).stock.take({ sku: 'a' }), {
    code: 'outcome_unknown',
    retry: 'unknown',
    from: 'stock.take',
  })
  assert.equal(progress.acted, true)
  isLost = false
  await clients(scope()).stock.take({ sku: 'a' })
  assert.equal(received.length, 3)
})

test('a call that reached nobody is safe to repeat', async () => {
  const { send, network } = await wired(taken, ({ leg }) => (leg === 'request' ? { end: 'refused' } : {}))
  await assert.rejects(send(), { code: 'unavailable', retry: 'safe' })
  network.kill('callee')
  await assert.rejects(send(), { code: 'unavailable', retry: 'safe' })
})

test('a callee that says nothing is given up soon after the deadline, not before', async () => {
  const { send } = await wired(() => new Promise(() => {}))
  const started = clock.monotonic()
  await assert.rejects(send({ deadline: deadlineAfter(clock, 50) }), { code: 'deadline_exceeded', retry: 'unknown' })
  assert.ok(clock.monotonic() - started >= 250)
})

test('an answer of something else may hide that it happened', async () => {
  const answers: NetworkAnswer[] = [
    { status: 502, body: Buffer.from('<html>Bad Gateway') },
    { status: 200, body: Buffer.from('{"left":1}') },
    { status: 200, headers: [['banyan-wire', '2']], body: Buffer.from('{"left":1}') },
    { status: 200, headers: [['banyan-wire', '1']], body: Buffer.from('{"left":') },
    { status: 503, headers: [['banyan-wire', '1']], body: Buffer.from('{"code":"unavailable","retry":"safe"}') },
  ]
  const network = memoryNetwork({ clock })
  const { address } = await network.process('callee').serve(async () => answers.shift() ?? { status: 500 })
  const transport = remoteTransport({ network: network.process('caller'), process: 'caller', tickets, clock, addressOf: () => address })
  for (let left = answers.length; left > 0; left--)
    await assert.rejects(
      transport.send({ service: 'stock', operation: 'take', definition: stock.operations.take, input: {}, scope: scope() }),
      {
        code: 'outcome_unknown',
        retry: 'unknown',
      },
    )
})

test('what a newer callee adds to its answer does not reach the caller', async () => {
  const { send } = await wired(async () => ({ output: { left: 1, secret: 2 }, token: '7', replayed: true }))
  assert.deepEqual(await send(), { output: { left: 1 }, token: '7', replayed: true })
})

test('a mistake in the serving itself is logged, and told to nobody', async () => {
  const { send, logged } = await wired(async () => {
    throw new TypeError('secret')
  })
  await assert.rejects(send(), (error: BanyanError) => error.code === 'internal' && !error.message.includes('secret'))
  assert.deepEqual(logged, ['a call of another process could not be served'])
})

test('a service of which no process is known is unavailable', async () => {
  const transport = remoteTransport({
    network: memoryNetwork({ clock }).process('caller'),
    process: 'caller',
    tickets,
    clock,
    addressOf: () => undefined,
  })
  await assert.rejects(
    transport.send({ service: 'stock', operation: 'take', definition: stock.operations.take, input: {}, scope: scope() }),
    {
      code: 'unavailable',
      retry: 'safe',
    },
  )
})
