import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StoredEvent } from '../records/feed.ts'
import { anEvent, counter, promise, STRESS_ROUNDS, type StoreHarness } from './store-harness.testsuite.ts'
import { stateOf } from './test-variants.testsuite.ts'
import type { Store } from '../store.ts'

/** What the stress is put to: a store, or a planted mistake that it must find. */
export interface OrderSubject {
  /** One handler: locks the key, adds one to its version, emits an event with it. Half of the writers touch another row first. */
  write(key: string, writer: number, touchFirst: boolean): Promise<void>
  read(after: number): Promise<readonly Pick<StoredEvent, 'position' | 'key' | 'data'>[]>
  /** Version that a key has in the end. */
  version(key: string): Promise<number>
}

/** What a reader that followed the log found wrong. */
export interface OrderReport {
  readonly committed: number
  readonly seen: number
  /** Versions that committed and were never seen. */
  readonly lost: number
  /** Events whose version is not the next of their key. */
  readonly inverted: number
  /** Steps between positions other than one. */
  readonly gaps: number
}

const WRITERS = 20
const KEYS = ['k0', 'k1', 'k2', 'k3', 'k4']

/** How long a store may take to show what is committed, when nothing more comes. */
const QUIET_MS = 1_000

/** Twenty writers on five shared keys, with a reader that follows the log meanwhile (`messaging.md`, section 3.1). */
export async function orderStress(subject: OrderSubject, rounds: number, quietMs: number): Promise<OrderReport> {
  const seen: Seen[] = []
  const expected = { events: Number.POSITIVE_INFINITY }
  const following = followLog(subject, seen, expected, quietMs)
  const write = async (writer: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      await subject.write(KEYS[(writer * 7 + round) % KEYS.length] as string, writer, writer % 2 === 0)
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)))
  let committed = 0
  for (const key of KEYS) committed += await subject.version(key)
  expected.events = committed
  await following
  return report(seen, committed)
}

interface Seen {
  readonly position: number
  readonly key: string
  readonly version: number
}

/** Reads until everything was seen, or nothing came for a while after the writers ended. */
async function followLog(subject: OrderSubject, seen: Seen[], expected: { events: number }, quietMs: number): Promise<void> {
  let newest = performance.now()
  while (seen.length < expected.events && (expected.events === Number.POSITIVE_INFINITY || performance.now() < newest + quietMs)) {
    const page = await subject.read(seen.at(-1)?.position ?? 0)
    for (const { position, key, data } of page) seen.push({ position, key, version: (JSON.parse(data) as { version: number }).version })
    if (page.length > 0 || expected.events === Number.POSITIVE_INFINITY) newest = performance.now()
    await nextTurn()
  }
}

function report(seen: readonly Seen[], committed: number): OrderReport {
  const last = new Map<string, number>()
  let inverted = 0
  let gaps = 0
  let position = 0
  for (const event of seen) {
    if (event.position !== ++position) gaps++
    position = event.position
    if (event.version < (last.get(event.key) ?? 0)) inverted++
    last.set(event.key, Math.max(event.version, last.get(event.key) ?? 0))
  }
  const distinct = new Set(seen.map(({ key, version }) => `${key}:${version}`)).size
  return { committed, seen: seen.length, lost: committed - distinct, inverted, gaps }
}

/** S6 under load. */
export function testOrder(harness: StoreHarness): void {
  const rounds = harness.stressRounds ?? STRESS_ROUNDS
  promise(harness, 'S6 twenty writers on shared keys: nothing lost, nothing out of order, positions dense', async ({ store }) => {
    const found = await orderStress(storeSubject(store), rounds, QUIET_MS)
    const committed = WRITERS * rounds
    assert.deepEqual(found, { committed, seen: committed, lost: 0, inverted: 0, gaps: 0 })
  })
}

function storeSubject(store: Store): OrderSubject {
  return {
    async write(key, writer, touchFirst) {
      await store.transaction(async (tx) => {
        if (touchFirst) await stateOf(tx).touch(writer)
        const version = await stateOf(tx).counters.add(key)
        tx.emit(anEvent(key, { version }))
      })
    },
    read: (after) => store.feed.read(after, 100),
    version: (key) => counter(store, key),
  }
}
