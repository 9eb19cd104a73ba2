import assert from 'node:assert/strict'
import { anEvent, counter, positionOf, promise, readAll, rejectsWith, type StoreHarness } from './store-harness.testsuite.ts'
import { stateOf } from './test-variants.testsuite.ts'

/** S6 and S7: the log of events. The ordering stress has a file of its own. */
export function testFeed(harness: StoreHarness): void {
  promise(harness, 'S6 an event comes back whole, with its position', async ({ store }) => {
    const event = anEvent('order-1', { text: 'ü "x"' })
    const { token } = await store.transaction(async (tx) => tx.emit(event))
    assert.deepEqual(await readAll(store.feed, 1), [{ position: 1, ...event }])
    assert.equal(await positionOf(store.feed, token), 1)
    assert.equal(await store.feed.head(), 1)
  })

  promise(harness, 'S6 a token that names no write of the log is refused', async ({ store }) => {
    const { token } = await store.transaction(async (tx) => tx.emit(anEvent('order-1', {})))
    await positionOf(store.feed, token)
    const strange = [
      '',
      '0',
      '-1',
      '1.5',
      '1e0',
      ' 1',
      '0x1',
      '01',
      'x',
      '1; DROP',
      String(Number(token) + 1),
      '999999999',
      '9'.repeat(16),
      '9'.repeat(40),
    ]
    for (const other of strange) await rejectsWith(store.feed.positionOf(other), 'invalid_argument', /names no write of this log/)
  })

  promise(harness, 'S6 events of one transaction keep their order and follow each other', async ({ store }) => {
    const [first, second] = await Promise.all(
      ['a', 'b'].map((key) =>
        store.transaction(async (tx) => {
          for (let n = 1; n <= 4; n++) tx.emit(anEvent(key, { n }))
          await stateOf(tx).counters.add(key)
        }),
      ),
    )
    const events = await readAll(store.feed, 8)
    for (const key of ['a', 'b']) {
      const own = events.filter((event) => event.key === key)
      assert.deepEqual(
        own.map(({ data }) => (JSON.parse(data) as { n: number }).n),
        [1, 2, 3, 4],
      )
    }
    const lasts = [await positionOf(store.feed, first?.token), await positionOf(store.feed, second?.token)]
    assert.equal(Math.max(...lasts), 8, 'a token names the last event of its transaction')
  })

  promise(harness, 'S6 positions stay dense when transactions with events fail', async ({ store }) => {
    const work = Array.from({ length: 40 }, (_, index) =>
      store.transaction(async (tx) => {
        tx.emit(anEvent(`k${index % 5}`, { index }))
        await stateOf(tx).counters.add('a')
        if (index % 2 === 0) throw new Error('no')
      }),
    )
    await Promise.allSettled(work)
    await store.transaction(async (tx) => tx.emit(anEvent('last')))
    const events = await readAll(store.feed, 21) // checks that positions are dense
    assert.equal(await store.feed.head(), 21)
    assert.ok(events.slice(0, 20).every(({ data }) => (JSON.parse(data) as { index: number }).index % 2 === 1))
  })

  promise(harness, 'S6 reading takes the position to start after and a limit', async ({ store }) => {
    await store.transaction(async (tx) => {
      for (let n = 1; n <= 10; n++) tx.emit(anEvent('a', { n }))
    })
    await readAll(store.feed, 10)
    const positions = async (after: number, limit: number) => (await store.feed.read(after, limit)).map(({ position }) => position)
    assert.deepEqual(await positions(0, 3), [1, 2, 3])
    assert.deepEqual(await positions(7, 100), [8, 9, 10])
    assert.deepEqual(await positions(10, 100), [])
    assert.deepEqual(await positions(99, 100), [])
  })

  promise(harness, 'S6 positions go on after closing and opening again', async ({ store, open }) => {
    await store.transaction(async (tx) => tx.emit(anEvent('a', { n: 1 })))
    await readAll(store.feed, 1)
    await store.close()
    const again = await open()
    assert.equal(await again.feed.head(), 1)
    await again.transaction(async (tx) => tx.emit(anEvent('a', { n: 2 })))
    const events = await readAll(again.feed, 2)
    assert.deepEqual(
      events.map(({ data }) => data),
      ['{"n":1}', '{"n":2}'],
    )
  })

  promise(harness, 'S6 a reader far behind gets everything, page by page', async ({ store }) => {
    for (let round = 0; round < 13; round++) {
      await store.transaction(async (tx) => {
        for (let n = 0; n < 200; n++) tx.emit(anEvent(`k${n % 7}`, { round, n }))
      })
    }
    const events = await readAll(store.feed, 2_600)
    assert.equal(new Set(events.map(({ id }) => id)).size, 2_600)
  })

  promise(harness, 'S7 an event is readable only after its commit, and a listener hears of it', async ({ store }) => {
    let hints = 0
    const heard = new Promise<void>((resolve) => {
      const stop = store.feed.subscribe(() => {
        hints++
        resolve()
      })
      assert.equal(typeof stop, 'function')
    })
    assert.equal(await store.feed.head(), 0)
    const writing = store.transaction(async (tx) => {
      tx.emit(anEvent('a'))
      await stateOf(tx).counters.add('a')
    })
    const early = await store.feed.read(0, 10)
    // Where transactions run elsewhere it may have committed meanwhile; then all that it wrote is there too.
    if (early.length > 0) assert.equal(await counter(store, 'a'), 1)
    await writing
    await heard
    assert.ok(hints >= 1)
    await readAll(store.feed, 1)
  })

  promise(harness, 'S7 a listener that stopped hears nothing, one that throws harms nobody', async ({ store }) => {
    let stopped = 0
    store.feed.subscribe(() => stopped++)()
    store.feed.subscribe(() => {
      throw new Error('listener')
    })
    const heard = new Promise<void>((resolve) => store.feed.subscribe(resolve))
    await store.transaction(async (tx) => tx.emit(anEvent('a')))
    await heard
    assert.equal(stopped, 0)
  })
}
