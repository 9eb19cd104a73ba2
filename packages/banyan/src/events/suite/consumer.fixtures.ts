import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock, type Clock } from '../../kernel/clock.ts'
import { type Deadline, deadlineAfter } from '../../kernel/deadline.ts'
import { seededRandom } from '../../kernel/random.ts'
import { createRuntime, type Runtime, type RuntimeOptions } from '../../kernel/runtime.ts'
import type { Feed, NewEvent, StoredEvent } from '../../store/records/feed.ts'
import { positionOf } from '../../store/suite/store-harness.testsuite.ts'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import { openTestStore } from '../../store/suite/test-store.testsuite.ts'
import { stateOf, type TestStores } from '../../store/suite/test-variants.testsuite.ts'
import type { Store } from '../../store/store.ts'
import { type Consumer, type ConsumerOptions, createConsumer } from '../consumer.ts'
import type { EventHandler } from '../reading/subscription.ts'

/** An event with everything filled in. */
export function anEvent(overrides: Partial<StoredEvent>): StoredEvent {
  return {
    position: 1,
    id: '01900000-0000-7000-8000-000000000000',
    type: 'thing.happened',
    version: 1,
    key: 'a',
    time: 1_700_000_000_000,
    data: '{}',
    correlationId: 'flow',
    causationId: 'cause',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ...overrides,
  }
}

/** A real clock whose timers keep the test alive. */
export const testClock: Clock = {
  ...systemClock(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** A runtime with a seeded source of randomness. */
export function testRuntime(overrides: RuntimeOptions = {}): Runtime {
  return createRuntime({ clock: testClock, random: seededRandom(1), ...overrides })
}

/** Time that no healthy test needs. */
export function soon(ms = 20_000): Deadline {
  return deadlineAfter(testClock, ms)
}

/** Opens a store of a service. */
export function openStore(stores: TestStores, service: string, runtime: Runtime = testRuntime()): Promise<Store> {
  return openTestStore(stores, { service, runtime })
}

/** A service that emits and one that consumes, each with its store. */
export interface Stores {
  readonly source: Store
  readonly sink: Store
  /** Opens the store of the one that consumes as another process would; only where stores can be shared. */
  openSinkAgain(): Promise<Store>
}

interface Stoppable {
  stop(): Promise<void>
}

/** What the running test has started. */
const started = new Set<Stoppable>()

/** Stops something when {@link withStores} ends: a test that fails does not come to it, and the process would live on. */
export function stopAtEnd<T extends Stoppable>(running: T): T {
  started.add(running)
  return running
}

/** Runs a test on fresh stores. */
export async function withStores(harness: StoreHarness, run: (stores: Stores) => Promise<void>): Promise<void> {
  await using place = await harness.createPlace()
  const opened: Store[] = []
  const open = async (service: string): Promise<Store> => {
    const store = await openStore(place, service)
    opened.push(store)
    return store
  }
  try {
    await run({ source: await open('source'), sink: await open('sink'), openSinkAgain: () => open('sink') })
  } finally {
    await Promise.all([...started].map((running) => running.stop()))
    started.clear()
    await Promise.all(opened.map((store) => store.close()))
  }
}

/** Declares a test of a promise, run on fresh stores. */
export function promise(harness: StoreHarness, name: string, body: (stores: Stores) => Promise<void>): void {
  test(`${harness.name}: ${name}`, () => withStores(harness, body))
}

/** Resolves when `check` holds; fails when it does not within ten seconds. */
export async function eventually(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = soon(10_000)
  while (!(await check())) {
    if (testClock.monotonic() > deadline.at) assert.fail(`not in time: ${what}`)
    await new Promise(setImmediate)
  }
}

/** Events with keys `k0`, `k1` … in turn. */
export function keys(count: number, keyCount: number): { readonly key: string }[] {
  return Array.from({ length: count }, (_, index) => ({ key: `k${index % keyCount}` }))
}

/** All whole numbers between two, both included. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** A sorted copy. */
export function ascending(positions: readonly number[]): number[] {
  return positions.toSorted((a, b) => a - b)
}

/** Position of the only cursor. */
export async function cursorOf(store: Store): Promise<number> {
  const [cursor] = await store.read((tx) => tx.consumption.cursors())
  return cursor?.position ?? 0
}

/** Events in one transaction of {@link emitAll}: few enough that a log is made of many. */
const EMITTED_AT_ONCE = 100

/** Emits events, which get their positions in the order given; resolves when they have them. */
export async function emitAll(store: Store, events: readonly Partial<NewEvent>[]): Promise<void> {
  let token: string | undefined
  for (let from = 0; from < events.length; from += EMITTED_AT_ONCE) {
    const commit = await store.transaction(async (tx) => {
      for (const event of events.slice(from, from + EMITTED_AT_ONCE)) {
        const { position: _, ...rest } = anEvent(event)
        tx.emit(rest)
      }
    })
    token = commit.token
  }
  if (token !== undefined) await positionOf(store.feed, token)
}

/** A handler that writes the event to the ledger of `store`, after `before` had its say. */
export function writeLedger(store: Store, before: (event: StoredEvent) => unknown = () => {}): EventHandler {
  return async (event, consume) => {
    await before(event)
    await store.transaction(async (tx) => {
      await consume(tx)
      await stateOf(tx).ledger.append(event.key, event.position)
    })
  }
}

/** Positions in the ledger, in the order they were applied; of one key when it is given. */
export async function applied(store: Store, key?: string): Promise<number[]> {
  const entries = await store.read((tx) => stateOf(tx).ledger.list())
  return entries.filter((entry) => key === undefined || entry.key === key).map(({ number }) => number)
}

/** Runs of a random test, unless the harness says otherwise. */
export const RANDOM_RUNS = 15

/** Delays short enough for tests. */
export const quickRetry = { backoff: { firstMs: 1, maxMs: 4 } } as const

/** A consumer of `thing.happened`. */
export function aConsumer(
  store: Store,
  feed: Feed,
  handler: EventHandler,
  overrides: Partial<ConsumerOptions> & { readonly from?: 'now' } = {},
): Consumer {
  const { from, ...rest } = overrides
  return stopAtEnd(
    createConsumer({
      service: 'sink',
      store,
      runtime: testRuntime(),
      instance: 'one',
      retry: quickRetry,
      subscription: {
        consumer: 'main',
        source: 'source',
        feed,
        handlers: new Map([['thing.happened', handler]]),
        ...(from ? { from } : {}),
      },
      ...rest,
    }),
  )
}
