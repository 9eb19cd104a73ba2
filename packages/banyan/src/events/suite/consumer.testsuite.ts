import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { BanyanError } from '../../kernel/error.ts'
import { seededRandom } from '../../kernel/random.ts'
import type { Feed } from '../../store/records/feed.ts'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import {
  aConsumer,
  applied,
  ascending,
  cursorOf,
  emitAll,
  eventually,
  keys,
  promise,
  range,
  RANDOM_RUNS,
  soon,
  testClock,
  testRuntime,
  withStores,
  writeLedger,
} from './consumer.fixtures.ts'

/** Longer than a start takes. */
const PAUSE_MS = 700

/** A consumer on the stores of an adapter: everything once, in the order of each key, from the first event on (P2, P3, P5, P14). */
export function testConsumer(harness: StoreHarness): void {
  promise(
    harness,
    'a backlog from before the first start is handled completely, and what is emitted later too',
    async ({ source, sink }) => {
      await emitAll(source, keys(700, 10))
      const consumer = aConsumer(sink, source.feed, writeLedger(sink))
      await consumer.start()
      await consumer.caughtUp(soon())
      await emitAll(source, keys(20, 10))
      await consumer.caughtUp(soon())
      assert.deepEqual(ascending(await applied(sink)), range(1, 720))
      assert.equal(await consumer.lag(), 0)
      await consumer.stop()
      assert.equal(await cursorOf(sink), 720)
      assert.deepEqual(await sink.read((tx) => tx.consumption.recorded('main', 'source')), [])
    },
  )

  promise(
    harness,
    'a stop amid a backlog, with a key that waits for its next attempt, loses and repeats nothing',
    async ({ source, sink }) => {
      await emitAll(source, keys(3_000, 100))
      const reached = Promise.withResolvers<void>()
      let handled = 0
      const first = aConsumer(
        sink,
        source.feed,
        writeLedger(sink, async (event) => {
          await new Promise(setImmediate)
          if (event.position === 7) throw new BanyanError('unavailable', 'not now')
          if (++handled === 500) reached.resolve()
        }),
        { retry: { backoff: { firstMs: 60_000, maxMs: 60_000 } } },
      )
      await first.start()
      await reached.promise
      await first.stop()
      assert.equal(await cursorOf(sink), 6)
      const second = aConsumer(sink, source.feed, writeLedger(sink))
      await second.start()
      await second.caughtUp(soon())
      await second.stop()
      assert.deepEqual(ascending(await applied(sink)), range(1, 3_000))
      const ofKey = await applied(sink, 'k6')
      assert.deepEqual(ofKey, ascending(ofKey))
    },
  )

  promise(
    harness,
    'a consumer that begins `now` does not see what was there before, also not after a restart',
    async ({ source, sink }) => {
      await emitAll(source, keys(5, 5))
      const first = aConsumer(sink, source.feed, writeLedger(sink), { from: 'now' })
      await first.start()
      await emitAll(source, keys(2, 2))
      await first.caughtUp(soon())
      await first.stop()
      await emitAll(source, keys(2, 2))
      const second = aConsumer(sink, source.feed, writeLedger(sink), { from: 'now' })
      await second.start()
      await second.caughtUp(soon())
      await second.stop()
      assert.deepEqual(ascending(await applied(sink)), [6, 7, 8, 9])
    },
  )

  test(`${harness.name}: events of one key are handled one after another in order, whatever fails on the way`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 60 }), fc.integer(), async (events, seed) => {
        await withStores(harness, async ({ source, sink }) => {
          const random = seededRandom(seed)
          const running = new Set<string>()
          const handler = writeLedger(sink, async (event) => {
            assert.ok(!running.has(event.key), `two events of ${event.key} at once`)
            running.add(event.key)
            await new Promise(setImmediate)
            running.delete(event.key)
            if (random.next() < 0.3) throw new Error('no luck')
          })
          await emitAll(
            source,
            events.map((key) => ({ key: `k${key}` })),
          )
          const consumer = aConsumer(sink, source.feed, handler, { retry: { attemptsMax: 1_000, backoff: { firstMs: 1, maxMs: 2 } } })
          await consumer.start()
          await consumer.caughtUp(soon())
          await consumer.stop()
          const all = await applied(sink)
          assert.deepEqual(ascending(all), range(1, events.length))
          for (let key = 0; key <= 5; key++) {
            const ofKey = await applied(sink, `k${key}`)
            assert.deepEqual(ofKey, ascending(ofKey))
          }
        })
      }),
      { numRuns: harness.randomRuns ?? RANDOM_RUNS, endOnFailure: true },
    )
  })

  promise(harness, 'events that are delivered again are applied once', async ({ source, sink }) => {
    await emitAll(source, keys(40, 4))
    const random = seededRandom(7)
    const repeating: Feed = {
      ...source.feed,
      head: () => source.feed.head(),
      subscribe: (listener) => source.feed.subscribe(listener),
      positionOf: (token) => source.feed.positionOf(token),
      async read(after, limit) {
        const events = await source.feed.read(Math.max(0, after - Math.floor(random.next() * 10)), Math.min(limit, 7))
        return events.flatMap((event) => (random.next() < 0.5 ? [event, event] : [event]))
      },
    }
    const consumer = aConsumer(sink, repeating, writeLedger(sink))
    await consumer.start()
    await consumer.caughtUp(soon())
    await consumer.stop()
    assert.deepEqual(ascending(await applied(sink)), range(1, 40))
  })

  promise(harness, 'a gap in what the feed answers is never skipped', async ({ source, sink }) => {
    await emitAll(source, keys(10, 2))
    let reads = 0
    const leaky: Feed = {
      head: () => source.feed.head(),
      subscribe: () => () => {},
      positionOf: (token) => source.feed.positionOf(token),
      async read(after, limit) {
        const events = await source.feed.read(after, limit)
        return reads++ % 2 === 0 ? events.filter(({ position }) => position !== 4 && position !== 1) : events
      },
    }
    const consumer = aConsumer(sink, leaky, writeLedger(sink))
    await consumer.start()
    await consumer.caughtUp(soon())
    await consumer.stop()
    assert.deepEqual(ascending(await applied(sink)), range(1, 10))
  })

  promise(harness, 'a handler that commits and then fails is not applied again', async ({ source, sink }) => {
    await emitAll(source, keys(10, 3))
    const write = writeLedger(sink)
    let calls = 0
    const consumer = aConsumer(sink, source.feed, async (event, consume) => {
      await write(event, consume)
      calls++
      throw new Error('after the commit')
    })
    await consumer.start()
    await consumer.caughtUp(soon())
    await consumer.stop()
    assert.deepEqual(ascending(await applied(sink)), range(1, 10))
    assert.equal(calls, 10)
    assert.deepEqual(await sink.read((tx) => tx.consumption.parked({ limit: 10 })), [])
  })

  promise(harness, 'an old instance that lives on cannot commit, and stops', async ({ source, sink, ...stores }) => {
    await emitAll(source, keys(1, 1))
    const gate = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    const zombie = aConsumer(
      sink,
      source.feed,
      writeLedger(sink, () => {
        entered.resolve()
        return gate.promise
      }),
    )
    await zombie.start()
    await entered.promise
    const { shared } = harness.features
    const heirs = shared ? await stores.openSinkAgain() : sink
    // where instances share a store, another one follows when the hold of the first has ended
    const clock = { ...testClock, now: () => testClock.now() + testRuntime().leaseMs }
    const runtime = testRuntime({ clock })
    const heir = aConsumer(heirs, source.feed, writeLedger(heirs), { instance: 'two', runtime })
    await heir.start()
    await heir.caughtUp(soon())
    await emitAll(source, keys(3, 3))
    gate.resolve()
    await heir.caughtUp(soon())
    // where instances share a store, it may become the one that follows; else there is nothing left for it to do
    const end = shared ? 'waiting' : 'fenced'
    await eventually('the zombie is fenced', () => zombie.state().status === end)
    assert.deepEqual(ascending(await applied(sink)), range(1, 4))
    await heir.stop()
    await zombie.stop()
    assert.equal(zombie.state().status, shared ? 'stopped' : 'fenced')
    assert.equal(await cursorOf(sink), 4)
  })

  promise(harness, 'an outage is waited out: nothing is parked', async ({ source, sink }) => {
    let failures = 0
    const handler = writeLedger(sink, () => {
      if (failures++ < 20) throw new BanyanError('unavailable', 'payments is away')
    })
    await emitAll(source, keys(3, 3))
    const consumer = aConsumer(sink, source.feed, handler, { retry: { attemptsMax: 2, backoff: { firstMs: 1, maxMs: 2 } } })
    await consumer.start()
    await consumer.caughtUp(soon())
    await consumer.stop()
    assert.deepEqual(ascending(await applied(sink)), [1, 2, 3])
  })

  promise(harness, 'a handler that does nothing does not hold up the cursor', async ({ source, sink }) => {
    await emitAll(source, [...keys(10, 3), { type: 'other.happened' }])
    const consumer = aConsumer(sink, source.feed, async () => {})
    await consumer.start()
    await consumer.caughtUp(soon())
    await consumer.stop()
    assert.equal(await cursorOf(sink), 11)
  })

  promise(harness, 'a log that is shorter than what was consumed is refused', async ({ source, sink }) => {
    await sink.transaction((tx) => tx.consumption.cursor('main', 'source', 50))
    await emitAll(source, keys(1, 1))
    const consumer = aConsumer(sink, source.feed, writeLedger(sink))
    await consumer.start()
    await assert.rejects(consumer.reached(51, soon(50)), { code: 'deadline_exceeded' })
    const refusal = /events up to 50 were read, but the log ends at 1/
    await eventually('the log is refused', () => refusal.test(consumer.state().error ?? ''))
    await consumer.stop()
  })

  promise(
    harness,
    'events that a handler does not want are passed over without a transaction, and the cursor goes past them',
    async ({ source, sink }) => {
      await emitAll(source, keys(100, 2))
      const handler = Object.assign(writeLedger(sink), { wants: ({ position }: { position: number }) => position % 10 === 0 })
      const consumer = aConsumer(sink, source.feed, handler)
      await consumer.start()
      await consumer.caughtUp(soon())
      await emitAll(source, keys(5, 2))
      await consumer.caughtUp(soon())
      await consumer.stop()
      assert.deepEqual(
        ascending(await applied(sink)),
        range(1, 10).map((ten) => ten * 10),
      )
      assert.equal(await cursorOf(sink), 105)
    },
  )

  for (const [what, position] of [
    ['failed', 1],
    ['ended the process', -1],
  ] as const)
    promise(harness, `P6: the pause behind an attempt that ${what} holds across a restart`, async ({ source, sink }) => {
      await emitAll(source, keys(1, 1))
      const nextAt = testClock.now() + PAUSE_MS
      await sink.transaction((tx) => tx.consumption.countAttempt('main', 'source', position, nextAt))
      let handledAt = 0
      const handler = writeLedger(sink, () => (handledAt = testClock.now()))
      const consumer = aConsumer(sink, source.feed, handler, { retry: { backoff: { firstMs: 1, maxMs: 60_000 } } })
      await consumer.start()
      await consumer.caughtUp(soon())
      await consumer.stop()
      assert.ok(handledAt >= nextAt, `handled ${nextAt - handledAt} ms before its time`)
      assert.deepEqual(await sink.read((tx) => tx.consumption.attempts('main', 'source', 10)), [], 'nothing is left to count')
    })

  promise(harness, 'a clock that was set back does not hold an event up for longer than a pause', async ({ source, sink }) => {
    await emitAll(source, keys(1, 1))
    await sink.transaction((tx) => tx.consumption.countAttempt('main', 'source', 1, testClock.now() + 3_600_000))
    const consumer = aConsumer(sink, source.feed, writeLedger(sink))
    await consumer.start()
    await consumer.caughtUp(soon())
    await consumer.stop()
    assert.deepEqual(await applied(sink), [1])
  })
}
