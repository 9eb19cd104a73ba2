import assert from 'node:assert/strict'
import type { EventMark } from '../records/feed.ts'
import { anEvent, promise, readAll, rejectsWith, START_MS, type StoreHarness } from './store-harness.testsuite.ts'
import type { Store } from '../store.ts'

/** S12: a log is known by its events, so that an older copy of it is never taken for it. */
export function testHistory(harness: StoreHarness): void {
  promise(harness, 'S12 a reader that names the event it read last gets what follows it', async ({ store, open }) => {
    const ids = await emit(store, 10)
    await store.close()
    for (const reader of [await open()]) {
      for (const after of [1, 4, 9, 10]) {
        const page = await reader.feed.read(after, 3, { afterId: ids[after - 1] })
        assert.deepEqual(
          page.map(({ id }) => id),
          ids.slice(after, after + 3),
        )
      }
      const more = [...ids, ...(await emit(reader, 2, 10))]
      for (const after of [8, 10, 11, 12]) {
        const page = await reader.feed.read(after, 1, { afterId: more[after - 1] })
        assert.deepEqual(
          page.map(({ id }) => id),
          more.slice(after, after + 1),
        )
      }
    }
  })

  promise(harness, 'S12 a log with another event at that place, or that ends before it, is refused', async ({ store, open }) => {
    const ids = await emit(store, 5)
    const refused = async (reader: Store): Promise<void> => {
      for (const after of [1, 3, 5])
        await rejectsWith(reader.feed.read(after, 10, { afterId: 'another' }), 'data_older', /event another was read at/)
      await rejectsWith(reader.feed.read(5, 10, { afterId: ids[3] }), 'data_older')
      await rejectsWith(reader.feed.read(6, 10, { afterId: 'lost' }), 'data_older', /position 6, but the log ends before it/)
      await rejectsWith(reader.feed.read(60, 1, { afterId: 'lost' }), 'data_older')
    }
    await refused(store)
    await store.close()
    const again = await open()
    await refused(again)
    await rejectsWith((await emptied(again)).feed.read(1, 1, { afterId: 'lost' }), 'data_older')

    async function emptied(full: Store): Promise<Store> {
      await full.close()
      return open({ service: 'other' })
    }
  })

  promise(
    harness,
    'S12 where retention has removed that event nothing is compared, and nothing is passed over',
    async ({ store, open }) => {
      await emit(store, 5)
      await store.transaction((tx) => tx.retention.removeEvents(3, START_MS + 1, 10))
      await store.close()
      const { feed } = await open()
      const page = await feed.read(3, 10, { afterId: 'removed' })
      assert.deepEqual(
        page.map(({ position }) => position),
        [4, 5],
      )
      await rejectsWith(feed.read(2, 10, { afterId: 'removed' }), 'failed_precondition', /log begins at 4/)
    },
  )

  testMarks(harness)
}

const [CONSUMER, SOURCE] = ['shipping', 'orders']
const at = (position: number): EventMark => ({ position, id: `e${position}` })

function testMarks(harness: StoreHarness): void {
  promise(harness, 'S12 the newest event that was read is known: by the cursor, and by what is consumed above it', async ({ store }) => {
    const lastRead = () => store.read((tx) => tx.consumption.lastRead(CONSUMER, SOURCE))
    const commit = <T>(body: Parameters<typeof store.transaction<T>>[0]) => store.transaction(body)
    assert.equal(await lastRead(), undefined)
    const { value } = await commit((tx) => tx.consumption.takeOver(CONSUMER, SOURCE, 2))
    assert.deepEqual(await lastRead(), { position: 2, id: undefined })
    await commit((tx) => tx.consumption.advance(CONSUMER, SOURCE, 3, value.epoch, at(6)))
    assert.deepEqual(await lastRead(), at(6))
    await commit((tx) => tx.consumption.advance(CONSUMER, SOURCE, 4, value.epoch, at(5)))
    assert.deepEqual(await lastRead(), at(6), 'it never goes back')
    await commit((tx) => tx.consumption.record(CONSUMER, SOURCE, at(8), value.epoch))
    await commit((tx) => tx.consumption.record(CONSUMER, SOURCE, at(7), value.epoch))
    assert.deepEqual(await lastRead(), at(8))
  })

  promise(harness, 'S12 a consumer that is rewound forgets all that it knew of later events', async ({ store }) => {
    const { value } = await store.transaction((tx) => tx.consumption.takeOver(CONSUMER, SOURCE))
    await store.transaction(async ({ consumption }) => {
      await consumption.advance(CONSUMER, SOURCE, 4, value.epoch, at(9))
      for (const position of [6, 8, 9]) await consumption.record(CONSUMER, SOURCE, at(position), value.epoch)
      for (const position of [7, -9, 5]) await consumption.countAttempt(CONSUMER, SOURCE, position)
      for (const position of [3, 8]) await consumption.park({ ...PARKED, position })
    })
    const forgotten = await store.transaction(({ consumption }) => consumption.rewind(CONSUMER, SOURCE, at(6)))
    assert.equal(forgotten.value, 1)
    await store.read(async ({ consumption }) => {
      assert.deepEqual(await consumption.lastRead(CONSUMER, SOURCE), at(6))
      assert.deepEqual(await consumption.recorded(CONSUMER, SOURCE), [6])
      assert.deepEqual(
        (await consumption.parked({ limit: 10 })).map(({ position }) => position),
        [3],
      )
    })
    await rejectsWith(
      store.transaction((tx) => tx.consumption.record(CONSUMER, SOURCE, at(7), value.epoch)),
      'fenced',
    )
    const { value: count } = await store.transaction(({ consumption }) => consumption.countAttempt(CONSUMER, SOURCE, 7))
    assert.equal(count, 1)
    await store.transaction(({ consumption }) => consumption.rewind(CONSUMER, SOURCE, { position: 0, id: undefined }))
    assert.equal((await store.read(({ consumption }) => consumption.cursors()))[0]?.position, 0)
  })
}

const PARKED = {
  consumer: CONSUMER,
  source: SOURCE,
  position: 0,
  key: 'a',
  event: '{}',
  state: 'failed',
  attempts: 1,
  error: 'no',
  parkedAt: START_MS,
} as const

/** Emits events; returns their ids in the order of their positions. */
async function emit(store: Store, count: number, before = 0): Promise<string[]> {
  await store.transaction(async (tx) => {
    for (let n = 1; n <= count; n++) tx.emit(anEvent('a', { n }))
  })
  return (await readAll(store.feed, before + count)).slice(before).map(({ id }) => id)
}
