import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  anEvent,
  COUNT,
  counter,
  openStore,
  promise,
  readAll,
  rejectsWith,
  SERVICE,
  type StoreHarness,
  TABLES,
} from './store-harness.testsuite.ts'
import type { Migration } from '../migration.ts'

/** S9 and S10: what a store refuses, and that nothing is lost by it. */
export function testOpening(harness: StoreHarness): void {
  testMigrations(harness)
  testSecondOpener(harness)
  testFullDisk(harness)

  const damage = `${harness.name}: S10 a damaged database is refused with its name and what to do`
  test(damage, { skip: harness.features.damage ? false : 'feature damage: the adapter has no file of its own' }, async () => {
    await using opened = await openStore(harness)
    await opened.store.transaction((tx) => tx.database.run(COUNT, 'a'))
    await opened.store.close()
    await opened.place.damage?.(SERVICE)
    await rejectsWith(opened.open(), 'data_damaged', /damaged.*backup/)
  })

  promise(harness, 'S10 stores of different services in one place share nothing', async ({ store, open }) => {
    const other = await open({ service: 'other' })
    await other.transaction(async (tx) => {
      await tx.database.run(COUNT, 'a')
      tx.emit(anEvent('a'))
    })
    assert.equal(await counter(store, 'a'), 0)
    assert.equal(await store.feed.head(), 0)
    await readAll(other.feed, 1)
  })

  for (const what of ['replace', 'remove'] as const)
    test(`${harness.name}: S15 after data are ${what}d under an open store a ping says so, and nothing is done any more`, async (context) => {
      await using opened = await openStore(harness)
      const { store, place } = opened
      const strike = place[what]
      if (!strike) return context.skip('feature replace: the data of this adapter cannot be reached from outside')
      await store.transaction((tx) => tx.database.run(COUNT, 'a'))
      await store.ping()
      await strike(SERVICE, TABLES)
      await rejectsWith(store.ping(), 'unavailable', /(?:removed|gone|replaced|made again).*start/)
      await rejectsWith(store.ping(), 'unavailable', /start/)
      await rejectsWith(
        store.transaction((tx) => tx.database.run(COUNT, 'a')),
        'unavailable',
        /start/,
      )
      await rejectsWith(
        store.read((tx) => tx.database.get('SELECT 1 AS one')),
        'unavailable',
      )
    })

  promise(harness, 'a healthy store answers a ping', async ({ store }) => {
    await store.ping()
  })
}

const ADDED: Migration = { id: '002-notes', sql: "CREATE TABLE note (text TEXT NOT NULL); INSERT INTO note (text) VALUES ('seed')" }

function testMigrations(harness: StoreHarness): void {
  promise(harness, 'S10 migrations run once, in order; a new one at the end is added to what is there', async ({ store, open }) => {
    await store.transaction((tx) => tx.database.run(COUNT, 'a'))
    await store.close()
    for (let start = 1; start <= 2; start++) {
      const again = await open({ migrations: [...TABLES, ADDED] })
      assert.equal(await counter(again, 'a'), 1)
      assert.equal((await again.read((tx) => tx.database.all('SELECT text FROM note'))).length, 1)
      await again.close()
    }
  })

  promise(harness, 'S10 a database that is newer than the program is refused and left alone', async ({ store, open }) => {
    await store.close()
    await (await open({ migrations: [...TABLES, ADDED] })).close()
    await rejectsWith(open(), 'data_newer', /newer.*002-notes/)
    await (await open({ migrations: [...TABLES, ADDED] })).close()
  })

  promise(harness, 'S10 a migration that was edited after it ran is refused', async ({ store, open }) => {
    await store.close()
    const edited = [{ id: '001-tables', sql: 'CREATE TABLE counter (key TEXT)' }]
    await rejectsWith(open({ migrations: edited }), 'misuse', /001-tables.*edited/)
  })

  promise(harness, 'S10 a migration put before one that ran is refused', async ({ store, open }) => {
    await store.close()
    await rejectsWith(open({ migrations: [ADDED, ...TABLES] }), 'misuse', /002-notes.*end of the list/)
  })

  promise(harness, 'S10 a migration that fails leaves nothing of itself behind', async ({ store, open }) => {
    await store.close()
    const broken: Migration = { id: '002-notes', sql: 'CREATE TABLE note (text TEXT); INSERT INTO nowhere VALUES (1)' }
    await assert.rejects(open({ migrations: [...TABLES, broken] }))
    await (await open({ migrations: [...TABLES, ADDED] })).close()
  })

  promise(harness, 'S10 migrations with the toolkit’s prefix or with one name twice are refused', async ({ store, open }) => {
    await store.close()
    await rejectsWith(open({ migrations: [{ id: 'banyan-9', sql: 'SELECT 1' }] }), 'misuse', /banyan-/)
    await rejectsWith(open({ migrations: [...TABLES, ...TABLES] }), 'misuse', /001-tables/)
  })
}

function testSecondOpener(harness: StoreHarness): void {
  if (harness.features.shared) {
    promise(harness, 'S10 several instances of a service share its store', async ({ store, open }) => {
      const second = await open()
      await Promise.all([store, second].map((each) => each.transaction((tx) => tx.database.run(COUNT, 'a'))))
      assert.equal(await counter(store, 'a'), 2)
      assert.equal(await counter(second, 'a'), 2)
    })
    return
  }
  promise(harness, 'S10 a second opener is refused while the first is open, and welcome after it closed', async ({ store, open }) => {
    await store.transaction((tx) => tx.database.run(COUNT, 'a'))
    await rejectsWith(open(), 'unavailable', /process/)
    assert.equal(await counter(store, 'a'), 1, 'the first is not disturbed')
    await store.close()
    assert.equal(await counter(await open(), 'a'), 1)
  })
}

const BIG = 'x'.repeat(60_000)

function testFullDisk(harness: StoreHarness): void {
  const name = `${harness.name}: S9 on a full disk transactions fail with storage_full, nothing is half done, and work goes on when there is room`
  test(name, { skip: harness.features.fillDisk ? false : 'feature fillDisk: the adapter cannot simulate a full disk' }, async () => {
    await using opened = await openStore(harness)
    const { store } = opened
    const makeRoom = await opened.place.fillDisk?.(store)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) =>
        store.transaction(async (tx) => {
          await tx.database.run('INSERT INTO blob (key, content) VALUES (?, ?)', `b${n}`, BIG)
          tx.emit(anEvent(`b${n}`))
        }),
      ),
    )
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.ok(failed.length > 0, 'forty big rows do not fit')
    for (const { reason } of failed) assert.equal((reason as { code: string }).code, 'storage_full')
    const [row] = await store.read((tx) => tx.database.all<{ count: number }>('SELECT COUNT(*) AS count FROM blob'))
    assert.equal(row?.count, 40 - failed.length)
    await readAll(store.feed, 40 - failed.length)
    assert.equal(await store.feed.head(), 40 - failed.length)
    await makeRoom?.()
    await store.transaction(async (tx) => {
      await tx.database.run('INSERT INTO blob (key, content) VALUES (?, ?)', 'after', BIG)
      tx.emit(anEvent('after'))
    })
    await readAll(store.feed, 41 - failed.length)
  })
}
