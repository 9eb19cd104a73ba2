import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { eventually, virtualClock } from '@banyan/testing'
import { createRuntime } from 'banyan/kernel'
import { type RunningTest, startGateway, stubHost, testIssuer } from '../gateway.fixture.ts'
import type { GatewayOptions } from '../options/options.ts'

const issuer = await testIssuer()
const MIB = 1_048_576
const GET = 'GET /api/products/a HTTP/1.1\r\nhost: localhost\r\n\r\n'

/** Sockets of clients that misbehave; all are cut at the end. */
class Crowd implements Disposable {
  readonly sockets: Socket[] = []
  readonly #running: RunningTest

  constructor(running: RunningTest) {
    this.#running = running
  }

  /** Connects, sends something and never reads. */
  async join(count: number, bytes = ''): Promise<void> {
    for (let number = 0; number < count; number++) {
      const socket = connect(this.#running.gateway.port, '127.0.0.1')
      this.sockets.push(socket)
      socket.on('error', () => {}).pause()
      socket.write(bytes)
      await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))
    }
  }

  [Symbol.dispose](): void {
    for (const socket of this.sockets) socket.destroy()
  }
}

/** A gateway whose products are as large as the test wants, on a clock that the test moves where it gives one. */
async function started(options: GatewayOptions, { bytes = 100, clock }: { bytes?: number; clock?: ReturnType<typeof virtualClock> } = {}) {
  const id = 'x'.repeat(bytes)
  const handlers = { getProduct: async () => ({ output: { id, version: 1 } }), createOrder: async () => ({ output: { id: 'o1' } }) }
  const runtime = createRuntime(clock === undefined ? {} : { clock })
  return startGateway({ tokens: issuer.tokens, limits: false, ...options }, stubHost({ runtime, handlers }))
}

const metric = (running: RunningTest, name: string): number =>
  Number(new RegExp(`^${name.replaceAll(/[{}"]/g, '\\$&')} (\\d+)`, 'm').exec(running.host.metrics.text())?.[1] ?? 0)
const refused = (running: RunningTest, limit: string): number => metric(running, `banyan_gateway_refused_total{limit="${limit}"}`)

/** Asks some times and returns the longest answer in milliseconds. */
async function worstOf(ask: () => Promise<{ status: number }>, times = 20): Promise<number> {
  let worst = 0
  for (let asks = 0; asks < times; asks++) {
    const startedAt = performance.now()
    assert.equal((await ask()).status, 200)
    worst = Math.max(worst, performance.now() - startedAt)
  }
  return worst
}

/** Far above what a busy machine needs, far below what anybody would take for an outage. */
const BEARABLE_MS = 1_000

test('clients that never read take no more than their share, and nobody else notices', async () => {
  await using running = await started({ server: { unreadBytes: 32 * MIB } }, { bytes: MIB / 4 })
  using crowd = new Crowd(running)
  const before = process.memoryUsage().rss
  const joining = crowd.join(100, GET.repeat(20))
  const worstMs = await worstOf(() => running.ask('/health/ready'), 50)
  await joining
  await eventually(() => assert.ok(refused(running, 'unread-bytes') + refused(running, 'unread-bytes-by-connection') > 0))
  assert.ok(metric(running, 'banyan_gateway_unread_bytes') <= 32 * MIB, running.host.metrics.text())
  assert.ok(worstMs < BEARABLE_MS, `another client waited ${worstMs} ms`)
  const grownMib = (process.memoryUsage().rss - before) / MIB
  assert.ok(grownMib < 400, `the process grew by ${grownMib} MiB for 2,000 answers of 256 KiB`)
})

test('an answer that is not read in time ends its connection', async () => {
  const clock = virtualClock(Date.now())
  await using running = await started({}, { bytes: 30 * MIB, clock })
  using crowd = new Crowd(running)
  await crowd.join(1, GET)
  await eventually(() => assert.ok(metric(running, 'banyan_gateway_unread_bytes') > 0))
  await clock.advance(20_000)
  assert.equal(refused(running, 'read-deadline'), 0)
  await clock.advance(3_600_000)
  await eventually(() => assert.equal(refused(running, 'read-deadline'), 1))
  await eventually(() => assert.equal(metric(running, 'banyan_gateway_unread_bytes'), 0))
})

test('a client that reads slowly, but reads, gets all of its answer', async () => {
  await using running = await started({}, { bytes: 20 * MIB })
  const answer = await new Promise<number>((resolve, reject) => {
    let received = 0
    const socket = connect(running.gateway.port, '127.0.0.1', () => socket.write(GET.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n')))
    socket.on('data', (chunk) => {
      received += chunk.length
      socket.pause()
      setImmediate(() => socket.resume())
    })
    socket.on('error', reject).on('close', () => resolve(received))
  })
  assert.ok(answer > 20 * MIB)
  await eventually(() => assert.equal(metric(running, 'banyan_gateway_unread_bytes'), 0))
})

test('a connection with too many requests under way is cut', async () => {
  await using running = await started({ server: { requestsPerConnection: 5 } })
  using crowd = new Crowd(running)
  await crowd.join(1, 'GET /api/slow HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(3))
  assert.equal(refused(running, 'requests-by-connection'), 0)
  await crowd.join(1, GET.replace('/api/products/a', '/api/slow').repeat(6))
  await eventually(() => assert.equal(refused(running, 'requests-by-connection'), 1))
})

test('idle connections that take all places give way, and those that are busy leave health some', async () => {
  const never = Promise.withResolvers<{ output: object }>()
  const host = stubHost({ handlers: { charge: () => never.promise } })
  await using running = await startGateway({ tokens: issuer.tokens, limits: false, server: { connections: 50 } }, host)
  using crowd = new Crowd(running)
  await crowd.join(200)
  assert.ok((await worstOf(() => running.ask('/api/products/a'))) < BEARABLE_MS)
  assert.ok(refused(running, 'connections-idle') >= 150)
  const token = await issuer.sign()
  const charge = `POST /api/charges HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\nidempotency-key: k\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"minor":1}`
  await crowd.join(50, charge)
  await eventually(() => assert.equal(metric(running, 'banyan_gateway_requests_in_flight'), 50))
  assert.ok((await worstOf(() => running.ask('/health/live'))) < BEARABLE_MS)
  const answer = await running.ask('/api/products/a')
  assert.deepEqual([answer.status, answer.json['code'], answer.headers['connection']], [503, 'overloaded', 'close'])
  never.resolve({ output: {} })
})

test('an address has no more connections than its share', async () => {
  await using running = await started({ server: { connectionsPerAddress: 10 } })
  using crowd = new Crowd(running)
  await crowd.join(30)
  await eventually(() => assert.ok(refused(running, 'connections-by-address') >= 20))
  assert.ok(metric(running, 'banyan_gateway_connections') <= 10)
})

/** The head of an order, and less of its body than it says. */
const heldBack = (token: string, sent: number): string =>
  `POST /api/orders HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n${'x'.repeat(sent)}`

test('bodies that are held back take no more than a budget, and a small order still arrives', async () => {
  await using running = await started({ server: { arrivingBytes: 4 * MIB } })
  using crowd = new Crowd(running)
  const token = await issuer.sign()
  const order = { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: { items: [{ sku: 'mug', quantity: 1 }] } }
  const joining = crowd.join(60, heldBack(token, 200_000))
  const place = async (): Promise<{ status: number }> => ({ status: (await running.ask('/api/orders', order)).status === 201 ? 200 : 0 })
  const worstMs = await worstOf(place, 50)
  await joining
  await eventually(() => assert.ok(refused(running, 'arriving-bytes') > 20))
  assert.ok(metric(running, 'banyan_gateway_arriving_bytes') <= 4 * MIB)
  assert.ok(worstMs < BEARABLE_MS, `another client waited ${worstMs} ms`)
})

test('a body that comes too slowly is answered and its connection closed', async () => {
  const clock = virtualClock(Date.now())
  await using running = await started({}, { clock })
  using crowd = new Crowd(running)
  await crowd.join(1, heldBack(await issuer.sign(), 100))
  await eventually(() => assert.equal(metric(running, 'banyan_gateway_arriving_bytes'), 100))
  await clock.advance(4_000)
  assert.equal(refused(running, 'body-rate'), 0)
  await clock.advance(3_000)
  assert.equal(refused(running, 'body-rate'), 1)
  await eventually(() =>
    assert.match(running.host.metrics.text(), /requests_total\{route="shop.createOrder",method="POST",status="408"\} 1/),
  )
})

test('a megabyte of brackets holds nobody up, nor does one that an operation could never need', async () => {
  await using running = await started({})
  const headers = { authorization: `Bearer ${await issuer.sign()}`, 'idempotency-key': 'a-key' }
  const brackets = `{"items":[],"unknown":[${'[],'.repeat(340_000)}1]}`
  const attack = Array.from({ length: 20 }, () => running.ask('/api/orders', { method: 'POST', headers, body: brackets }))
  const worstMs = await worstOf(() => running.ask('/api/products/a'), 50)
  for (const { status, json } of await Promise.all(attack)) assert.deepEqual([status, json['code']], [413, 'payload_too_large'])
  assert.ok(worstMs < BEARABLE_MS, `another client waited ${worstMs} ms`)
  assert.equal(refused(running, 'body-values'), 20)
  const padded = { minor: 1, more: 'x'.repeat(20_000) }
  assert.equal((await running.ask('/api/charges', { method: 'POST', headers, body: padded })).status, 413)
  assert.equal((await running.ask('/api/charges', { method: 'POST', headers, body: { minor: 1, more: 'x'.repeat(9_000) } })).status, 200)
})
