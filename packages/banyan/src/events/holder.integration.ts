import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../store/store.ts'
import { aConsumer, applied, emitAll, eventually, soon, testClock, testRuntime, withStores, writeLedger } from './consumer.fixtures.ts'
import { createHolder } from './holder.ts'

/** The store as two instances would share it. */
function shared(store: Store): Store {
  return {
    features: { ...store.features, shared: true },
    feed: store.feed,
    transaction: (body) => store.transaction(body),
    read: (body) => store.read(body),
    ping: () => store.ping(),
    close: () => store.close(),
  }
}

test('one instance holds at a time; another follows when it releases or its time is up', async () => {
  await withStores(async (stores) => {
    const sink = shared(stores.sink)
    let now = 1_000
    const holder = (owner: string) =>
      createHolder({ store: sink, clock: { now: () => now }, holdMs: 15_000, name: 'consumer:main:source', owner })
    const one = holder('one')
    const two = holder('two')
    assert.equal(await one.hold(), true)
    assert.equal(await two.hold(), false)
    now += 14_999
    assert.equal(await one.hold(), true)
    now += 14_999
    assert.equal(await two.hold(), false)
    now += 1
    assert.equal(await two.hold(), true)
    assert.equal(await one.hold(), false)
    await two.release()
    assert.equal(await one.hold(), true)
  })
})

test('of two instances on a shared store one consumes; the other goes on where it stopped', async () => {
  await withStores(async ({ source, sink: store }) => {
    const sink = shared(store)
    const waits: (() => void)[] = []
    const clock = {
      ...testClock,
      setTimer(delayMs: number, callback: () => void) {
        if (delayMs !== 5_000) return testClock.setTimer(delayMs, callback)
        waits.push(callback)
        return () => {}
      },
    }
    const one = aConsumer(sink, source.feed, writeLedger(sink), { instance: 'one' })
    const two = aConsumer(sink, source.feed, writeLedger(sink), { instance: 'two', runtime: testRuntime({ clock }) })
    await emitAll(source, [{ key: 'a' }, { key: 'b' }])
    await one.start()
    await two.start()
    assert.equal(one.state().status, 'consuming')
    assert.equal(two.state().status, 'waiting')
    await one.caughtUp(soon())
    await one.stop()
    await emitAll(source, [{ key: 'a' }])
    await eventually('the second consumes', () => {
      for (const wake of waits.splice(0)) wake()
      return two.state().status === 'consuming'
    })
    await two.caughtUp(soon())
    await two.stop()
    assert.deepEqual(await applied(sink), [1, 2, 3])
  })
})
