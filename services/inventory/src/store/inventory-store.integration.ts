import { temporaryDirectory } from '@banyan/testing'
import { memoryStores } from 'banyan/store/memory'
import { sqliteStores } from 'banyan/store/sqlite'
import { testInventoryStore } from './inventory-store.testsuite.ts'

testInventoryStore('SQLite', async () => {
  const directory = temporaryDirectory()
  return {
    factory: sqliteStores({ directory: directory.path }),
    [Symbol.asyncDispose]: async () => directory[Symbol.dispose](),
  }
})

testInventoryStore('memory', async () => ({ factory: memoryStores({ allowLoss: true }), [Symbol.asyncDispose]: async () => {} }))
