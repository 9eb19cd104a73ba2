import assert from 'node:assert/strict'
import { emitAll, eventually, keys, soon, testClock } from '../../events/suite/consumer.fixtures.ts'
import { within } from '../../kernel/deadline.ts'
import type { Feed } from '../../store/records/feed.ts'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import type { Store } from '../../store/store.ts'
import type { TableName } from '../projection.ts'
import { aRunner, content, counts, promise, upToHead } from './projection.fixtures.ts'

async function removeFirst(source: Store, upTo: number): Promise<void> {
  await source.transaction((tx) => tx.retention.removeEvents(upTo, Number.MAX_SAFE_INTEGER, 1_000))
}

/** Events that come while the rest of the log is held. */
const COME = 10

/** A log that shows its first events only, until it is released. */
function held(feed: Feed): { readonly feed: Feed; readonly release: (all?: boolean) => void } {
  let isHeld = true
  const seen: Feed = {
    positionOf: (token) => feed.positionOf(token),
    subscribe: (listener) => feed.subscribe(listener),
    head: () => feed.head(),
    read: async (after, limit, options) => {
      if (isHeld && after >= COME) return []
      return (await feed.read(after, limit, options)).filter(({ position }) => !isHeld || position <= COME)
    },
  }
  return { feed: seen, release: (all = true) => void (isHeld = !all) }
}

/** A projection whose log was shortened: its tables never get a hole. */
export function testProjectionRetention(harness: StoreHarness): void {
  promise(harness, 'a rebuild that needs removed events is refused, and the tables serve on', async (stores) => {
    await emitAll(stores.source, keys(3_000, 3)) // more than the feed keeps in memory
    const runner = aRunner(stores, counts())
    await runner.start()
    await upToHead(runner, stores)
    await removeFirst(stores.source, 100)
    await assert.rejects(runner.rebuild(), { code: 'failed_precondition', message: /"counts" needs events of "source" after position 0/ })
    await emitAll(stores.source, keys(3, 3))
    await upToHead(runner, stores)
    assert.equal(runner.table('counts'), 'counts_g1')
    assert.deepEqual(
      (await content(stores.sink, 'counts_g1')).map(({ total }) => total),
      [1_001, 1_001, 1_001],
    )
    await runner.stop()
  })

  promise(
    harness,
    'a rebuild whose next events are removed while it reads ends with what to do, and the tables serve on',
    async (stores) => {
      await emitAll(stores.source, keys(3_000, 3))
      const { feed, release } = held(stores.source.feed)
      const runner = aRunner(stores, counts(), { sources: [{ source: 'source', feed }] })
      release()
      await runner.start()
      await upToHead(runner, stores)
      release(false)
      const rebuilding = runner.rebuild()
      await eventually('what can be read is applied', async () => (await runner.status()).rebuilding?.done === COME)
      await removeFirst(stores.source, 100)
      release()
      await assert.rejects(within(testClock, soon(), 'the refusal', rebuilding), {
        code: 'failed_precondition',
        message: /"counts" needs events of "source" after position 10, which retention has removed: .*Keep its present version and tables/s,
      })
      assert.equal((await runner.status()).rebuilding, undefined)
      assert.deepEqual(
        runner.consumers().map(({ consumer }) => consumer),
        ['projection:counts:1'],
      )
      await emitAll(stores.source, keys(3, 3))
      await upToHead(runner, stores)
      assert.ok((await content(stores.sink, 'counts_g1')).every(({ total }) => total === 1_001))
      await runner.stop()
    },
  )

  promise(harness, 'a start that needs removed events is refused: for a new version, and for a new projection', async (stores) => {
    await emitAll(stores.source, keys(3_000, 3))
    const runner = aRunner(stores, counts())
    await runner.start()
    await upToHead(runner, stores)
    await runner.stop()
    await removeFirst(stores.source, 100)
    const other = { ...counts(), name: 'other', tables: (table: TableName) => [`CREATE TABLE ${table('other')} (event_key TEXT)`] }
    for (const projection of [counts(2), other]) {
      const refused = aRunner(stores, projection)
      await assert.rejects(refused.start(), { code: 'failed_precondition', message: /retention has removed/ })
      await refused.stop()
    }
    const again = aRunner(stores, counts())
    await again.start()
    assert.equal((await content(stores.sink, again.table('counts')))[0]?.total, 1_000)
    await again.stop()
  })
}
