import { collection } from '../documents/collection.ts'
import type { Documents } from '../documents/documents.ts'
import { documents } from '../documents/documents-variant.ts'
import type { TestBlobs, TestCounter, TestCounters, TestEntry, TestLedger, TestVariant } from './test-state.testsuite.ts'

interface Blob {
  readonly key: string
  readonly content: string
}

interface Line extends TestEntry {
  readonly line: number
}

interface Touched {
  readonly id: number
  readonly times: number
}

const counterCollection = collection({ name: 'counter', key: ({ key }: TestCounter) => [key] })
const blobCollection = collection({ name: 'blob', key: ({ key }: Blob) => [key], large: ['content'] })
const touchedCollection = collection({ name: 'touched', key: ({ id }: Touched) => [id] })
const ledgerCollection = collection({
  name: 'ledger',
  key: ({ line }: Line) => [line],
  indexes: { number: ({ number, line }) => [number, line] },
})

/** The suites' state in engines that keep documents. */
export const documentsTestState: TestVariant = documents({
  collections: [counterCollection, blobCollection, touchedCollection, ledgerCollection],
  repository: (database) => ({
    counters: counters(database),
    blobs: blobs(database),
    ledger: ledger(database),
    async touch(id) {
      await database.change(touchedCollection, [id], (found) => ({ id, times: (found?.times ?? 0) + 1 }))
    },
    notes: () => Promise.reject(new Error('a store of documents has no steps of a schema')),
  }),
})

/** Far more than a test writes. */
const ALL = 10_000

function counters(database: Documents): TestCounters {
  const add = (key: string): Promise<TestCounter | undefined> =>
    database.change(counterCollection, [key], (found) => ({ key, value: (found?.value ?? 0) + 1 }))
  return {
    add: async (key) => (await add(key))?.value ?? 0,
    addLater: (key) => void add(key),
    get: async (key) => (await database.get(counterCollection, [key]))?.value,
    set: (key, value) => database.put(counterCollection, { key, value }),
    list: () => database.range(counterCollection, { limit: ALL }),
    from: (key) => database.range(counterCollection, { from: [key], limit: ALL }),
  }
}

function blobs(database: Documents): TestBlobs {
  return {
    put: (key, content) => database.add(blobCollection, { key, content }),
    putLater: (key, content) => void database.add(blobCollection, { key, content }),
    get: async (key) => (await database.get(blobCollection, [key]))?.content,
    async remove(key) {
      await database.remove(blobCollection, [key])
    },
    count: () => database.count(blobCollection, {}),
  }
}

function ledger(database: Documents): TestLedger {
  return {
    async append(key, number) {
      const [last] = await database.range(ledgerCollection, { reverse: true, limit: 1 })
      await database.add(ledgerCollection, { line: (last?.line ?? 0) + 1, key, number })
    },
    list: async () => (await database.range(ledgerCollection, { limit: ALL })).map(({ key, number }) => ({ key, number })),
    async removeAbove(number) {
      const above = await database.range(ledgerCollection, { index: 'number', after: [number], limit: ALL })
      await database.remove(ledgerCollection, ...above.map(ledgerCollection.key))
    },
    async removeBelow(number, limit) {
      const below = await database.range(ledgerCollection, { index: 'number', before: [number], limit })
      return database.remove(ledgerCollection, ...below.map(ledgerCollection.key))
    },
  }
}
