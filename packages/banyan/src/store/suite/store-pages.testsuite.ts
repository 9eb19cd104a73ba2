import assert from 'node:assert/strict'
import { READ_BYTES_MAX } from '../records/feed.ts'
import { anEvent, promise, readAll, type StoreHarness } from './store-harness.testsuite.ts'
import type { Store } from '../store.ts'

/** S14: a page of the log is bounded by bytes, not by its rows alone. */
export function testPages(harness: StoreHarness): void {
  promise(harness, 'S14 a page ends with the event with which its data reach the bytes that were asked for', async ({ store, open }) => {
    await emit(store, [10, 5_000, 10, 5_000, 5_000, 10])
    const check = async ({ feed }: Store): Promise<void> => {
      const all = await feed.read(0, 100)
      const pageAfter = async (after: number, bytesMax: number, limit = 100, afterId?: string): Promise<number[]> =>
        (await feed.read(after, limit, { bytesMax, afterId })).map(({ position }) => position)
      assert.deepEqual(await pageAfter(0, 1), [1], 'one event always comes')
      assert.deepEqual(await pageAfter(0, 100), [1, 2])
      assert.deepEqual(await pageAfter(1, 1), [2])
      assert.deepEqual(await pageAfter(1, 11_000), [2, 3, 4])
      assert.deepEqual(await pageAfter(1, 11_000, 100, all[0]?.id), [2, 3, 4], 'the event that is only compared does not count')
      assert.deepEqual(await pageAfter(1, 11_000, 2), [2, 3], 'the limit of events holds as well')
      const bytes = all.map(({ data }) => Buffer.byteLength(data))
      const [, , third = 0, fourth = 0] = bytes
      assert.deepEqual(await pageAfter(2, third + fourth), [3, 4], 'bytes of UTF-8 are counted, to the last one')
      assert.deepEqual(await pageAfter(2, third + fourth + 1), [3, 4, 5])
      assert.deepEqual(await pageAfter(0, 1_000_000), [1, 2, 3, 4, 5, 6])
    }
    await check(store)
    await store.close()
    await check(await open())
  })

  promise(harness, 'S14 a page is bounded by bytes although nobody asked for a bound', async ({ store, open }) => {
    for (let count = 0; count < 6; count++) await emit(store, [450_000])
    await store.close()
    const { feed } = await open()
    const page = await feed.read(0, 1_000)
    const bytes = page.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0)
    assert.ok(page.length === 5 && bytes >= READ_BYTES_MAX, `${page.length} events of ${bytes} bytes`)
    assert.deepEqual(
      (await feed.read(5, 1_000)).map(({ position }) => position),
      [6],
    )
  })

  promise(harness, 'S14 large data of types that nobody asked for are not read, and nothing is left out', async ({ store, open }) => {
    await emit(store, [10, 5_000, 10, 5_000, 5_000], (index) => (index === 3 ? 'test.wanted' : 'test.other'))
    await store.close()
    const { feed } = await open()
    const types = new Set(['test.wanted'])
    const whole = await feed.read(0, 100)
    const page = await feed.read(0, 100, { types, bytesMax: 8_000 })
    assert.deepEqual(
      page.map(({ position, id, type, key, data }) => ({ position, id, type, key, isWhole: data !== '' })),
      whole.slice(0, 4).map(({ position, id, type, key }) => ({
        position,
        id,
        type,
        key,
        isWhole: type === 'test.wanted' || position === 1 || position === 3,
      })),
    )
    assert.deepEqual(page[3], whole[3], 'one that was asked for is whole')
    const behind = await feed.read(1, 100, { types: new Set(), afterId: whole[0]?.id })
    assert.deepEqual(
      behind.map(({ position, data }) => [position, data === '']),
      [
        [2, true],
        [3, false],
        [4, true],
        [5, true],
      ],
    )
  })
}

/** Emits events with texts of so many characters, each of two bytes. */
async function emit(store: Store, sizes: readonly number[], typeAt: (index: number) => string = () => 'test.happened'): Promise<void> {
  const before = await store.feed.head()
  await store.transaction(async (tx) => {
    for (const [index, size] of sizes.entries()) tx.emit({ ...anEvent('a', { text: 'ü'.repeat(size) }), type: typeAt(index) })
  })
  await readAll(store.feed, before + sizes.length)
}
