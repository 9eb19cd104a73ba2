import assert from 'node:assert/strict'
import type { Store } from '../store.ts'
import { anEvent, openStore, promise, readAll, type StoreHarness } from './store-harness.testsuite.ts'
import { test } from 'node:test'
import { stateOf, testVariant } from './test-variants.testsuite.ts'

/** Transactions of each store while it is watched how they run. */
const ROUNDS = 30

/** Events of a log that an engine which bounds it might have let go of. */
const EVENTS = 3_000

/**
 * What an adapter declares of itself. `shared`, durability against `kill -9` and a full disk have tests of their own, by what the harness declares;
 * a power cut and what bounds the size cannot be shown from here.
 */
export function testFeatures(harness: StoreHarness): void {
  const { declared, features } = harness

  test(`${harness.name}: what a store says of itself is what its adapter declares, and what the suite goes by`, async () => {
    await using opened = await openStore(harness)
    assert.deepEqual(opened.store.features, declared)
    assert.equal(features.shared, declared.shared)
    assert.ok(!features.crashes || declared.durability !== 'none', 'what does not outlive its process cannot be put to a crash')
    assert.ok(!features.apart || testVariant(opened.place).engine === declared.engine)
    assert.ok(opened.place.factory.offer('test').engines.includes(declared.engine))
  })

  promise(
    harness,
    'S4 an engine that is serial runs one body at a time, and each once',
    async ({ store }) => {
      assert.deepEqual(await watched([store]), { together: 1, runs: ROUNDS })
    },
    declared.isolation === 'serial' ? false : 'feature isolation: transactions run side by side',
  )

  promise(
    harness,
    'S4 an engine that is serializable runs bodies side by side, and none has effects twice',
    async ({ store, open }) => {
      const { together, runs } = await watched([store, await open()])
      assert.ok(together > 1, 'no two bodies ran at once')
      assert.ok(runs >= 2 * ROUNDS, `${runs} runs`)
    },
    declared.isolation === 'serializable' ? false : 'feature isolation: one transaction runs at a time',
  )

  promise(
    harness,
    'S6 a log that is kept loses nothing by itself',
    async ({ store }) => {
      for (let from = 0; from < EVENTS; from += 500)
        await store.transaction(async (tx) => {
          for (let number = from; number < from + 500; number++) tx.emit(anEvent(`k${number % 3}`, { number }))
        })
      const events = await readAll(store.feed, EVENTS)
      assert.deepEqual(
        events.map(({ data }) => (JSON.parse(data) as { number: number }).number),
        Array.from({ length: EVENTS }, (_, number) => number),
      )
    },
    declared.log === 'kept' ? false : 'feature log: the engine lets go of the oldest events by itself',
  )
}

/** Runs transactions on the same counter in all stores at once; returns how many bodies were under way together, and how often bodies ran. */
async function watched(stores: readonly Store[]): Promise<{ together: number; runs: number }> {
  const underWay = new Set<object>()
  let together = 0
  let runs = 0
  const work = stores.flatMap((store) =>
    Array.from({ length: ROUNDS }, () =>
      store.transaction(async (tx) => {
        runs++
        underWay.add(tx)
        together = Math.max(together, underWay.size)
        try {
          const { counters } = stateOf(tx)
          const value = (await counters.get('shared')) ?? 0
          await counters.set('shared', value + 1)
        } finally {
          underWay.delete(tx)
        }
      }),
    ),
  )
  await Promise.all(work)
  const [first] = stores
  assert.equal(await first?.read((tx) => stateOf(tx).counters.get('shared')), work.length)
  return { together, runs }
}
