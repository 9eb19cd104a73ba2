import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import { BanyanError } from '../../kernel/error.ts'
import { createRuntime, type Runtime } from '../../kernel/runtime.ts'
import type { Feed, NewEvent, StoredEvent } from '../records/feed.ts'
import type { StoreFactory } from '../factory.ts'
import type { SchemaStep } from '../migration.ts'
import type { Store, StoreFeatures, StoreTransaction } from '../store.ts'
import type { TestSteps, TestVariant } from './test-state.testsuite.ts'
import { type ChildPlace, openTestStore } from './test-store.testsuite.ts'
import { stateOf, testVariant } from './test-variants.testsuite.ts'

/** How an adapter is put to the test. */
export interface StoreHarness {
  /** Name of the adapter; put before the name of each test. */
  readonly name: string
  /** What the adapter declares of its stores. */
  readonly declared: StoreFeatures
  /** What the adapter can be asked to show. A feature that is `false` is reported as a skipped test with its name, never left out. */
  readonly features: {
    /** Whether several stores may be open on one service at once; else the second is refused. */
    readonly shared: boolean
    /** Whether {@link StorePlace.fillDisk} works. */
    readonly fillDisk: boolean
    /** Whether {@link StorePlace.damage} works. */
    readonly damage: boolean
    /** Whether reads apart run outside of this process, so that they can be ended. */
    readonly apart: boolean
    /** Whether events get their positions after their commit, and {@link StorePlace.holdPositions} works; else a commit gives them. */
    readonly positionsLater: boolean
    /** Whether stores know which steps of a schema ran, so that {@link TestVariant.steps} must be there; else each opening runs them all. */
    readonly migrations: boolean
    /** Whether what was committed outlives a process that is killed, so that {@link StorePlace.child} can be put to it. */
    readonly crashes: boolean
  }
  /** How it is counted what statements cost (S18); else why it is not, e.g. because the tests of the adapter beneath do it. */
  readonly costs: StoreCosts | string
  /** Makes an empty place of its own: a directory, or a prefix for schemas. Removed when disposed; its stores are closed before. */
  createPlace(): Promise<StorePlace>
  /** Transactions of each of the twenty writers in the ordering stress; default {@link STRESS_ROUNDS}. */
  readonly stressRounds?: number
  /** Runs of each random test, each on a place of its own; for adapters whose places take long to make. Default 15. */
  readonly randomRuns?: number
}

/** Where the stores of one test keep their data. */
export interface StorePlace extends AsyncDisposable {
  /** A store that is closed and opened again by it has the same data: an adapter whose data outlive no process keeps them in its factory. */
  readonly factory: StoreFactory
  /** The suites' state, where the toolkit has none for the engine; of the variants that it has the one is taken that the factory offers. */
  readonly state?: TestVariant
  /** How a child process opens the same stores. */
  readonly child: ChildPlace
  /** Lets no more data fit; returns how to make room again. */
  fillDisk?(store: Store): Promise<() => Promise<void>>
  /** Puts other data of the same service, new ones, in place of those of an open store. */
  replace?(service: string, migrations: readonly SchemaStep[]): Promise<void>
  /** Removes the data of an open store. */
  remove?(service: string, migrations: readonly SchemaStep[]): Promise<void>
  /** Holds up whatever gives events of an open store their positions; returns how to let it go. */
  holdPositions?(): Promise<() => Promise<void>>
  /** Damages the data of a closed store, so that opening it must be refused. */
  damage?(service: string): Promise<void>
}

/** How what statements cost is counted on an adapter. */
export interface StoreCosts {
  /** Opens a database with the toolkit's tables, empty. */
  open(): Promise<CountedDatabase & AsyncDisposable>
  /** Work that may cost more when more waits or has ended, by its name in the suite, with the reason. Default: none. */
  readonly exceptions?: Readonly<Record<string, string>>
}

/** The records that the costs are counted of. */
export type CountedRecords = Pick<StoreTransaction, 'sagas' | 'timers' | 'idempotency' | 'retention' | 'consumption' | 'log'>

/** A database with the toolkit's tables, whose statements are counted. */
export interface CountedDatabase {
  /** Adds records of each kind with the numbers from `first` to `last`, as `store-costs.testsuite.ts` says; not counted. */
  fill(first: number, last: number): Promise<void>
  /** Returns what the statements of `body` took: rows read, or steps of the database's machine. What they change is undone. */
  cost(body: (records: CountedRecords) => Promise<unknown>): Promise<number>
}

/** Enough for a naive cursor to lose events, little enough for every run. */
export const STRESS_ROUNDS = 25

/** Name of the service whose store most tests open. */
export const SERVICE = 'test'

/** A clock whose wall time a test sets; all else is the machine's. */
export interface WallClock extends Clock {
  set(now: number): void
}

/** Moment at which {@link wallClock} starts. */
export const START_MS = 1_800_000_000_000

/** Builds a clock that stands at {@link START_MS}. */
export function wallClock(): WallClock {
  let time = START_MS
  return { ...systemClock(), now: () => time, set: (now) => void (time = now) }
}

/** An open store and the place it lives in. */
export interface OpenedStore extends AsyncDisposable {
  readonly store: Store
  readonly place: StorePlace
  readonly clock: WallClock
  readonly runtime: Runtime
  /** Steps of the suites' state. */
  readonly migrations: readonly SchemaStep[]
  /** Opens another store of the place; a second one of the same service stands for another process. */
  open(options?: { service?: string; migrations?: readonly SchemaStep[] }): Promise<Store>
}

/** Opens the test service's store in a place of its own. */
export async function openStore(harness: StoreHarness, overrides: Partial<Runtime> = {}): Promise<OpenedStore> {
  const place = await harness.createPlace()
  const clock = wallClock()
  const runtime = createRuntime({ clock, ...overrides })
  const opened: Store[] = []
  const open: OpenedStore['open'] = async ({ service = SERVICE, migrations } = {}) => {
    const store = await openTestStore(place, { service, migrations, runtime })
    opened.push(store)
    return store
  }
  const store = await open()
  return {
    store,
    place,
    clock,
    runtime,
    migrations: testVariant(place).migrations,
    open,
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((each) => each.close()))
      await place[Symbol.asyncDispose]()
    },
  }
}

/** Declares a test named after its promise, run on a fresh store. */
export function promise(
  harness: StoreHarness,
  name: string,
  body: (opened: OpenedStore, context: TestContext) => Promise<void>,
  skip: string | false = false,
): void {
  test(`${harness.name}: ${name}`, { skip }, async (context) => {
    await using opened = await openStore(harness)
    await body(opened, context)
  })
}

/** An event of a key; `data` is what the test looks for. */
export function anEvent(key: string, data: object = {}): NewEvent {
  return {
    id: randomUUID(),
    type: 'test.happened',
    version: 1,
    key,
    time: START_MS,
    data: JSON.stringify(data),
    correlationId: 'flow-1',
    causationId: 'cause-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  }
}

/** Longest wait for something that an adapter does by itself, e.g. giving positions. */
const WAIT_MS = 10_000

/** Reads the feed until it has `count` events, and checks that positions are dense. */
export async function readAll(feed: Feed, count: number): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  const deadline = performance.now() + WAIT_MS
  while (events.length < count) {
    const page = await feed.read(events.length, 100)
    for (const event of page) assert.equal(event.position, events.push(event), 'positions are dense')
    if (performance.now() > deadline) assert.fail(`the feed showed ${events.length} of ${count} events within ${WAIT_MS} ms`)
    if (page.length === 0) await pause(2)
  }
  return events
}

/** Waits until a token has its position. */
export async function positionOf(feed: Feed, token: string | undefined): Promise<number> {
  assert.ok(token !== undefined, 'a transaction with events has a token')
  const deadline = performance.now() + WAIT_MS
  for (;;) {
    const position = await feed.positionOf(token)
    if (position !== undefined) return position
    if (performance.now() > deadline) assert.fail(`the token ${token} had no position after ${WAIT_MS} ms`)
    await pause(2)
  }
}

/** Checks that `work` fails with a {@link BanyanError} of a code whose message matches, and returns it. */
export async function rejectsWith(work: Promise<unknown>, code: string, message = /./): Promise<BanyanError> {
  let caught: unknown
  await work.catch((error: unknown) => (caught = error))
  assert.ok(caught instanceof BanyanError, `expected ${code}, got ${String(caught)}`)
  assert.equal(caught.code, code, caught.message)
  assert.match(caught.message, message)
  return caught
}

/** Reads a counter; 0 when there is none. */
export async function counter(store: Store, key: string): Promise<number> {
  return (await store.read((tx) => stateOf(tx).counters.get(key))) ?? 0
}

/** Steps beyond those of the state, of a harness that declares `migrations`. */
export function testSteps(place: StorePlace): TestSteps {
  return testVariant(place).steps ?? assert.fail('the feature is declared: migrations')
}

/** Why processes of an adapter are not killed in its tests; false where they are. */
export function withoutCrashes({ features }: StoreHarness): string | false {
  return features.crashes ? false : 'feature crashes: nothing of this adapter outlives its process'
}
