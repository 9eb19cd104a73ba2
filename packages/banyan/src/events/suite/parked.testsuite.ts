import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { BanyanError } from '../../kernel/error.ts'
import type { Store } from '../../store/store.ts'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import {
  aConsumer,
  anEvent,
  applied,
  cursorOf,
  emitAll,
  promise,
  RANDOM_RUNS,
  soon,
  type Stores,
  testRuntime,
  withStores,
  writeLedger,
} from './consumer.fixtures.ts'
import { createParkedAdmin } from '../parked-admin.ts'
import { PARKED_KEYS_MAX } from '../reading/claim.ts'
import { parkedRecord } from '../parked/parking.ts'
import type { EventHandler } from '../reading/subscription.ts'

/** The key that these tests park. */
const key = { consumer: 'main', source: 'source', key: 'a' }
const ILL = { error: 'ill', attempts: 3, now: 0 }

/** What keeps failing is set aside with its key, and comes back when it is told to (P6). */
export function testParking(harness: StoreHarness): void {
  test(`${harness.name}: an event whose handler keeps failing is parked with its key behind it; other keys flow`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 50 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 4 }),
        async (events, poisonous) => {
          await withStores(harness, async ({ source, sink }) => {
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
                const [first, ...thrown] = (rows[0].error ?? '').split('\n')
                assert.equal(first, `internal: Error: poison ${waiting[0]}`)
                assert.match(thrown.join('\n'), /at .*parked\.testsuite\.ts:\d+/, 'where the handler failed')
                assert.equal(rows[0].attempts, 3)
                assert.equal(attempts.get(waiting[0]!), 3)
              }
              for (const position of waiting.slice(1)) assert.equal(attempts.get(position), undefined)
            }
            assert.equal(await cursorOf(sink), events.length)
          })
        },
      ),
      { numRuns: harness.randomRuns ?? RANDOM_RUNS, endOnFailure: true },
    )
  })

  promise(
    harness,
    'also where more keys are parked than are kept in memory, a parked key is not overtaken, and others flow',
    async (stores) => {
      const { source, sink } = stores
      const parked = Array.from({ length: PARKED_KEYS_MAX + 2 }, (_, index) => `p${String(index).padStart(6, '0')}`)
      await park(sink, parked)
      const [first, last] = [parked[0] as string, parked.at(-1) as string]
      // Parked events keep their positions, so the new ones come behind as many that nobody handles.
      await emitAll(
        source,
        parked.map((parkedKey) => ({ key: parkedKey, type: 'thing.else' })),
      )
      await emitAll(source, [{ key: last }, { key: 'free' }, { key: first }])
      const { consumer, admin } = await caughtUpWithAdmin(stores, writeLedger(sink))
      assert.deepEqual(await applied(sink), [parked.length + 2])
      assert.equal((await admin.redrive({ ...key, key: last }, { actor: 'ann', reason: 'fixed' })).redriven, 2)
      await emitAll(source, [{ key: last }])
      await consumer.caughtUp(soon())
      await consumer.stop()
      assert.deepEqual((await applied(sink, last)).slice(1), [parked.length + 1, parked.length + 4])
    },
  )

  promise(harness, 'a redrive replays a key in order, with what arrives meanwhile behind it', async (stores) => {
    const { source, sink } = stores
    let isHealed = false
    const handler = writeLedger(sink, async (event) => {
      if (!isHealed && event.position === 1) throw new BanyanError('failed_precondition', 'not yet')
      if (event.position === 2) await emitAll(source, [{ key: 'a' }, { key: 'b' }])
    })
    await emitAll(source, [{ key: 'a' }, { key: 'a' }, { key: 'b' }, { key: 'a' }])
    const { consumer, admin } = await caughtUpWithAdmin(stores, handler)
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

  promise(harness, 'a skip drops the failed event only, says who and why, and lets the others go on', async (stores) => {
    const { source, sink } = stores
    const handler = writeLedger(sink, (event) => {
      if (event.position === 1) throw new Error('never')
    })
    await emitAll(source, [{ key: 'a' }, { key: 'a' }, { key: 'a' }])
    const { consumer, admin } = await caughtUpWithAdmin(stores, handler)
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

  promise(
    harness,
    'keys stay parked over a restart, and a redrive asked for while stopped happens at the start',
    async ({ source, sink }) => {
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
    },
  )
}

/** Parks an event for each key, as if its handler had kept failing. */
async function park(sink: Store, keys: readonly string[]): Promise<void> {
  const { value: cursor } = await sink.transaction((tx) => tx.consumption.takeOver('main', 'source', 0))
  const claim = {
    ...cursor,
    recorded: new Set<number>(),
    read: { position: 0, id: undefined },
    parkedKeys: [],
    startsSinceStop: 1,
    attempts: new Map(),
  }
  for (let from = 0; from < keys.length; from += 500)
    await sink.transaction(async (tx) => {
      for (const [index, parkedKey] of keys.slice(from, from + 500).entries())
        await tx.consumption.park(parkedRecord(claim, anEvent({ key: parkedKey, position: from + index + 1 }), ILL))
    })
}

/** A consumer that has met every event so far, and what people can do about those it parked. */
async function caughtUpWithAdmin({ source, sink }: Stores, handler: EventHandler) {
  const consumer = aConsumer(sink, source.feed, handler)
  await consumer.start()
  await consumer.caughtUp(soon())
  return { consumer, admin: createParkedAdmin({ store: sink, runtime: testRuntime(), consumers: () => [consumer] }) }
}
