import assert from 'node:assert/strict'
import { eventually, emitAll, keys, type Stores, testClock, testRuntime } from '../../events/suite/consumer.fixtures.ts'
import { type LogFields, silentLogger } from '../../kernel/logger.ts'
import type { Feed } from '../../store/records/feed.ts'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import { aRunner, content, counts, promise, upToHead } from './projection.fixtures.ts'

/** Events that come while the rest of the log is held. */
const COME = 10

/** A new version of a projection whose rebuild takes long: nothing waits for it, and it says how far it is. */
export function testProjectionVersions(harness: StoreHarness): void {
  promise(harness, 'a start does not wait for a long rebuild; the old tables serve, and how far it is can be seen', async (stores) => {
    await emitAll(stores.source, keys(30, 3))
    await filled(stores)
    const { feed, release } = held(stores.source.feed)
    const told: LogFields[] = []
    const log = { ...silentLogger, warn: (_message: string, fields: LogFields = {}) => void told.push(fields), with: () => log }
    const clock = { ...testClock, setTimer: (delayMs: number, callback: () => void) => testClock.setTimer(delayMs / 100, callback) }
    const runner = aRunner(stores, counts(2), { sources: [{ source: 'source', feed }], runtime: testRuntime({ log, clock }) })
    await runner.start()
    const status = { projection: 'counts', version: 1, definitionVersion: 2, rebuilding: { version: 2, done: COME, of: 30 } }
    await eventually('what came is applied', async () => (await runner.status()).rebuilding?.done === COME)
    assert.deepEqual(await runner.status(), status)
    assert.equal(runner.table('counts'), 'counts_g1')
    assert.equal((await content(stores.sink, runner.table('counts'))).length, 3)
    await eventually('the log says how far it is', () => told.some(({ done, of }) => done === COME && of === 30))
    release()
    await eventually('the new tables serve', () => runner.table('counts') === 'counts_g2')
    assert.deepEqual(await runner.status(), { projection: 'counts', version: 2, definitionVersion: 2, rebuilding: undefined })
    assert.ok((await content(stores.sink, runner.table('counts'))).every(({ total, extra }) => total === 10 && extra === 2))
    await runner.stop()
  })
}

async function filled(stores: Stores): Promise<void> {
  const runner = aRunner(stores, counts(1))
  await runner.start()
  await upToHead(runner, stores)
  await runner.stop()
}

/** A log that shows its first events only, until it is released. */
function held(feed: Feed): { readonly feed: Feed; readonly release: () => void } {
  let isHeld = true
  const seen: Feed = {
    positionOf: (token) => feed.positionOf(token),
    subscribe: (listener) => feed.subscribe(listener),
    head: () => feed.head(),
    read: async (after, limit, options) => (await feed.read(after, limit, options)).filter(({ position }) => !isHeld || position <= COME),
  }
  return { feed: seen, release: () => void (isHeld = false) }
}
