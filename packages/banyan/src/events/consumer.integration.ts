import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { BanyanError } from '../kernel/error.ts'
import { seededRandom } from '../kernel/random.ts'
import type { Feed } from '../store/feed.ts'
import type { Store } from '../store/store.ts'
import { aConsumer, applied, emitAll, openStore, soon, tempDirectory, testRuntime, writeLedger } from './consumer.fixtures.ts'
import { createParkedAdmin } from './parked-admin.ts'

interface Stores {
  readonly source: Store
  readonly sink: Store
}

async function withStores(run: (stores: Stores) => Promise<void>): Promise<void> {
  using directory = tempDirectory()
  const source = await openStore(directory.path, 'source')
  const sink = await openStore(directory.path, 'sink')
  try {
    await run({ source, sink })
  } finally {
    await sink.close()
    await source.close()
  }
}

const keys = (count: number, keyCount: number): { key: string }[] =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index % keyCount}` }))
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)
const ascending = (positions: readonly number[]): number[] => positions.toSorted((a, b) => a - b)
const cursorOf = async (store: Store): Promise<number> => (await store.read((tx) => tx.consumption.cursors()))[0]!.position

test('a backlog from before the first start is handled completely, and what is emitted later too', async () => {
  await withStores(async ({ source, sink }) => {
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
  })
})

test('a consumer that begins `now` does not see what was there before, also not after a restart', async () => {
  await withStores(async ({ source, sink }) => {
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
  })
})

test('events of one key are handled one after another in order, whatever fails on the way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 60 }), fc.integer(), async (events, seed) => {
      await withStores(async ({ source, sink }) => {
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
    { numRuns: 15 },
  )
})

test('events that are delivered again are applied once', async () => {
  await withStores(async ({ source, sink }) => {
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
})

test('a gap in what the feed answers is never skipped', async () => {
  await withStores(async ({ source, sink }) => {
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
})

test('a handler that commits and then fails is not applied again', async () => {
  await withStores(async ({ source, sink }) => {
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
})

test('an old instance that lives on cannot commit, and stops', async () => {
  await withStores(async ({ source, sink }) => {
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
    const heir = aConsumer(sink, source.feed, writeLedger(sink), { instance: 'two' })
    await heir.start()
    await heir.caughtUp(soon())
    await emitAll(source, keys(3, 3))
    gate.resolve()
    await heir.caughtUp(soon())
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (zombie.state().status === 'fenced') resolve(clearInterval(look))
      }, 5)
    })
    assert.deepEqual(ascending(await applied(sink)), range(1, 4))
    await heir.stop()
    await zombie.stop()
    assert.equal(zombie.state().status, 'fenced')
    assert.equal(await cursorOf(sink), 4)
  })
})

test('an event whose handler keeps failing is parked with its key behind it; other keys flow', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 50 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 4 }),
      async (events, poisonous) => {
        await withStores(async ({ source, sink }) => {
          const attempts = new Map<number, number>()
          const handler = writeLedger(sink, ({ position }) => {
            attempts.set(position, (attempts.get(position) ?? 0) + 1)
            if (poisonous.includes(position)) throw new Error(`poison ${position}`)
          })
          await emitAll(
            source,
            events.map((key) => ({ key: `k${key}` })),
          )
          const consumer = aConsumer(sink, source.feed, handler, { retry: { attemptsMax: 3, backoff: { firstMs: 1, maxMs: 2 } } })
          await consumer.start()
          await consumer.caughtUp(soon())
          await consumer.stop()
          const parked = await sink.read((tx) => tx.consumption.parked({ limit: 100 }))
          for (let key = 0; key <= 4; key++) {
            const stored = await source.feed.read(0, 100)
            const positions = stored.filter((event) => event.key === `k${key}`).map(({ position }) => position)
            const first = positions.findIndex((position) => poisonous.includes(position))
            const flowing = first === -1 ? positions : positions.slice(0, first)
            const waiting = first === -1 ? [] : positions.slice(first)
            assert.deepEqual(await applied(sink, `k${key}`), flowing)
            const rows = parked.filter((row) => row.key === `k${key}`)
            assert.deepEqual(
              rows.map(({ position }) => position),
              waiting,
            )
            assert.deepEqual(
              rows.map(({ state }) => state),
              waiting.map((_, index) => (index === 0 ? 'failed' : 'waiting')),
            )
            if (rows[0]) {
              assert.equal(rows[0].error, `internal: Error: poison ${waiting[0]}`)
              assert.equal(rows[0].attempts, 3)
              assert.equal(attempts.get(waiting[0]!), 3)
            }
            for (const position of waiting.slice(1)) assert.equal(attempts.get(position), undefined)
          }
          assert.equal(await cursorOf(sink), events.length)
        })
      },
    ),
    { numRuns: 15 },
  )
})

test('a redrive replays a key in order, with what arrives meanwhile behind it', async () => {
  await withStores(async ({ source, sink }) => {
    let isHealed = false
    const handler = writeLedger(sink, async (event) => {
      if (!isHealed && event.position === 1) throw new BanyanError('failed_precondition', 'not yet')
      if (event.position === 2) await emitAll(source, [{ key: 'a' }, { key: 'b' }])
    })
    await emitAll(source, [{ key: 'a' }, { key: 'a' }, { key: 'b' }, { key: 'a' }])
    const runtime = testRuntime()
    const consumer = aConsumer(sink, source.feed, handler)
    await consumer.start()
    await consumer.caughtUp(soon())
    const admin = createParkedAdmin({ store: sink, runtime, consumers: () => [consumer] })
    const key = { consumer: 'main', source: 'source', key: 'a' }
    const action = { actor: 'ann', reason: 'fixed' }

    assert.deepEqual((await admin.redrive(key, action)).failed, { position: 1, error: 'failed_precondition: not yet' })
    assert.deepEqual(
      (await admin.list({ limit: 10 })).map(({ position, state }) => [position, state]),
      [
        [1, 'failed'],
        [2, 'waiting'],
        [4, 'waiting'],
      ],
    )
    isHealed = true
    assert.equal((await admin.redrive(key, action)).failed, undefined)
    await consumer.caughtUp(soon())
    assert.deepEqual(await admin.list({ limit: 10 }), [])
    await emitAll(source, [{ key: 'a' }])
    await consumer.caughtUp(soon())
    await consumer.stop()
    assert.deepEqual(await applied(sink, 'a'), [1, 2, 4, 5, 7])
    assert.deepEqual(await applied(sink, 'b'), [3, 6])
    await assert.rejects(admin.redrive(key, action), { code: 'not_found' })
  })
})

test('a skip drops the failed event only, says who and why, and lets the others go on', async () => {
  await withStores(async ({ source, sink }) => {
    const handler = writeLedger(sink, (event) => {
      if (event.position === 1) throw new Error('never')
    })
    await emitAll(source, [{ key: 'a' }, { key: 'a' }, { key: 'a' }])
    const runtime = testRuntime()
    const consumer = aConsumer(sink, source.feed, handler)
    await consumer.start()
    await consumer.caughtUp(soon())
    const admin = createParkedAdmin({ store: sink, runtime, consumers: () => [consumer] })
    const key = { consumer: 'main', source: 'source', key: 'a' }
    const action = { actor: 'ann', reason: 'order was a test' }
    await assert.rejects(admin.skip({ ...key, position: 2 }, action), { code: 'not_found' })
    assert.deepEqual(await admin.skip({ ...key, position: 1 }, action), { redriven: 2, failed: undefined })
    await emitAll(source, [{ key: 'a' }])
    await consumer.caughtUp(soon())
    await consumer.stop()
    assert.deepEqual(await applied(sink), [2, 3, 4])
    const audit = await sink.read((tx) => tx.audit.list(10))
    assert.deepEqual(
      audit.map(({ actor, reason, action: what, subject }) => ({ actor, reason, what, subject })),
      [{ actor: 'ann', reason: 'order was a test', what: 'event.skip', subject: 'main/source/a/1' }],
    )
  })
})

test('keys stay parked over a restart, and a redrive asked for while stopped happens at the start', async () => {
  await withStores(async ({ source, sink }) => {
    let isHealed = false
    const handler = writeLedger(sink, () => {
      if (!isHealed) throw new Error('ill')
    })
    await emitAll(source, [{ key: 'a' }])
    const first = aConsumer(sink, source.feed, handler)
    await first.start()
    await first.caughtUp(soon())
    await first.stop()
    isHealed = true
    await emitAll(source, [{ key: 'a' }])
    const second = aConsumer(sink, source.feed, handler)
    await second.start()
    await second.caughtUp(soon())
    await second.stop()
    assert.deepEqual(await applied(sink), [])
    const admin = createParkedAdmin({ store: sink, runtime: testRuntime(), consumers: () => [] })
    await assert.rejects(admin.redrive({ consumer: 'main', source: 'source', key: 'a' }, { actor: 'ann', reason: '' }), {
      code: 'unavailable',
    })
    const third = aConsumer(sink, source.feed, handler)
    await third.start()
    await emitAll(source, [{ key: 'a' }])
    await third.caughtUp(soon())
    await third.redrive('a')
    await third.stop()
    assert.deepEqual(await applied(sink), [1, 2, 3])
  })
})

test('an outage is waited out: nothing is parked', async () => {
  await withStores(async ({ source, sink }) => {
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
})

test('a handler that does nothing does not hold up the cursor', async () => {
  await withStores(async ({ source, sink }) => {
    await emitAll(source, [...keys(10, 3), { type: 'other.happened' }])
    const consumer = aConsumer(sink, source.feed, async () => {})
    await consumer.start()
    await consumer.caughtUp(soon())
    await consumer.stop()
    assert.equal(await cursorOf(sink), 11)
  })
})

test('a log that is shorter than what was consumed is refused', async () => {
  await withStores(async ({ source, sink }) => {
    await sink.transaction((tx) => tx.consumption.cursor('main', 'source', 50))
    await emitAll(source, keys(1, 1))
    const consumer = aConsumer(sink, source.feed, writeLedger(sink))
    await consumer.start()
    await assert.rejects(consumer.reached(51, soon(50)), { code: 'deadline_exceeded' })
    assert.match(consumer.state().error ?? '', /ends at 1, but events up to 50 were consumed/)
    await consumer.stop()
  })
})
