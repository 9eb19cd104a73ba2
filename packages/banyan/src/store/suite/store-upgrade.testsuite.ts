import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime, type Runtime } from '../../kernel/runtime.ts'
import type { OpenStore } from '../factory.ts'
import type { SchemaStep } from '../migration.ts'
import { counter, rejectsWith, type StoreHarness, type StorePlace, testSteps } from './store-harness.testsuite.ts'
import type { TestSteps } from './test-state.testsuite.ts'
import { openTestStore } from './test-store.testsuite.ts'
import { stateOf, testVariant } from './test-variants.testsuite.ts'

const NAMES = ['first', 'second', 'third'] as const

type Release = Readonly<Partial<Record<(typeof NAMES)[number], readonly SchemaStep[]>>>

/** S10: an upgrade of several services is all or nothing, so that the release that ran before still starts when it fails. */
export function testUpgrade(harness: StoreHarness): void {
  const promise = (name: string, body: (place: Releases, steps: TestSteps) => Promise<void>): void =>
    test(`${harness.name}: ${name}`, async (context) => {
      await using place = await harness.createPlace()
      if (place.factory.upgrade === undefined) return context.skip('feature upgrade: stores of this adapter outlive no release')
      await body(releases(place), testSteps(place))
    }) as unknown as void

  promise(
    'S10 a migration that fails in one service changes nothing in any, and is named',
    async ({ start, starts, upgrade }, { notes, more, broken }) => {
      await start({})
      for (const failing of NAMES) {
        const next = { first: [notes], second: [notes], third: [notes], [failing]: [notes, broken('003-broken', more)] }
        await rejectsWith(
          upgrade(next),
          'misuse',
          new RegExp(`service "${failing}".*"003-broken".*failed.*release that ran before still starts`),
        )
        await starts({}, 'the release before')
      }
      await starts({ first: [notes], second: [notes, more], third: [notes] }, 'a mended release')
    },
  )

  promise(
    'S10 all services are checked before the first is changed',
    async ({ start, starts, upgrade }, { notes, more, broken, edited }) => {
      await start({ third: [notes, more] })
      const next = { first: [notes], second: [notes] }
      await rejectsWith(upgrade(next), 'data_newer', /service "third".*002-notes.*release that ran before still starts/)
      await rejectsWith(upgrade({ ...next, third: [edited(notes), more] }), 'misuse', /service "third".*002-notes.*edited/)
      await rejectsWith(
        upgrade({ ...next, third: [more, notes, broken('003-broken', more), notes] }),
        'misuse',
        /service "third".*002-notes/,
      )
      await starts({ third: [notes, more] }, 'the release before')
    },
  )

  promise('S10 a commit that fails leaves no service upgraded', async ({ start, starts, upgrade }, { notes }) => {
    await start({})
    const next = { first: [notes], second: [notes], third: [notes] }
    for (const failing of NAMES) {
      const faults = { at: (point: string) => failingAt(point, `store.${failing}.before-upgrade-commit`) }
      await assert.rejects(upgrade(next, createRuntime({ faults })), /pulled the plug|went wrong/)
      await starts({}, 'the release before')
    }
    await starts(next, 'the next release')
  })

  promise('S10 a single store is upgraded in one transaction, too', async ({ start, starts, open }, { notes, more, broken }) => {
    await start({})
    await rejectsWith(open('first', [notes, broken('003-broken', more)]), 'misuse', /service "first".*"003-broken"/)
    await starts({}, 'the release before')
  })
}

interface Releases {
  /** Starts a release, writes a row to each service, and stops it. */
  start(release: Release): Promise<void>
  /** The same for a release that comes later: the rows of the earlier ones are there. */
  starts(release: Release, what: string): Promise<void>
  upgrade(release: Release, runtime?: Runtime): Promise<void>
  open(service: string, added: readonly SchemaStep[]): Promise<void>
}

function releases(place: StorePlace): Releases {
  const { factory } = place
  const { migrations } = testVariant(place)
  let rows = 0
  const stores = (release: Release, runtime = createRuntime()): OpenStore[] =>
    NAMES.map((service) => ({ service, migrations: [...migrations, ...(release[service] ?? [])], runtime }))
  const upgrade: Releases['upgrade'] = async (release, runtime) => factory.upgrade?.(stores(release, runtime))
  const start = async (release: Release): Promise<void> => {
    await upgrade(release)
    rows++
    for (const options of stores(release)) {
      await using store = await disposable(openTestStore(place, options))
      await store.transaction((tx) => stateOf(tx).counters.add('rows'))
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
      await (await factory.open({ service, migrations: [...migrations, ...added], runtime: createRuntime() })).close()
    },
  }
}

async function disposable(opening: ReturnType<typeof openTestStore>) {
  const store = await opening
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() })
}

function failingAt(point: string, failing: string): void {
  if (point === failing) throw new Error('pulled the plug')
}
