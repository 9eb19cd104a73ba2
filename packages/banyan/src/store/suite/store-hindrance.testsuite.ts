import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { anEvent, promise, readAll, type StoreHarness } from './store-harness.testsuite.ts'

/** Longest wait until a store has noticed that it is held up, or no more. */
const NOTICED_MS_MAX = 30_000
/** Events of a store that is well wait for less. */
const WELL_MS_MAX = 1_000

/** S17: a store says what holds it up although it answers. */
export function testHindrance(harness: StoreHarness): void {
  const { positionsLater } = harness.features

  promise(harness, 'S17 nothing holds up a store that is well, and its events do not wait', async ({ store }) => {
    assert.equal(store.hindrance?.(), undefined)
    assert.equal(store.eventsWaitMs !== undefined, positionsLater)
    await store.transaction(async (tx) => tx.emit(anEvent('a')))
    if (!positionsLater) assert.equal((await store.feed.read(0, 10)).length, 1, 'the commit gave the event its position')
    await readAll(store.feed, 1)
    await until(() => (store.eventsWaitMs?.() ?? 0) < WELL_MS_MAX, 'that no event waits')
    assert.equal(store.hindrance?.(), undefined)
  })

  promise(
    harness,
    'S17 while events wait for their positions it says how long, and that they do; afterwards it does not',
    async ({ store, place }) => {
      const letGo = (await place.holdPositions?.()) ?? assert.fail('the feature is declared: positionsLater')
      await store.transaction(async (tx) => tx.emit(anEvent('a')))
      await until(() => store.hindrance?.() !== undefined, 'a hindrance')
      assert.ok((store.eventsWaitMs?.() ?? 0) > WELL_MS_MAX, `events have waited ${store.eventsWaitMs?.()} ms`)
      await store.ping() // it answers
      await letGo()
      await readAll(store.feed, 1)
      await until(() => store.hindrance?.() === undefined && (store.eventsWaitMs?.() ?? 0) < WELL_MS_MAX, 'the end of the hindrance')
    },
    positionsLater ? false : 'feature positionsLater: a commit gives events their positions',
  )
}

async function until(look: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + NOTICED_MS_MAX; !look(); await pause(20))
    assert.ok(performance.now() < end, `not within ${NOTICED_MS_MAX} ms: ${what}`)
}
