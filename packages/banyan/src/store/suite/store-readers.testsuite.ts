import assert from 'node:assert/strict'
import { READERS_PER_SERVICE_MAX } from '../records/reader-records.ts'
import { promise, rejectsWith, type StoreHarness } from './store-harness.testsuite.ts'
import type { Store } from '../store.ts'

const at = (consumer: string, position: number) => ({ consumer, position })

/** What a log knows of its readers in other processes. */
export function testReaders(harness: StoreHarness): void {
  const acknowledge = (store: Store, service: string, consumers: readonly { consumer: string; position: number }[], now = 1) =>
    store.transaction((tx) => tx.readers.acknowledge(service, consumers, now))
  const forget = async (store: Store, service: string, consumer: string, now: number) =>
    (await store.transaction((tx) => tx.readers.forget(service, consumer, now))).value
  const list = (store: Store) => store.read((tx) => tx.readers.list())

  promise(harness, 'readers: a service names all that it reads with, and each may go on, back or away', async ({ store, open }) => {
    assert.deepEqual(await list(store), [])
    await acknowledge(store, 'shipping', [at('main', 7), at('audit', 3)])
    await acknowledge(store, 'payments', [at('main', 9)])
    await acknowledge(store, 'shipping', [at('main', 5), at('new', 0)], 2)
    await store.close()
    const seen = { seenAt: 2, forgottenAt: undefined }
    assert.deepEqual(await list(await open()), [
      { service: 'payments', ...at('main', 9), seenAt: 1, forgottenAt: undefined },
      { service: 'shipping', ...at('main', 5), ...seen },
      { service: 'shipping', ...at('new', 0), ...seen },
    ])
  })

  promise(harness, 'readers: one that was let go of stays so until it is heard of again', async ({ store }) => {
    await acknowledge(store, 'shipping', [at('main', 7), at('audit', 3)])
    assert.equal(await forget(store, 'shipping', 'main', 5), true)
    assert.equal(await forget(store, 'shipping', 'main', 6), false)
    assert.equal(await forget(store, 'users', 'never-heard-of', 6), true)
    await acknowledge(store, 'shipping', [at('audit', 4)], 7)
    assert.deepEqual(await list(store), [
      { service: 'shipping', ...at('audit', 4), seenAt: 7, forgottenAt: undefined },
      { service: 'shipping', ...at('main', 7), seenAt: 1, forgottenAt: 5 },
      { service: 'users', ...at('never-heard-of', 0), seenAt: 6, forgottenAt: 6 },
    ])
    await acknowledge(store, 'shipping', [at('main', 8)], 9)
    assert.deepEqual((await list(store))[0], { service: 'shipping', ...at('main', 8), seenAt: 9, forgottenAt: undefined })
  })

  promise(harness, 'readers: a service with more consumers than are kept is refused', async ({ store }) => {
    const many = Array.from({ length: READERS_PER_SERVICE_MAX + 1 }, (_, n) => at(`c${n}`, 1))
    await rejectsWith(acknowledge(store, 'shipping', many), 'misuse', /at most 1000 are kept/)
    assert.deepEqual(await list(store), [])
  })
}
