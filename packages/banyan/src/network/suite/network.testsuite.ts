import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import type { BanyanError } from '../../kernel/error.ts'
import { HEADER_BYTES_MAX } from '../headers.ts'
import type { Listener, Network, NetworkHandler, NetworkRequest, ReceivedAnswer, ServeOptions } from '../network.ts'

/** Two processes' ends of a network under test. */
export interface NetworkPlace extends AsyncDisposable {
  readonly caller: Network
  readonly callee: Network
  /** Address of which nobody listens. */
  readonly nowhere: string
}

const PATIENCE_MS = 20_000
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte)

/** A clock whose timers go off when a test says so, however busy the machine is. */
class TimeByHand {
  readonly #timers = new Map<() => void, number>()
  readonly clock: Clock = {
    ...systemClock(),
    setTimer: (delayMs, callback) => {
      this.#timers.set(callback, delayMs)
      return () => this.#timers.delete(callback)
    },
  }
  /** Lets timers of this length and shorter ones go off. */
  pass(ms: number): void {
    for (const [callback, delayMs] of this.#timers) {
      if (delayMs > ms) continue
      this.#timers.delete(callback)
      callback()
    }
  }
}

/** A place in which a handler listens. */
interface Served extends AsyncDisposable {
  readonly time: TimeByHand
  readonly listener: Listener
  ask(request?: Partial<NetworkRequest>): Promise<ReceivedAnswer>
}

/** Proves what every network promises (N1 to N7). */
export function testNetwork(name: string, open: (clock: Clock) => Promise<NetworkPlace>): void {
  async function served(handler: NetworkHandler, options?: ServeOptions): Promise<Served> {
    const time = new TimeByHand()
    const place = await open(time.clock)
    const listener = await place.callee.serve(handler, options)
    return {
      time,
      listener,
      ask: (request = {}) => place.caller.request({ address: listener.address, path: '/x', timeoutMs: PATIENCE_MS, ...request }),
      async [Symbol.asyncDispose]() {
        const closed = listener.close(0)
        time.pass(0)
        await closed
        await place[Symbol.asyncDispose]()
      },
    }
  }
  testWhatArrives(name, served)
  testStreams(name, served)
  testEnds(name, served, open)
  testLimits(name, served)
  testClosing(name, served)
}

type Serve = (handler: NetworkHandler, options?: ServeOptions) => Promise<Served>

function testWhatArrives(name: string, served: Serve): void {
  test(`${name}: path, headers and bytes arrive as they were sent (N1)`, async () => {
    await using place = await served(async ({ path, headers, body }) => ({
      status: 207,
      headers: [
        ['x-path', path],
        ['X-Asked', headers.all('x-MANY').join('|')],
        ['x-one', headers.get('X-One') ?? ''],
        ['x-names', [...headers].map(([header]) => header).join()],
      ],
      body: await body.bytes(),
    }))
    const path = `/a//b/../c%2F?q=1&z="`
    const headers = [
      ['X-Many', 'first'],
      ['x-one', 'a, b; "c"'],
      ['X-MANY', 'second'],
    ] as const
    const answer = await place.ask({ path, headers, body: EVERY_BYTE })
    assert.equal(answer.status, 207)
    assert.deepEqual(
      ['x-path', 'x-asked', 'X-ONE'].map((header) => answer.headers.get(header)),
      [path, 'first|second', 'a, b; "c"'],
    )
    assert.deepEqual(answer.headers.get('x-names')?.split(',').toSorted(), ['x-many', 'x-many', 'x-one'], 'and no header of the frame')
    assert.deepEqual([...(await answer.body.bytes())], [...EVERY_BYTE])
  })

  test(`${name}: a body of nothing is one (N1)`, async () => {
    await using place = await served(async ({ body }) => ({ status: 200, headers: [['x-length', String((await body.bytes()).length)]] }))
    for (const body of [undefined, new Uint8Array()]) {
      const answer = await place.ask(body ? { body } : {})
      assert.deepEqual([answer.headers.get('x-length'), (await answer.body.bytes()).length], ['0', 0])
    }
  })

  test(`${name}: large bodies arrive whole, in both directions (N1, N2)`, async () => {
    await using place = await served(async ({ body }) => ({ status: 200, body: await body.bytes() }))
    const large = Uint8Array.from({ length: 3_000_001 }, (_, index) => index % 251)
    const back = await (await place.ask({ body: large })).body.bytes()
    assert.equal(Buffer.compare(back, large), 0)
  })

  test(`${name}: the two sides share nothing (N1)`, async () => {
    const own = EVERY_BYTE.slice()
    await using place = await served(async ({ body }) => {
      ;(await body.bytes()).fill(0)
      return { status: 200, body: own }
    })
    const sent = EVERY_BYTE.slice()
    ;(await (await place.ask({ body: sent })).body.bytes()).fill(0)
    assert.deepEqual([sent, own], [EVERY_BYTE, EVERY_BYTE])
  })
}

function testStreams(name: string, served: Serve): void {
  test(`${name}: a body arrives as it is written, in both directions (N2)`, async () => {
    const [sentOn, answeredOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await using place = await served(async ({ body }) => {
      const first = await firstPart(body)
      sentOn.resolve()
      return { status: 200, body: twoParts(first, answeredOn.promise) }
    })
    const answer = await place.ask({ body: twoParts('first', sentOn.promise) })
    const parts = answer.body[Symbol.asyncIterator]()
    assert.equal(text((await parts.next()).value as Uint8Array), 'first')
    answeredOn.resolve()
    assert.equal(text((await parts.next()).value as Uint8Array), 'second')
    assert.equal((await parts.next()).done, true)
  })

  test(`${name}: a body that breaks off fails for whoever reads it, and does not look whole (N2)`, async () => {
    const [began, heard] = [Promise.withResolvers<void>(), Promise.withResolvers<unknown>()]
    await using place = await served(async ({ path, body }) => {
      if (path === '/answer') return { status: 200, body: breaking() }
      began.resolve()
      heard.resolve(await body.bytes().catch((error: unknown) => error))
      return { status: 200 }
    })
    const answer = await place.ask({ path: '/answer' })
    await assert.rejects(answer.body.bytes(), { code: 'outcome_unknown', retry: 'unknown' })
    await assert.rejects(place.ask({ path: '/request', body: breaking(began.promise) }), { code: 'outcome_unknown', retry: 'unknown' })
    assert.equal(((await heard.promise) as BanyanError).code, 'outcome_unknown')
  })

  test(`${name}: whoever lets an answer go keeps nobody busy`, async () => {
    const ended = Promise.withResolvers<void>()
    await using place = await served(async () => ({ status: 200, body: endless(ended.resolve) }))
    const answer = await place.ask()
    await answer.body[Symbol.asyncIterator]().next()
    answer.body.cancel()
    await ended.promise
    assert.equal((await place.ask()).status, 200)
  })
}

function testEnds(name: string, served: Serve, open: (clock: Clock) => Promise<NetworkPlace>): void {
  test(`${name}: a sender that aborts is told so, and so is the handler, whose answer goes nowhere (N3)`, async () => {
    const [began, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await using place = await served(async ({ path, signal }) => {
      if (path === '/quick') return { status: 200 }
      began.resolve()
      await aborted(signal)
      told.resolve()
      return { status: 200, body: EVERY_BYTE }
    })
    const abort = new AbortController()
    const asked = place.ask({ signal: abort.signal })
    asked.catch(() => {})
    await began.promise
    abort.abort()
    await assert.rejects(asked, { code: 'cancelled', retry: 'unknown' })
    await told.promise
    assert.equal((await place.ask({ path: '/quick' })).status, 200, 'and the listener serves on')
  })

  test(`${name}: what was aborted, or had no time left, before it was sent is not sent (N3)`, async () => {
    let handled = 0
    await using place = await served(async () => ({ status: 200 + handled++ }))
    await assert.rejects(place.ask({ signal: AbortSignal.abort() }), { code: 'cancelled', retry: 'safe' })
    await assert.rejects(place.ask({ timeoutMs: 0 }), { code: 'deadline_exceeded', retry: 'safe' })
    await place.ask()
    assert.equal(handled, 1)
  })

  test(`${name}: a request whose time is up ends for both sides (N3)`, async () => {
    const [began, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await using place = await served(async ({ signal }) => {
      began.resolve()
      await aborted(signal)
      told.resolve()
      return { status: 200 }
    })
    const asked = place.ask()
    asked.catch(() => {})
    await began.promise
    place.time.pass(PATIENCE_MS)
    await assert.rejects(asked, { code: 'deadline_exceeded', retry: 'unknown' })
    await told.promise
  })

  test(`${name}: an answer whose body is not there in time breaks off (N3)`, async () => {
    await using place = await served(async () => ({ status: 200, body: twoParts('first', new Promise(() => {})) }))
    const answer = await place.ask()
    const read = answer.body.bytes()
    read.catch(() => {})
    place.time.pass(PATIENCE_MS)
    await assert.rejects(read, { code: 'deadline_exceeded', retry: 'unknown' })
  })

  test(`${name}: where nobody listens, nothing was sent (N4)`, async () => {
    await using place = await open(systemClock())
    await assert.rejects(place.caller.request({ address: place.nowhere, path: '/x', timeoutMs: PATIENCE_MS }), {
      code: 'unavailable',
      retry: 'safe',
    })
  })

  test(`${name}: a handler that fails is answered without its words, and the next one is served (N6)`, async () => {
    await using place = await served(async ({ path }) => {
      if (path === '/throws') throw new Error('secret')
      if (path === '/header') return { status: 200, headers: [['x', 'a\r\nsecret: 1']] }
      return { status: 200 }
    })
    for (const path of ['/throws', '/header']) {
      const failed = await place.ask({ path })
      assert.deepEqual([failed.status, text(await failed.body.bytes()), [...failed.headers].join().includes('secret')], [500, '', false])
    }
    assert.equal((await place.ask()).status, 200)
  })
}

function testLimits(name: string, served: Serve): void {
  test(`${name}: headers that no network could carry are refused before anything is sent (N5)`, async () => {
    let handled = 0
    await using place = await served(async () => ({ status: 200 + handled++ }))
    const refused = (header: readonly [string, string], code: string) => assert.rejects(place.ask({ headers: [header] }), { code })
    await refused(['x-large', 'x'.repeat(HEADER_BYTES_MAX)], 'headers_too_large')
    for (const value of ['a\r\nx-other: 1', 'bücher', ' a', 'a ', 'a\u0000b']) await refused(['x-value', value], 'misuse')
    for (const header of ['', 'a b', 'a:b', 'Content-Length', 'transfer-encoding', 'connection', 'host'])
      await refused([header, '1'], 'misuse')
    for (const path of ['x', '', '/a b', '/ü', '/a\nb']) await assert.rejects(place.ask({ path }), { code: 'misuse' })
    const most = ['x-most', 'x'.repeat(HEADER_BYTES_MAX - 'x-most'.length - 4)] as const
    assert.equal((await place.ask({ headers: [most] })).status, 200)
    assert.equal(handled, 1)
  })

  test(`${name}: a request's body beyond the listener's limit is refused with 413, whole or in parts (N5)`, async () => {
    await using place = await served(async ({ body }) => ({ status: 200, body: await body.bytes() }), { requestBytesMax: 100_000 })
    for (const bytes of [new Uint8Array(100_001), new Uint8Array(2_000_000)]) {
      assert.equal((await place.ask({ body: bytes })).status, 413)
      assert.equal((await place.ask({ body: inParts(bytes) })).status, 413)
    }
    assert.equal((await (await place.ask({ body: new Uint8Array(100_000) })).body.bytes()).length, 100_000)
  })

  test(`${name}: an answer's body beyond the sender's limit is one of which the sender knows nothing (N5)`, async () => {
    await using place = await served(async () => ({ status: 200, body: new Uint8Array(100_001) }))
    const answer = await place.ask({ answerBytesMax: 100_000 })
    await assert.rejects(answer.body.bytes(), { code: 'outcome_unknown', retry: 'unknown' })
    assert.equal((await (await place.ask({ answerBytesMax: 100_001 })).body.bytes()).length, 100_001)
  })
}

function testClosing(name: string, served: Serve): void {
  test(`${name}: a listener that closes finishes what is under way, and refuses what comes (N7)`, async () => {
    const [began, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await using place = await served(async () => {
      began.resolve()
      await goOn.promise
      return { status: 200, body: EVERY_BYTE }
    })
    const asked = place.ask()
    await began.promise
    const closed = place.listener.close(PATIENCE_MS)
    await assert.rejects(place.ask(), { code: 'unavailable', retry: 'safe' })
    goOn.resolve()
    assert.deepEqual([...(await (await asked).body.bytes())], [...EVERY_BYTE])
    await closed
    await assert.rejects(place.ask(), { code: 'unavailable', retry: 'safe' })
  })

  test(`${name}: what takes longer than the grace breaks (N7)`, async () => {
    const began = Promise.withResolvers<void>()
    await using place = await served(async ({ signal }) => {
      began.resolve()
      await aborted(signal)
      return { status: 200 }
    })
    const asked = place.ask()
    asked.catch(() => {})
    await began.promise
    const closed = place.listener.close(10)
    place.time.pass(10)
    await closed
    await assert.rejects(asked, { code: 'outcome_unknown', retry: 'unknown' })
  })
}

async function firstPart(body: AsyncIterable<Uint8Array>): Promise<string> {
  for await (const part of body) return text(part)
  throw new Error('the body had no part')
}
async function* twoParts(first: string, before: Promise<void>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(first)
  await before
  yield Buffer.from('second')
}
async function* breaking(after?: Promise<void>): AsyncGenerator<Uint8Array> {
  yield EVERY_BYTE
  await after
  throw new Error('secret of the other side')
}
async function* endless(ended: () => void): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      yield EVERY_BYTE
      await new Promise(setImmediate)
    }
  } finally {
    ended()
  }
}
async function* inParts(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000)
}
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })))
}
function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}
