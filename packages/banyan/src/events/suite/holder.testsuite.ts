import assert from 'node:assert/strict'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import type { Store } from '../../store/store.ts'
import {
  aConsumer,
  applied,
  emitAll,
  eventually,
  promise,
  soon,
  type Stores,
  testClock,
  testRuntime,
  writeLedger,
} from './consumer.fixtures.ts'
import { createHolder } from '../reading/holder.ts'

/** The store as another instance has it: opened again or, where that is refused, as if it could be shared. */
async function another(harness: StoreHarness, { sink, openSinkAgain }: Stores): Promise<Store> {
  return harness.features.shared ? openSinkAgain() : shared(sink)
}

/** The store as two instances would share it. */
function shared(store: Store): Store {
  return {
    features: { ...store.features, shared: true },
    feed: store.feed,
    transaction: (body) => store.transaction(body),
    read: (body) => store.read(body),
    readApart: (body, options) => store.readApart(body, options),
    ping: () => store.ping(),
    close: () => store.close(),
  }
}

/** Among instances that share a store one consumes. */
export function testHolder(harness: StoreHarness): void {
  promise(harness, 'one instance holds at a time; another follows when it releases or its time is up', async (stores) => {
    const stored = { one: shared(stores.sink), two: await another(harness, stores) }
    let now = 1_000
    const holder = (owner: 'one' | 'two') =>
      createHolder({
        store: stored[owner],
        clock: { monotonic: () => performance.now(), now: () => now },
        holdMs: 15_000,
        name: 'consumer:main:source',
        owner,
      })
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

  promise(harness, 'a hold that is not renewed ends after its time, also when the clock that wrote it was ahead', async (stores) => {
    let elapsed = 0
    const holder = (store: Store, owner: string, aheadMs: number) =>
      createHolder({
        store: shared(store),
        clock: { monotonic: () => elapsed, now: () => elapsed + aheadMs },
        holdMs: 15_000,
        name: 'consumer:main:source',
        owner,
      })
    const ahead = holder(stores.sink, 'ahead', 1_800_000)
    const other = holder(await another(harness, stores), 'other', 0)
    assert.equal(await ahead.hold(), true)
    for (let beat = 0; beat < 10; beat++) {
      elapsed += 5_000
      assert.equal(await other.hold(), false, 'one that renews keeps it, whatever its clock says')
      assert.equal(await ahead.hold(), true)
    }
    assert.equal(await other.hold(), false)
    elapsed += 15_000
    assert.equal(await other.hold(), false)
    elapsed += 1
    assert.equal(await other.hold(), true)
  })

  promise(harness, 'of two instances on a shared store one consumes; the other goes on where it stopped', async (stores) => {
    const { source } = stores
    const sink = shared(stores.sink)
    const sinkOfTwo = await another(harness, stores)
    const waits: (() => void)[] = []
    let aheadMs = 0
    const clock = {
      ...testClock,
      monotonic: () => testClock.monotonic() + aheadMs,
      setTimer(delayMs: number, callback: () => void) {
        if (delayMs !== 5_000) return testClock.setTimer(delayMs, callback)
        waits.push(callback)
        return () => {}
      },
    }
    const one = aConsumer(sink, source.feed, writeLedger(sink), { instance: 'one' })
    const two = aConsumer(sinkOfTwo, source.feed, writeLedger(sinkOfTwo), { instance: 'two', runtime: testRuntime({ clock }) })
    await emitAll(source, [{ key: 'a' }, { key: 'b' }])
    await one.start()
    await two.start()
    assert.equal(one.state().status, 'consuming')
    assert.equal(two.state().status, 'waiting')
    await one.caughtUp(soon())
    await one.stop()
    await emitAll(source, [{ key: 'a' }])
    await eventually('the second consumes', () => {
      for (const wake of waits.splice(0)) {
        aheadMs += 5_000
        wake()
      }
      return two.state().status === 'consuming'
    })
    await two.caughtUp(soon())
    await two.stop()
    assert.deepEqual(await applied(sink, 'a'), [1, 3])
    assert.deepEqual(await applied(sink, 'b'), [2])
  })
}
