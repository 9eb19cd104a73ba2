import assert from 'node:assert/strict'
import { ByteBudget, createMemoryBudgets } from '../../kernel/byte-budget.ts'
import { BanyanError } from '../../kernel/error.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { Feed } from '../../store/records/feed.ts'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import type { Store } from '../../store/store.ts'
import type { Consumer } from '../consumer.ts'
import { aConsumer, applied, ascending, emitAll, eventually, promise, range, soon, testRuntime, writeLedger } from './consumer.fixtures.ts'
import { CONSUMER_BYTES_MAX, CONSUMER_BYTES_MIN, eventBytes, PAGE_BYTES_MAX } from '../reading/held-bytes.ts'
import { createParkedAdmin } from '../parked-admin.ts'

const LARGE = JSON.stringify({ text: 'x'.repeat(450_000) })
const LARGE_BYTES = eventBytes({ data: LARGE })
/** Turns of the loop without anything new, after which a consumer has taken all that it takes. */
const QUIET_TURNS = 200

/** What consumers hold of a log is bounded by bytes (P3). */
export function testConsumerBytes(harness: StoreHarness): void {
  promise(harness, 'a consumer holds large events by their bytes, and handles all of them', async ({ source, sink }) => {
    const count = 48
    await emitLarge(source, count)
    const runtime = testRuntime()
    const gate = Promise.withResolvers<void>()
    let begun = 0
    const consumer = aConsumer(
      sink,
      source.feed,
      writeLedger(sink, () => (begun++, gate.promise)),
      { runtime },
    )
    await consumer.start()
    await stands(() => begun)
    assert.ok(begun >= 1 && begun < 16, `${begun} handlers run at once`)
    gate.resolve()
    await consumer.caughtUp(soon())
    assert.deepEqual(ascending(await applied(sink)), range(1, count))
    await consumer.stop()
    const bound = CONSUMER_BYTES_MAX + 2 * (2 * PAGE_BYTES_MAX + LARGE_BYTES)
    assert.ok(runtime.memory.events.peak <= bound, `${runtime.memory.events.peak} bytes were held, more than ${bound}`)
    assert.equal(runtime.memory.events.used, 0)
  })

  promise(harness, 'consumers hold large events within one budget, and those that are stuck hold up no other', async ({ source, sink }) => {
    const [count, stuckCount] = [24, 8]
    await emitLarge(source, count)
    const memory = { ...createMemoryBudgets(), events: new ByteBudget(4 * LARGE_BYTES), pages: new ByteBudget(2 * LARGE_BYTES) }
    const runtime = testRuntime({ memory })
    const gate = Promise.withResolvers<void>()
    let begun = 0
    const stuck = range(1, stuckCount).map((number) => named(sink, source.feed, runtime, `c${number}`, () => (begun++, gate.promise)))
    for (const consumer of stuck) await consumer.start()
    await stands(() => begun)
    const free = named(sink, source.feed, runtime, 'free')
    await free.start()
    await eventually('the free one has handled all', async () => (await free.lag()) === 0)
    gate.resolve()
    await Promise.all(stuck.map((consumer) => consumer.caughtUp(soon())))
    await Promise.all([free, ...stuck].map((consumer) => consumer.stop()))
    assert.equal((await applied(sink)).length, count * (stuckCount + 1))
    const bound = memory.events.bytesMax + (stuckCount + 1) * (CONSUMER_BYTES_MIN + 2 * LARGE_BYTES)
    assert.ok(memory.events.peak <= bound, `${memory.events.peak} bytes were held, more than ${bound}`)
    assert.ok(memory.pages.peak <= memory.pages.bytesMax)
    assert.deepEqual([memory.events.used, memory.pages.used], [0, 0])
  })

  promise(harness, 'of many keys that are redriven some are in memory, and each comes to its turn', async ({ source, sink }) => {
    const count = 60
    await emitAll(
      source,
      range(1, count).map((number) => ({ key: `k${number}` })),
    )
    let isIll = true
    let running = 0
    let most = 0
    const handler = writeLedger(sink, async () => {
      if (isIll) throw new BanyanError('invalid_argument', 'ill', { retry: 'never' })
      most = Math.max(most, ++running)
      await stands(() => running)
      running--
    })
    const runtime = testRuntime()
    const consumer = aConsumer(sink, source.feed, handler, { runtime })
    await consumer.start()
    await eventually('all are parked', () => consumer.state().parked === count)
    isIll = false
    const admin = createParkedAdmin({ store: sink, runtime, consumers: () => [consumer] })
    const redrive = (number: number) =>
      admin.redrive({ consumer: 'main', source: 'source', key: `k${number}` }, { actor: 'ann', reason: 'well' })
    await Promise.all(range(1, count).map(redrive))
    await eventually('all are applied', async () => (await applied(sink)).length === count)
    await consumer.stop()
    assert.ok(most >= 2 && most <= 16, `${most} parked events were handled at once`)
  })

  promise(harness, 'keys whose redrive pauses hold up no other key', async ({ source, sink }) => {
    const pausing = range(1, 16).map((number) => `k${number}`)
    await emitAll(
      source,
      [...pausing, 'healthy'].map((key) => ({ key })),
    )
    let isDown = true
    const paused = new Set<string>()
    const handler = writeLedger(sink, ({ key }) => {
      if (isDown) throw new BanyanError('unavailable', 'away', { retry: 'safe' })
      if (key === 'healthy') return
      paused.add(key)
      throw new BanyanError('unavailable', 'away for long', { retry: 'safe', retryAfterMs: 600_000 })
    })
    const runtime = testRuntime()
    const retry = { attemptsMax: 2, outageAttemptsMax: 2, backoff: { firstMs: 1, maxMs: 600_000 } }
    const consumer = aConsumer(sink, source.feed, handler, { runtime, retry })
    await consumer.start()
    await eventually('all are parked', () => consumer.state().parked === 17)
    isDown = false
    const admin = createParkedAdmin({ store: sink, runtime, consumers: () => [consumer] })
    const redrive = (key: string) => admin.redrive({ consumer: 'main', source: 'source', key }, { actor: 'ann', reason: 'well' })
    const told = pausing.map((key) => assert.rejects(redrive(key), { code: 'unavailable' }))
    await eventually('16 keys pause', () => paused.size === 16)
    redrive('healthy').catch(() => {})
    await eventually('the healthy one is applied', async () => (await applied(sink)).length === 1)
    await consumer.stop()
    await Promise.all(told)
  })

  promise(harness, 'large data of a type that nobody handles are not read', async ({ source, sink }) => {
    await emitLarge(source, 40, 'other.happened')
    await emitAll(source, [{ key: 'a' }])
    let units = 0
    const counted: Feed = {
      head: () => source.feed.head(),
      subscribe: (listener) => source.feed.subscribe(listener),
      positionOf: (token) => source.feed.positionOf(token),
      async read(after, limit, options) {
        const events = await source.feed.read(after, limit, options)
        for (const { data } of events) units += data.length
        return events
      },
    }
    const running = range(1, 4).map((number) => named(sink, counted, testRuntime(), `c${number}`))
    await Promise.all(running.map((consumer) => consumer.start()))
    await Promise.all(running.map((consumer) => consumer.caughtUp(soon())))
    await Promise.all(running.map((consumer) => consumer.stop()))
    assert.equal((await applied(sink)).length, 4)
    assert.ok(units < 12 * LARGE.length, `${units} characters were read of ${40 * LARGE.length}`)
  })
}

/** Emits large events, few in a transaction: it may not emit more. */
async function emitLarge(source: Store, count: number, type = 'thing.happened'): Promise<void> {
  for (let number = 1; number <= count; number++) await emitAll(source, [{ key: `k${number}`, type, data: LARGE }])
}

function named(sink: Store, feed: Feed, runtime: Runtime, consumer: string, before: () => unknown = () => {}): Consumer {
  const handlers = new Map([['thing.happened', writeLedger(sink, before)]])
  return aConsumer(sink, feed, writeLedger(sink), { runtime, subscription: { consumer, source: 'source', feed, handlers } })
}

/** Resolves when a count stands still. */
async function stands(count: () => number): Promise<void> {
  for (let seen = count(), quiet = 0; quiet < QUIET_TURNS; quiet++) {
    await new Promise(setImmediate)
    if (count() !== seen || seen === 0) [seen, quiet] = [count(), 0]
  }
}
