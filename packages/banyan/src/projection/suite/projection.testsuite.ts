import assert from 'node:assert/strict'
import { createParkedAdmin } from '../../events/parked-admin.ts'
import { anEvent, emitAll, eventually, keys, soon, testClock, testRuntime } from '../../events/suite/consumer.fixtures.ts'
import { createConsumer } from '../../events/consumer.ts'
import { seededRandom } from '../../kernel/random.ts'
import type { Feed } from '../../store/records/feed.ts'
import { positionOf } from '../../store/suite/store-harness.testsuite.ts'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import type { Store } from '../../store/store.ts'
import type { TableName } from '../projection.ts'
import { aRunner, content, counts, promise, reached, upToHead } from './projection.fixtures.ts'
import { sqlOf } from '../../store/sql-of.ts'

const TABLES = {
  sqlite: "SELECT name FROM sqlite_schema WHERE name LIKE 'counts_g%' ORDER BY name",
  postgres: "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE 'counts_g%' ORDER BY name",
}

async function tables(sink: Store): Promise<string[]> {
  const rows = await sink.read((tx) => sqlOf(tx).all<{ name: string }>(TABLES[sqlOf(tx).dialect]))
  return rows.map(({ name }) => name)
}

/** A feed whose answers take up to some milliseconds, so that two generations are hardly ever equally far. */
function slow(feed: Feed): Feed {
  const random = seededRandom(3)
  return {
    head: () => feed.head(),
    positionOf: (token) => feed.positionOf(token),
    subscribe: (listener) => feed.subscribe(listener),
    async read(after, limit) {
      await new Promise((resolve) => setTimeout(resolve, random.next() * 6))
      return feed.read(after, limit)
    },
  }
}

/** A projection on the stores of an adapter: filled, rebuilt while it serves, waited for (P2, P3, P6). */
export function testProjection(harness: StoreHarness): void {
  promise(harness, 'a new projection contains the whole log, and what comes later', async (stores) => {
    await emitAll(stores.source, [...keys(600, 3), { type: 'other.happened' }])
    const runner = aRunner(stores, counts())
    await runner.start()
    await upToHead(runner, stores)
    await emitAll(stores.source, keys(3, 3))
    await upToHead(runner, stores)
    assert.deepEqual(
      (await content(stores.sink, runner.table('counts'))).map(({ event_key, total, last }) => [event_key, total, last]),
      [
        ['k0', 201, 602],
        ['k1', 201, 603],
        ['k2', 201, 604],
      ],
    )
    assert.equal(runner.table('counts'), 'counts_g1')
    assert.deepEqual(await runner.lag(), [{ source: 'source', consumer: 'projection:counts:1', position: 604, head: 604, behind: 0 }])
    await runner.stop()
  })

  promise(harness, 'batches leave the same tables as one event after another', async (stores) => {
    await emitAll(stores.source, keys(777, 13))
    const runner = aRunner(stores, counts())
    await runner.start()
    await upToHead(runner, stores)
    const batched = await content(stores.sink, runner.table('counts'))
    await runner.stop()

    const { tables: create, on } = counts()
    const single: TableName = (table) => `${table}_single`
    await stores.sink.transaction(async (tx) => {
      for (const statement of create(single)) await sqlOf(tx).run(statement)
    })
    const oneByOne = createConsumer({
      service: 'sink',
      store: stores.sink,
      runtime: testRuntime(),
      instance: 'one',
      subscription: {
        consumer: 'single',
        source: 'source',
        feed: stores.source.feed,
        handlers: new Map([
          [
            'thing.happened',
            async (event, consume) => {
              await stores.sink.transaction(async (tx) => {
                await consume(tx)
                await on['thing.happened']!({ ...event, source: 'source', data: {} }, sqlOf(tx), single)
              })
            },
          ],
        ]),
      },
    })
    await oneByOne.start()
    await oneByOne.caughtUp(soon())
    await oneByOne.stop()
    assert.deepEqual(await content(stores.sink, single('counts')), batched)
  })

  promise(harness, 'a rebuild while events arrive and are read ends equal, serves at every moment, and never goes back', async (stores) => {
    await emitAll(stores.source, keys(2_000, 20))
    const runner = aRunner(stores, counts(), { sources: [{ source: 'source', feed: slow(stores.source.feed) }] })
    await runner.start()
    await upToHead(runner, stores)
    const sum = async (): Promise<number> => (await content(stores.sink, runner.table('counts'))).reduce((all, { total }) => all + total, 0)
    // a rebuild ends only when events are applied faster than they arrive; on a server each statement takes a round trip
    const pauseMs = harness.features.shared ? 20 : 2
    let isDone = false
    let emitted = 0
    async function write(): Promise<void> {
      for (; !isDone; emitted += 20) {
        await emitAll(stores.source, keys(20, 20))
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
    async function read(): Promise<void> {
      for (let seen = 0; !isDone;) {
        const now = await sum()
        assert.ok(now >= seen, `${runner.table('counts')} contains ${now} events, but ${seen} were seen before`)
        seen = now
        await new Promise(setImmediate)
      }
    }
    async function readOwnWrites(): Promise<void> {
      while (!isDone) {
        const head = await stores.source.feed.head()
        await reached(runner, head)
        assert.ok((await sum()) >= head)
        await new Promise(setImmediate)
      }
    }
    const traffic = Promise.all([write(), read(), readOwnWrites()])
    try {
      for (let generation = 2; generation <= 5; generation++) {
        await Promise.race([runner.rebuild(), traffic])
        assert.equal(runner.table('counts'), `counts_g${generation}`)
      }
    } finally {
      isDone = true
      await traffic
    }
    await upToHead(runner, stores)
    const rows = await content(stores.sink, runner.table('counts'))
    assert.deepEqual(new Set(rows.map(({ total }) => total)), new Set([(2_000 + emitted) / 20]))
    await runner.stop()
  })

  promise(harness, 'new tables serve only when they contain what the old ones did', async (stores) => {
    const { feed } = stores.source
    await emitAll(stores.source, keys(20, 4))
    let isHeld = false
    // while it is held, whoever is not beyond it sees a log that ends at 10
    const held: Feed = {
      positionOf: (token) => feed.positionOf(token),
      subscribe: (listener) => feed.subscribe(listener),
      head: async () => (isHeld ? 10 : feed.head()),
      read: async (after, limit) => (await feed.read(after, limit)).filter(({ position }) => !isHeld || position <= 10),
    }
    const runner = aRunner(stores, counts(), { sources: [{ source: 'source', feed: held }] })
    await runner.start()
    await upToHead(runner, stores)
    isHeld = true
    const rebuilt = runner.rebuild()
    await eventually('the old generation stands still', () => runner.consumers()[0]?.state().status === 'stopped')
    for (let look = 0; look < 20; look++) {
      const rows = await content(stores.sink, runner.table('counts'))
      assert.equal(
        rows.reduce((sum, { total }) => sum + total, 0),
        20,
      )
      await new Promise(setImmediate)
    }
    assert.equal(runner.table('counts'), 'counts_g1')
    isHeld = false
    await rebuilt
    assert.equal(runner.table('counts'), 'counts_g2')
    assert.equal((await content(stores.sink, 'counts_g2')).length, 4)
    await runner.stop()
  })

  promise(harness, 'old tables are dropped after a rebuild, with their cursors', async (stores) => {
    await emitAll(stores.source, keys(5, 5))
    // instances of an older version may still read the old tables where they share a store
    const dropDelayMs = harness.features.shared ? 600_000 : 5_000
    let drop: (() => void) | undefined
    const clock = {
      ...testClock,
      setTimer(delayMs: number, callback: () => void) {
        if (delayMs !== dropDelayMs) return testClock.setTimer(delayMs, callback)
        drop = callback
        return () => {}
      },
    }
    const runner = aRunner(stores, counts(), { runtime: testRuntime({ clock }) })
    await runner.start()
    await runner.rebuild()
    assert.deepEqual(await tables(stores.sink), ['counts_g1', 'counts_g2'])
    drop?.()
    while ((await tables(stores.sink)).length > 1) await new Promise(setImmediate)
    assert.deepEqual(await tables(stores.sink), ['counts_g2'])
    const cursors = await stores.sink.read((tx) => tx.consumption.cursors())
    assert.deepEqual(
      cursors.map(({ consumer }) => consumer),
      ['projection:counts:2'],
    )
    await runner.stop()
  })

  promise(harness, 'a changed version rebuilds at the start; a start with the same version does not', async (stores) => {
    await emitAll(stores.source, keys(500, 5))
    const first = aRunner(stores, counts(1))
    await first.start()
    await upToHead(first, stores)
    await first.stop()
    const again = aRunner(stores, counts(1))
    await again.start()
    assert.equal(again.table('counts'), 'counts_g1')
    await again.stop()
    const second = aRunner(stores, counts(2))
    await second.start()
    await eventually('the new tables serve', () => second.table('counts') === 'counts_g2')
    const rows = await content(stores.sink, second.table('counts'))
    assert.deepEqual(
      rows.map(({ total, extra }) => [total, extra]),
      Array.from({ length: 5 }, () => [100, 2]),
    )
    await second.stop()
  })

  promise(harness, 'a rebuild that a stop interrupts goes on at the next start', async (stores) => {
    await emitAll(stores.source, keys(300, 3))
    const first = aRunner(stores, counts())
    await first.start()
    await upToHead(first, stores)
    const rebuilt = assert.rejects(first.rebuild(), { code: 'unavailable' })
    await first.stop()
    await rebuilt
    const second = aRunner(stores, counts())
    await second.start()
    await second.rebuild()
    assert.equal(second.table('counts'), 'counts_g2')
    assert.deepEqual(
      (await content(stores.sink, second.table('counts'))).map(({ total }) => total),
      [100, 100, 100],
    )
    await second.stop()
  })

  promise(harness, 'tells how far it has read, so that a reader can wait for its own write', async (stores) => {
    const runner = aRunner(stores, counts())
    await runner.start()
    const { position: _, ...mine } = anEvent({ key: 'mine' })
    const { token } = await stores.source.transaction(async (tx) => tx.emit(mine))
    const position = await positionOf(stores.source.feed, token)
    await reached(runner, position)
    assert.deepEqual(
      (await content(stores.sink, runner.table('counts'))).map(({ event_key }) => event_key),
      ['mine'],
    )
    assert.equal(await runner.position('source'), position)
    assert.equal(await runner.position('elsewhere'), Infinity, 'nothing to wait for')
    await runner.stop()
  })

  promise(
    harness,
    'an event that cannot be applied is parked with its key; the rest of its batch is applied, and a redrive follows in order',
    async (stores) => {
      let isHealed = false
      const runner = aRunner(
        stores,
        counts(1, (position) => !isHealed && position % 100 === 42),
        { retry: { backoff: { firstMs: 1, maxMs: 1 } } },
      )
      await emitAll(stores.source, keys(300, 10))
      await runner.start()
      await upToHead(runner, stores)
      const parked = await stores.sink.read((tx) => tx.consumption.parked({ limit: 1_000 }))
      const failed = parked.filter(({ state }) => state === 'failed')
      assert.deepEqual(
        failed.map(({ position, error }) => [position, error?.split('\n')[0]]),
        [[42, 'internal: Error: refused 42']],
      )
      assert.deepEqual(
        parked.map(({ position }) => position),
        Array.from({ length: 26 }, (_, index) => 42 + 10 * index),
      )
      const rows = await content(stores.sink, runner.table('counts'))
      assert.deepEqual(
        rows.map(({ total }) => total),
        [30, 4, 30, 30, 30, 30, 30, 30, 30, 30],
      )
      isHealed = true
      const admin = createParkedAdmin({ store: stores.sink, runtime: testRuntime(), consumers: () => runner.consumers() })
      const key = { consumer: 'projection:counts:1', source: 'source', key: 'k1' }
      assert.deepEqual(await admin.redrive(key, { actor: 'ann', reason: '' }), { redriven: 26, failed: undefined })
      await emitAll(stores.source, [{ key: 'k1' }])
      await upToHead(runner, stores)
      const [, healed] = await content(stores.sink, runner.table('counts'))
      assert.deepEqual([healed?.total, healed?.last], [31, 301])
      await runner.stop()
    },
  )
}
