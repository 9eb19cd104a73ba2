import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SchemaStep } from '../migration.ts'
import {
  anEvent,
  counter,
  type OpenedStore,
  openStore,
  promise,
  readAll,
  rejectsWith,
  SERVICE,
  type StoreHarness,
  testSteps,
} from './store-harness.testsuite.ts'
import type { TestSteps } from './test-state.testsuite.ts'
import { stateOf } from './test-variants.testsuite.ts'

/** S9 and S10: what a store refuses, and that nothing is lost by it. */
export function testOpening(harness: StoreHarness): void {
  testMigrations(harness)
  testSecondOpener(harness)
  testFullDisk(harness)

  const damage = `${harness.name}: S10 a damaged database is refused with its name and what to do`
  test(damage, { skip: harness.features.damage ? false : 'feature damage: the adapter has no file of its own' }, async () => {
    await using opened = await openStore(harness)
    await opened.store.transaction((tx) => stateOf(tx).counters.add('a'))
    await opened.store.close()
    await opened.place.damage?.(SERVICE)
    await rejectsWith(opened.open(), 'data_damaged', /damaged.*backup/)
  })

  promise(harness, 'S10 stores of different services in one place share nothing', async ({ store, open }) => {
    const other = await open({ service: 'other' })
    await other.transaction(async (tx) => {
      await stateOf(tx).counters.add('a')
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
      await store.transaction((tx) => stateOf(tx).counters.add('a'))
      await store.ping()
      await strike(SERVICE, opened.migrations)
      await rejectsWith(store.ping(), 'unavailable', /(?:removed|gone|replaced|made again).*start/)
      await rejectsWith(store.ping(), 'unavailable', /start/)
      await rejectsWith(
        store.transaction((tx) => stateOf(tx).counters.add('a')),
        'unavailable',
        /start/,
      )
      await rejectsWith(
        store.read((tx) => stateOf(tx).counters.get('a')),
        'unavailable',
      )
    })

  promise(harness, 'a healthy store answers a ping', async ({ store }) => {
    await store.ping()
  })
}

function testMigrations(harness: StoreHarness): void {
  const skip = harness.features.migrations ? false : 'feature migrations: stores of this adapter know no steps that ran'
  const promiseOfSteps = (name: string, body: (opened: OpenedStore, steps: TestSteps) => Promise<void>): void =>
    promise(harness, name, (opened) => body(opened, testSteps(opened.place)), skip)

  promiseOfSteps(
    'S10 migrations run once, in order; a new one at the end is added to what is there',
    async ({ store, open, migrations }, { notes }) => {
      await store.transaction((tx) => stateOf(tx).counters.add('a'))
      await store.close()
      for (let start = 1; start <= 2; start++) {
        const again = await open({ migrations: [...migrations, notes] })
        assert.equal(await counter(again, 'a'), 1)
        assert.equal(await again.read((tx) => stateOf(tx).notes()), 1)
        await again.close()
      }
    },
  )

  promiseOfSteps(
    'S10 a database that is newer than the program is refused and left alone',
    async ({ store, open, migrations }, { notes }) => {
      await store.close()
      await (await open({ migrations: [...migrations, notes] })).close()
      await rejectsWith(open(), 'data_newer', /newer.*002-notes/)
      await (await open({ migrations: [...migrations, notes] })).close()
    },
  )

  promiseOfSteps('S10 a migration that was edited after it ran is refused', async ({ store, open, migrations }, { edited }) => {
    await store.close()
    const [first, ...others] = migrations
    await rejectsWith(open({ migrations: [edited(first as SchemaStep), ...others] }), 'misuse', new RegExp(`${first?.id}.*edited`))
  })

  promiseOfSteps('S10 a migration put before one that ran is refused', async ({ store, open, migrations }, { notes }) => {
    await store.close()
    await rejectsWith(open({ migrations: [notes, ...migrations] }), 'misuse', /002-notes.*end of the list/)
  })

  promiseOfSteps('S10 a migration that fails leaves nothing of itself behind', async ({ store, open, migrations }, { notes, broken }) => {
    await store.close()
    await assert.rejects(open({ migrations: [...migrations, broken(notes.id, notes)] }))
    await (await open({ migrations: [...migrations, notes] })).close()
  })

  promiseOfSteps(
    'S10 migrations with the toolkit’s prefix or with one name twice are refused',
    async ({ store, open, migrations }, { more, renamed }) => {
      await store.close()
      await rejectsWith(open({ migrations: [renamed('banyan-9', more)] }), 'misuse', /banyan-/)
      await rejectsWith(open({ migrations: [...migrations, ...migrations] }), 'misuse', new RegExp(migrations[0]?.id as string))
    },
  )
}

function testSecondOpener(harness: StoreHarness): void {
  if (harness.features.shared) {
    promise(harness, 'S10 several instances of a service share its store', async ({ store, open }) => {
      const second = await open()
      await Promise.all([store, second].map((each) => each.transaction((tx) => stateOf(tx).counters.add('a'))))
      assert.equal(await counter(store, 'a'), 2)
      assert.equal(await counter(second, 'a'), 2)
    })
    return
  }
  promise(harness, 'S10 a second opener is refused while the first is open, and welcome after it closed', async ({ store, open }) => {
    await store.transaction((tx) => stateOf(tx).counters.add('a'))
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
          await stateOf(tx).blobs.put(`b${n}`, BIG)
          tx.emit(anEvent(`b${n}`))
        }),
      ),
    )
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.ok(failed.length > 0, 'forty big rows do not fit')
    for (const { reason } of failed) assert.equal((reason as { code: string }).code, 'storage_full')
    assert.equal(await store.read((tx) => stateOf(tx).blobs.count()), 40 - failed.length)
    await readAll(store.feed, 40 - failed.length)
    assert.equal(await store.feed.head(), 40 - failed.length)
    await makeRoom?.()
    await store.transaction(async (tx) => {
      await stateOf(tx).blobs.put('after', BIG)
      tx.emit(anEvent('after'))
    })
    await readAll(store.feed, 41 - failed.length)
  })
}
