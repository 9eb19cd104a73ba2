import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime, type Runtime } from '../../kernel/runtime.ts'
import type { OpenStore } from '../factory.ts'
import type { Migration } from '../migration.ts'
import { COUNT, counter, rejectsWith, type StoreHarness, type StorePlace, TABLES } from './store-harness.testsuite.ts'

const NOTES: Migration = { id: '002-notes', sql: 'CREATE TABLE note (text TEXT NOT NULL)' }
const MORE: Migration = { id: '003-more', sql: 'CREATE TABLE more (text TEXT NOT NULL)' }
const BROKEN: Migration = { id: '003-broken', sql: 'CREATE TABLE half (text TEXT); INSERT INTO nowhere VALUES (1)' }
const NAMES = ['first', 'second', 'third'] as const

type Release = Readonly<Partial<Record<(typeof NAMES)[number], readonly Migration[]>>>

/** S10: an upgrade of several services is all or nothing, so that the release that ran before still starts when it fails. */
export function testUpgrade(harness: StoreHarness): void {
  const promise = (name: string, body: (place: Releases) => Promise<void>): void =>
    test(`${harness.name}: ${name}`, async (context) => {
      await using place = await harness.createPlace()
      if (place.factory.upgrade === undefined) return context.skip('feature upgrade: stores of this adapter outlive no release')
      await body(releases(place))
    }) as unknown as void

  promise('S10 a migration that fails in one service changes nothing in any, and is named', async ({ start, starts, upgrade }) => {
    await start({})
    for (const failing of NAMES) {
      const next = { first: [NOTES], second: [NOTES], third: [NOTES], [failing]: [NOTES, BROKEN] }
      await rejectsWith(
        upgrade(next),
        'misuse',
        new RegExp(`service "${failing}".*"003-broken".*failed.*release that ran before still starts`),
      )
      await starts({}, 'the release before')
    }
    await starts({ first: [NOTES], second: [NOTES, MORE], third: [NOTES] }, 'a mended release')
  })

  promise('S10 all services are checked before the first is changed', async ({ start, starts, upgrade }) => {
    await start({ third: [NOTES, MORE] })
    const next = { first: [NOTES], second: [NOTES] }
    await rejectsWith(upgrade(next), 'data_newer', /service "third".*002-notes.*release that ran before still starts/)
    const edited = { ...NOTES, sql: 'CREATE TABLE note (words TEXT)' }
    await rejectsWith(upgrade({ ...next, third: [edited, MORE] }), 'misuse', /service "third".*002-notes.*edited/)
    await rejectsWith(upgrade({ ...next, third: [MORE, NOTES, BROKEN, NOTES] }), 'misuse', /service "third".*002-notes/)
    await starts({ third: [NOTES, MORE] }, 'the release before')
  })

  promise('S10 a commit that fails leaves no service upgraded', async ({ start, starts, upgrade }) => {
    await start({})
    const next = { first: [NOTES], second: [NOTES], third: [NOTES] }
    for (const failing of NAMES) {
      const faults = { at: (point: string) => failingAt(point, `store.${failing}.before-upgrade-commit`) }
      await assert.rejects(upgrade(next, createRuntime({ faults })), /pulled the plug|went wrong/)
      await starts({}, 'the release before')
    }
    await starts(next, 'the next release')
  })

  promise('S10 a single store is upgraded in one transaction, too', async ({ start, starts, open }) => {
    await start({})
    await rejectsWith(open('first', [NOTES, BROKEN]), 'misuse', /service "first".*"003-broken"/)
    await starts({}, 'the release before')
  })
}

interface Releases {
  /** Starts a release, writes a row to each service, and stops it. */
  start(release: Release): Promise<void>
  /** The same for a release that comes later: the rows of the earlier ones are there. */
  starts(release: Release, what: string): Promise<void>
  upgrade(release: Release, runtime?: Runtime): Promise<void>
  open(service: string, added: readonly Migration[]): Promise<void>
}

function releases({ factory }: StorePlace): Releases {
  let rows = 0
  const stores = (release: Release, runtime = createRuntime()): OpenStore[] =>
    NAMES.map((service) => ({ service, migrations: [...TABLES, ...(release[service] ?? [])], runtime }))
  const upgrade: Releases['upgrade'] = async (release, runtime) => factory.upgrade?.(stores(release, runtime))
  const start = async (release: Release): Promise<void> => {
    await upgrade(release)
    rows++
    for (const options of stores(release)) {
      await using store = await disposable(factory.open(options))
      await store.transaction((tx) => tx.database.run(COUNT, 'rows'))
      assert.equal(await counter(store, 'rows'), rows, `${options.service} keeps its data`)
    }
  }
  return {
    start,
    upgrade,
    starts: (release, what) =>
      start(release).catch((cause: unknown) =>
        Promise.reject(new assert.AssertionError({ message: `${what} does not start: ${String(cause)}` })),
      ),
    async open(service, added) {
      await (await factory.open({ service, migrations: [...TABLES, ...added], runtime: createRuntime() })).close()
    },
  }
}

async function disposable(opening: ReturnType<StorePlace['factory']['open']>) {
  const store = await opening
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() })
}

function failingAt(point: string, failing: string): void {
  if (point === failing) throw new Error('pulled the plug')
}
