import assert from 'node:assert/strict'
import type { EventMark } from '../records/feed.ts'
import type { ParkedFilter, ParkedRecord } from '../records/consumption-records.ts'
import { counter, promise, rejectsWith, type StoreHarness } from './store-harness.testsuite.ts'
import { stateOf } from './test-variants.testsuite.ts'
import type { Store, StoreTransaction } from '../store.ts'

const [CONSUMER, SOURCE] = ['shipping', 'orders']

/** Cursors, consumed positions, epochs, attempts and parked events (P1, P2, P6, P14). */
export function testConsumption(harness: StoreHarness): void {
  testCursors(harness)
  testEpochs(harness)
  testParked(harness)
}

/** A handler: adds one to a counter if the position is new. */
function consume(store: Store, position: number, epoch: number): Promise<boolean> {
  const body = async (tx: StoreTransaction) => {
    if (!(await tx.consumption.record(CONSUMER, SOURCE, at(position), epoch))) return false
    await stateOf(tx).counters.add('effects')
    return true
  }
  return store.transaction(body).then(({ value }) => value)
}

/** The event at a position, as its consumer knows it. */
function at(position: number): EventMark {
  return { position, id: `e${position}` }
}

function takeOver(store: Store, start?: number) {
  return store.transaction((tx) => tx.consumption.takeOver(CONSUMER, SOURCE, start)).then(({ value }) => value)
}

function testCursors(harness: StoreHarness): void {
  promise(harness, 'consumption: a cursor is made where asked, and then stays', async ({ store }) => {
    const cursor = (start?: number) => store.transaction((tx) => tx.consumption.cursor(CONSUMER, SOURCE, start)).then(({ value }) => value)
    assert.deepEqual(await cursor(7), { consumer: CONSUMER, source: SOURCE, position: 7, epoch: 0 })
    assert.equal((await cursor(99)).position, 7)
    assert.equal((await takeOver(store, 55)).position, 7)
    assert.equal((await store.read((tx) => tx.consumption.cursor(CONSUMER, SOURCE))).position, 7)
  })

  promise(harness, 'consumption: each position has one effect, however often and in whatever order it is delivered', async ({ store }) => {
    const { epoch } = await takeOver(store)
    const deliveries = [1, 2, 2, 3, 1, 5, 4, 5, 5, 2]
    const effects = await Promise.all(deliveries.map((position) => consume(store, position, epoch)))
    assert.equal(effects.filter(Boolean).length, 5)
    assert.equal(await counter(store, 'effects'), 5)
    assert.deepEqual(await store.read((tx) => tx.consumption.recorded(CONSUMER, SOURCE)), [1, 2, 3, 4, 5])
  })

  promise(harness, 'consumption: a redelivery after the cursor moved has no effect, at any distance', async ({ store }) => {
    const { epoch } = await takeOver(store)
    for (const position of [1, 2, 4]) await consume(store, position, epoch)
    await store.transaction((tx) => tx.consumption.advance(CONSUMER, SOURCE, 2, epoch))
    assert.deepEqual(await store.read((tx) => tx.consumption.recorded(CONSUMER, SOURCE)), [4])
    assert.deepEqual(await Promise.all([1, 2, 3, 4].map((position) => consume(store, position, epoch))), [false, false, true, false])
    await store.transaction((tx) => tx.consumption.advance(CONSUMER, SOURCE, 4, epoch))
    assert.deepEqual(await store.read((tx) => tx.consumption.cursors()), [{ consumer: CONSUMER, source: SOURCE, position: 4, epoch }])
  })

  promise(harness, 'consumption: a cursor never moves back', async ({ store }) => {
    const { epoch } = await takeOver(store, 10)
    await store.transaction((tx) => tx.consumption.advance(CONSUMER, SOURCE, 3, epoch))
    assert.equal((await store.read((tx) => tx.consumption.cursors()))[0]?.position, 10)
    assert.equal(await consume(store, 4, epoch), false)
  })

  promise(harness, 'consumption: the record goes with the effect: when the handler fails, the event is not consumed', async ({ store }) => {
    const { epoch } = await takeOver(store)
    const failed = store.transaction(async (tx) => {
      assert.equal(await tx.consumption.record(CONSUMER, SOURCE, at(1), epoch), true)
      await stateOf(tx).counters.add('effects')
      throw new Error('no')
    })
    await assert.rejects(failed, /no/)
    assert.equal(await consume(store, 1, epoch), true)
    assert.equal(await counter(store, 'effects'), 1)
  })

  promise(harness, 'consumption: consumers and sources do not mix', async ({ store }) => {
    const { epoch } = await takeOver(store)
    await store.transaction((tx) => tx.consumption.takeOver('other', SOURCE))
    await consume(store, 1, epoch)
    const other = await store.transaction((tx) => tx.consumption.record('other', SOURCE, at(1), 1))
    assert.equal(other.value, true)
    await store.transaction((tx) => tx.consumption.forget('other'))
    assert.equal((await store.read((tx) => tx.consumption.cursors())).length, 1)
    assert.equal(await consume(store, 1, epoch), false)
  })
}

function testEpochs(harness: StoreHarness): void {
  promise(harness, 'consumption: after a take-over, attempts of the earlier epoch cannot commit (P14)', async ({ store }) => {
    const first = await takeOver(store)
    await consume(store, 1, first.epoch)
    const second = await takeOver(store)
    assert.equal(second.epoch, first.epoch + 1)
    await rejectsWith(consume(store, 2, first.epoch), 'fenced')
    await rejectsWith(consume(store, 1, first.epoch), 'fenced')
    await rejectsWith(
      store.transaction((tx) => tx.consumption.advance(CONSUMER, SOURCE, 1, first.epoch)),
      'fenced',
    )
    assert.equal(await counter(store, 'effects'), 1)
    assert.equal(await consume(store, 2, second.epoch), true)
  })

  promise(harness, 'consumption: a consumer without a cursor is refused', async ({ store }) => {
    await rejectsWith(consume(store, 1, 1), 'fenced', /cursor/)
  })

  promise(harness, 'consumption: a take-over in the middle of a stream loses nothing and repeats nothing', async ({ store }) => {
    let { epoch } = await takeOver(store)
    for (let position = 1; position <= 30; position++) {
      const old = epoch
      if (position % 10 === 0) ({ epoch } = await takeOver(store))
      const [stale, current] = await Promise.allSettled([consume(store, position, old), consume(store, position, epoch)])
      const effects = [stale, current].filter((outcome) => outcome.status === 'fulfilled' && outcome.value)
      assert.equal(effects.length, 1)
    }
    assert.equal(await counter(store, 'effects'), 30)
  })

  promise(harness, 'consumption: attempts are counted for good, until cleared', async ({ store, open }) => {
    const attempt = (from: Store) => from.transaction((tx) => tx.consumption.countAttempt(CONSUMER, SOURCE, 3)).then(({ value }) => value)
    assert.deepEqual([await attempt(store), await attempt(store)], [1, 2])
    await store.close()
    const again = await open()
    assert.equal(await attempt(again), 3)
    await again.transaction((tx) => tx.consumption.clearAttempts(CONSUMER, SOURCE, 3))
    assert.equal(await attempt(again), 1)
  })

  promise(harness, 'consumption: counts are listed with the moment of the next attempt, the last one given', async ({ store }) => {
    await store.transaction(async ({ consumption }) => {
      await consumption.countAttempt(CONSUMER, SOURCE, 3, 1_000)
      await consumption.countAttempt(CONSUMER, SOURCE, 3, 2_000)
      await consumption.countAttempt(CONSUMER, SOURCE, -7)
    })
    assert.deepEqual(await store.read((tx) => tx.consumption.attempts(CONSUMER, SOURCE, 10)), [
      { position: -7, attempts: 1, nextAt: 0 },
      { position: 3, attempts: 2, nextAt: 2_000 },
    ])
    assert.equal((await store.read((tx) => tx.consumption.attempts(CONSUMER, SOURCE, 1))).length, 1)
  })
}

function aParked(overrides: Partial<ParkedRecord> = {}): ParkedRecord {
  const [position, key, event] = [3, 'order-1', '{"id":"e3"}']
  return {
    consumer: CONSUMER,
    source: SOURCE,
    position,
    key,
    event,
    state: 'failed',
    attempts: 5,
    error: 'boom',
    parkedAt: 77,
    ...overrides,
  }
}

function testParked(harness: StoreHarness): void {
  const park = (store: Store, ...records: ParkedRecord[]) =>
    store.transaction(async (tx) => {
      for (const record of records) await tx.consumption.park(record)
    })
  const waiting = (position: number, key = 'order-1') => aParked({ position, key, state: 'waiting', attempts: 0, error: null })

  promise(harness, 'parked: what failed and what waits behind it is listed by position, and filtered', async ({ store }) => {
    await park(store, waiting(9), aParked(), waiting(5), aParked({ position: 4, key: 'order-2' }))
    const list = (filter: object, limit = 10) => store.read((tx) => tx.consumption.parked({ ...filter, limit }))
    assert.deepEqual(
      (await list({})).map(({ position }) => position),
      [3, 4, 5, 9],
    )
    assert.deepEqual((await list({ key: 'order-1', state: 'failed' }))[0], aParked())
    assert.equal((await list({ key: 'order-1' })).length, 3)
    assert.equal((await list({ consumer: 'other' })).length, 0)
    assert.equal((await list({ consumer: CONSUMER, source: SOURCE }, 2)).length, 2)
    assert.deepEqual(await store.read((tx) => tx.consumption.parkedKeys(CONSUMER, SOURCE, 10)), ['order-1', 'order-2'])
    assert.deepEqual(await store.read((tx) => tx.consumption.parkedKeys(CONSUMER, SOURCE, 1)), ['order-1'])
  })

  promise(harness, 'parked: a key is marked as a whole; an event leaves once', async ({ store }) => {
    await park(store, aParked(), waiting(5), aParked({ position: 4, key: 'order-2' }))
    const marked = await store.transaction((tx) => tx.consumption.markParked(CONSUMER, SOURCE, 'order-1', 'redriving'))
    assert.equal(marked.value, 2)
    const left = await Promise.all([1, 2].map(() => store.transaction((tx) => tx.consumption.unpark(CONSUMER, SOURCE, 3))))
    assert.deepEqual(
      left.map(({ value }) => Number(value)).toSorted((a, b) => a - b),
      [0, 1],
    )
    const rest = await store.read((tx) => tx.consumption.parked({ limit: 10 }))
    assert.deepEqual(
      rest.map(({ position, state }) => [position, state]),
      [
        [4, 'failed'],
        [5, 'redriving'],
      ],
    )
  })

  promise(harness, 'parked: a key is asked for alone, and events are counted no further than a bound', async ({ store }) => {
    await park(store, aParked(), waiting(5), aParked({ position: 4, key: 'order-2' }))
    const asked = await store.read(({ consumption }) =>
      Promise.all([
        consumption.isParked(CONSUMER, SOURCE, 'order-1'),
        consumption.isParked(CONSUMER, SOURCE, 'order-3'),
        consumption.isParked('other', SOURCE, 'order-1'),
        consumption.parkedCount(CONSUMER, SOURCE, 10),
        consumption.parkedCount(CONSUMER, SOURCE, 2),
        consumption.parkedCount('other', SOURCE, 2),
      ]),
    )
    assert.deepEqual(asked, [true, false, false, 3, 2, 0])
  })

  promise(harness, 'parked: pages go on after the last event of the one before, also among events of one position', async ({ store }) => {
    const places = [4, 5, 5, 6].map((position, index) =>
      aParked({ position, consumer: index === 2 ? 'other' : CONSUMER, key: `k${index}` }),
    )
    await park(store, ...places.toReversed())
    const seen: string[] = []
    let after: ParkedFilter['after']
    for (let page = 0; page < places.length; page++) {
      const [one, ...more] = await store.read((tx) => tx.consumption.parked({ limit: 1, ...(after ? { after } : {}) }))
      assert.equal(more.length, 0)
      seen.push(one?.key ?? 'none')
      after = one
    }
    assert.deepEqual(seen.toSorted(), ['k0', 'k1', 'k2', 'k3'])
    assert.deepEqual(await store.read((tx) => tx.consumption.parked({ limit: 9, ...(after ? { after } : {}) })), [])
  })

  promise(harness, 'parked: keys without a failed event are those whose redrive was cut short', async ({ store }) => {
    await park(store, aParked(), waiting(5), waiting(6, 'order-2'), aParked({ position: 7, key: 'order-3', state: 'redriving' }))
    const underway = await store.read((tx) => tx.consumption.keysUnderway(CONSUMER, SOURCE, 10))
    assert.deepEqual(underway.toSorted(), ['order-2', 'order-3'])
    assert.equal((await store.read((tx) => tx.consumption.keysUnderway(CONSUMER, SOURCE, 1))).length, 1)
  })

  promise(harness, 'parked: parking again replaces, and parking goes with the record of consumption', async ({ store }) => {
    const { epoch } = await takeOver(store)
    await park(store, aParked())
    await park(store, aParked({ attempts: 6, error: 'again' }))
    assert.equal((await store.read((tx) => tx.consumption.parked({ limit: 10 })))[0]?.error, 'again')
    const failed = store.transaction(async (tx) => {
      await tx.consumption.record(CONSUMER, SOURCE, at(8), epoch)
      await tx.consumption.park(aParked({ position: 8, key: 'order-3' }))
      throw new Error('no')
    })
    await assert.rejects(failed, /no/)
    assert.deepEqual(await store.read((tx) => tx.consumption.parkedKeys(CONSUMER, SOURCE, 10)), ['order-1'])
    assert.deepEqual(await store.read((tx) => tx.consumption.recorded(CONSUMER, SOURCE)), [])
  })
}
