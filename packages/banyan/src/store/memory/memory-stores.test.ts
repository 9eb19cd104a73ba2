import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime } from '../../kernel/runtime.ts'
import { collection } from '../documents/collection.ts'
import type { Documents } from '../documents/documents.ts'
import { documents } from '../documents/documents-variant.ts'
import type { Store } from '../store.ts'
import { memoryStores, type MemoryStoresOptions } from './memory-stores.ts'

const notes = collection({ name: 'note', key: ({ id }: { readonly id: number; readonly text: string }) => [id] })
const { migrations } = documents({ collections: [notes], repository: () => ({}) })
const open = (stores: ReturnType<typeof memoryStores>): Promise<Store<Documents>> =>
  stores.open({ service: 'test', migrations, runtime: createRuntime() })

test('stores in memory are refused unless somebody says that loss is allowed', () => {
  for (const options of [{}, { allowLoss: false }, { allowLoss: 'yes' }])
    assert.throws(() => memoryStores(options as unknown as MemoryStoresOptions), {
      code: 'misuse',
      message: /nothing when the process ends, and nothing for a second process.*allowLoss: true/,
    })
  assert.throws(() => memoryStores({ allowLoss: true, bytes: 1 } as MemoryStoresOptions), /"bytes".*bytesMax/)
  assert.throws(() => memoryStores({ allowLoss: true, bytesMax: 0 }), /bytesMax 0/)
})

test('data live as long as the stores, and no longer', async () => {
  const stores = memoryStores({ allowLoss: true })
  const first = await open(stores)
  await first.transaction((tx) => tx.database.put(notes, { id: 1, text: 'a' }))
  await first.close()
  const again = await open(stores)
  assert.equal(await again.read((tx) => tx.database.count(notes, {})), 1)
  assert.equal((await again.read((tx) => tx.log.size())).bytes > 0, true)
  const others = await open(memoryStores({ allowLoss: true }))
  assert.equal(await others.read((tx) => tx.database.count(notes, {})), 0)
  assert.equal(again.features.durability, 'none')
})

test('a store is full at its bound, and takes more when something went', async () => {
  const store = await open(memoryStores({ allowLoss: true, bytesMax: 100_000 }))
  const text = 'x'.repeat(20_000)
  const put = (id: number) => store.transaction((tx) => tx.database.put(notes, { id, text }))
  await put(1)
  await put(2)
  await assert.rejects(put(3), { code: 'storage_full', message: /may take 100000 bytes.*bytesMax/ })
  await put(2)
  await store.transaction((tx) => tx.database.remove(notes, [1]))
  await put(3)
})

test('an urgent transaction begins before those that wait', async () => {
  const store = await open(memoryStores({ allowLoss: true }))
  const order: string[] = []
  const run = (name: string, urgent: boolean) => store.transaction(async () => void order.push(name), { urgent })
  await Promise.all([run('a', false), run('b', false), run('lease', true)])
  assert.deepEqual(order, ['lease', 'a', 'b'])
})
