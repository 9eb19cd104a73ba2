import { copyFile, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoreHarness, StorePlace } from '../suite/store.testsuite.ts'
import type { Store } from '../store.ts'
import { openCounted } from './counted-database.testsuite.ts'
import { SQLITE_FEATURES } from './sqlite-features.ts'
import { sqliteStores } from './sqlite-stores.ts'
import { temporaryDirectory } from './temporary-directory.testsuite.ts'
import { sqlOf } from '../sql-of.ts'

/** Puts the SQLite adapter to the conformance suite. */
export const sqliteHarness: StoreHarness = {
  name: 'sqlite',
  declared: SQLITE_FEATURES,
  features: { shared: false, fillDisk: true, damage: true, apart: true, positionsLater: false, migrations: true, crashes: true },
  costs: { open: openCounted },
  async createPlace(): Promise<StorePlace> {
    const temporary = await temporaryDirectory()
    const directory = temporary.path
    return {
      factory: sqliteStores({ directory }),
      child: { module: new URL('sqlite-stores.ts', import.meta.url).href, export: 'sqliteStores', argument: { directory } },
      fillDisk,
      replace: async (service) => {
        const path = join(directory, `${service}.db`)
        await rename(path, `${path}.moved`)
        await copyFile(`${path}.moved`, path)
      },
      remove: (service) => rm(join(directory, `${service}.db`)),
      damage: (service) => damage(join(directory, `${service}.db`)),
      [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
    }
  },
}

/** Pages left in the simulated disk: about five of the suite's big rows. */
const PAGES_LEFT = 80

async function fillDisk(store: Store): Promise<() => Promise<void>> {
  const setLimit = (pages: number) => store.transaction((tx) => sqlOf(tx).get(`PRAGMA max_page_count = ${pages}`))
  const { value } = await store.transaction((tx) => sqlOf(tx).get<{ page_count: number }>('PRAGMA page_count'))
  await setLimit((value?.page_count ?? 0) + PAGES_LEFT)
  return async () => void (await setLimit(1_000_000))
}

/** Overwrites pages in the middle of the file. */
async function damage(path: string): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(new Uint8Array(8_192).fill(0xa5), 0, 8_192, 4_096)
  await file.close()
}
