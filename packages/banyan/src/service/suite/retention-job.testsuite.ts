import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emitAll, testRuntime } from '../../events/suite/consumer.fixtures.ts'
import { seededRandom } from '../../kernel/random.ts'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import type { Store, StoreTransaction } from '../../store/store.ts'
import { createMetrics, type Metrics } from '../../telemetry/index.ts'
import { type JobClock, jobClock } from './job-clock.testsuite.ts'
import { type Retention, retentionPolicy } from '../define/retention.ts'
import { createRetentionJob, type RetentionJob } from '../retention/retention-job.ts'
import type { TestState } from '../../store/suite/test-state.testsuite.ts'
import { openTestStore } from '../../store/suite/test-store.testsuite.ts'
import { stateOf, testVariant } from '../../store/suite/test-variants.testsuite.ts'

const DAY_MS = 86_400_000
/** Longer than the longest pause between two looks. */
const LOOK_MS = 1_000_000

interface World {
  readonly store: Store
  /** The job's; the store has a real one. */
  readonly clock: JobClock
  readonly metrics: Metrics
  readonly job: RetentionJob
  /** Position up to which everybody has consumed. */
  consumed: number
  /** Names of fault points that throw, and how often they still do. */
  readonly crashes: Map<string, number>
}

async function withJob(harness: StoreHarness, retention: Retention, run: (world: World) => Promise<void>): Promise<void> {
  await using place = await harness.createPlace()
  const clock = jobClock()
  const crashes = new Map<string, number>()
  const at = (point: string): void => {
    const left = crashes.get(point) ?? 0
    crashes.set(point, left - 1)
    if (left > 0) throw new Error(`crash at ${point}`)
  }
  const storeRuntime = testRuntime({ faults: { at } })
  const runtime = { ...storeRuntime, clock: { ...storeRuntime.clock, ...clock }, random: seededRandom(7) }
  const store = await openTestStore(place, { service: 'shop', runtime: storeRuntime })
  const metrics = createMetrics()
  const job = createRetentionJob(
    { name: 'shop', store, repository: testVariant(place).repository as (database: unknown) => TestState, runtime, metrics },
    retentionPolicy('shop', retention),
  )
  const world: World = { store, clock, metrics, job, consumed: 0, crashes }
  job.start(async () => world.consumed)
  try {
    await run(world)
  } finally {
    await job.stop()
    await store.close()
  }
}

const removed = (metrics: Metrics, kind: string): string | undefined =>
  new RegExp(`banyan_retention_removed_total\\{service="shop",kind="${kind}"\\} (\\d+)`).exec(metrics.text())?.[1]

async function addSagas(store: Store, count: number, status: 'completed' | 'stuck', at: number, from = 0): Promise<void> {
  await store.transaction(async (tx) => {
    const open = {
      version: 1,
      input: '{}',
      output: null,
      failure: null,
      committed: true,
      rollbackRequested: null,
      wakeAt: null,
      deadlineAt: null,
      callerKeys: true,
    }
    for (let number = from; number < from + count; number++) {
      const id = `${status}-${number}`
      const saga = { id, name: 'order', status, owner: null, epoch: 0, correlationId: id, traceparent: '', createdAt: at, updatedAt: at }
      await tx.sagas.insert({ ...open, ...saga })
    }
  })
}

const sagaCount = async (store: Store): Promise<number> => (await store.read((tx) => tx.sagas.list({ limit: 1_000 }))).length

/** Thrown to undo what a look had to change. */
const UNDO = new Error('only a look')

/** Looks at what a transaction that changes things would find, and leaves everything as it was. */
async function look<T>(store: Store, body: (tx: StoreTransaction) => Promise<T>): Promise<T> {
  let found: T | undefined
  await assert.rejects(
    store.transaction(async (tx) => {
      found = await body(tx)
      throw UNDO
    }),
    UNDO,
  )
  return found as T
}

/** How many of these sagas have a signal. */
const signalsLeft = (store: Store, sagas: readonly string[]): Promise<number> =>
  look(store, async (tx) => {
    let left = 0
    for (const id of sagas) if ((await tx.sagas.takeSignal(id, 'go')) !== undefined) left++
    return left
  })

/** How many answers there are that expire up to a moment. */
const answersUntil = (store: Store, at: number): Promise<number> => look(store, (tx) => tx.idempotency.prune(at, 100))

/** Position with which the log begins, which is dense (S6). */
const firstPosition = async (store: Store): Promise<number> =>
  (await store.feed.head()) - (await store.read((tx) => tx.log.size())).events + 1

/** The job that removes what a service needs no more, on the stores of an adapter. */
export function testRetentionJob(harness: StoreHarness): void {
  test(`${harness.name}: ended sagas go after thirty days, in small batches, and stuck ones never`, async () => {
    await withJob(harness, {}, async ({ store, clock, metrics }) => {
      await addSagas(store, 45, 'completed', clock.now())
      await addSagas(store, 3, 'stuck', clock.now())
      clock.jump(29 * DAY_MS)
      await clock.advance(LOOK_MS)
      assert.equal(await sagaCount(store), 48)
      clock.jump(DAY_MS)
      await clock.advance(LOOK_MS)
      assert.equal(await sagaCount(store), 3)
      assert.equal(removed(metrics, 'sagas'), '45')
    })
  })

  test(`${harness.name}: a retention that is no whole number of milliseconds is honoured too`, async () => {
    await withJob(harness, { sagas: 10_000_000 / 3 }, async ({ store, clock }) => {
      await addSagas(store, 1, 'completed', clock.now())
      await clock.advance(LOOK_MS)
      assert.equal(await sagaCount(store), 1)
      clock.jump(DAY_MS)
      await clock.advance(LOOK_MS)
      assert.equal(await sagaCount(store), 0)
    })
  })

  test(`${harness.name}: P12: a signal for a saga that is never started goes away after its time; one for a saga that exists does not`, async () => {
    await withJob(harness, {}, async ({ store, clock, metrics }) => {
      await addSagas(store, 250, 'stuck', clock.now())
      const signal = { name: 'go', signalId: 'x', data: '{}', consumed: false, receivedAt: clock.now() }
      await store.transaction(async (tx) => {
        for (let number = 0; number < 250; number++) await tx.sagas.addSignal({ ...signal, sagaId: `stuck-${number}` })
        await tx.sagas.addSignal({ ...signal, sagaId: 'nobody' })
      })
      const left = () => signalsLeft(store, ['nobody', ...Array.from({ length: 250 }, (_, number) => `stuck-${number}`)])
      clock.jump(6 * DAY_MS)
      await clock.advance(LOOK_MS)
      assert.equal(await left(), 251)
      clock.jump(DAY_MS)
      await clock.advance(LOOK_MS)
      assert.equal(await left(), 250)
      assert.equal(removed(metrics, 'signals'), '1')
    })
  })

  test(`${harness.name}: a backlog shrinks while more ends than small batches would remove`, async () => {
    await withJob(harness, { sagas: 0 }, async ({ store, clock, metrics }) => {
      for (let from = 1_000_000; from < 1_005_000; from += 500) await addSagas(store, 500, 'completed', clock.now() - 1, from)
      const gone = (): number => Number(removed(metrics, 'sagas') ?? 0)
      while (gone() === 0) await clock.advance(100)
      const before = gone()
      for (let round = 1; round <= 5; round++) {
        await addSagas(store, 120, 'completed', clock.now() - 1, round * 10_000)
        await clock.advance(100)
      }
      assert.ok(gone() - before > 3_000, `${gone() - before} were removed while 600 came in`)
    })
  })

  test(`${harness.name}: answers for idempotency keys go when they expire, and not before`, async () => {
    await withJob(harness, {}, async ({ store, clock }) => {
      const answer = { scope: 'place', fingerprint: 'f', state: 'succeeded', reply: '{}', permits: null } as const
      for (const [key, expiresAt] of [
        ['old', clock.now() + DAY_MS],
        ['new', clock.now() + 9 * DAY_MS],
      ] as const)
        await store.transaction((tx) => tx.idempotency.save({ ...answer, key, expiresAt }))
      clock.jump(7 * DAY_MS)
      await clock.advance(LOOK_MS)
      assert.equal(await answersUntil(store, clock.now()), 0, 'what has expired is gone')
      assert.equal(await answersUntil(store, clock.now() + 9 * DAY_MS), 1, 'the other is there')
    })
  })

  test(`${harness.name}: events stay for ever unless the service says otherwise`, async () => {
    await withJob(harness, {}, async (world) => {
      await emitAll(world.store, [{ time: world.clock.now() }, { time: world.clock.now() }])
      world.consumed = 2
      world.clock.jump(4_000 * DAY_MS)
      await world.clock.advance(LOOK_MS)
      assert.equal((await world.store.feed.read(0, 10)).length, 2)
    })
  })

  test(`${harness.name}: with a retention, events go that are old enough and that every consumer has`, async () => {
    await withJob(harness, { events: '2d' }, async (world) => {
      const { store, clock } = world
      await emitAll(
        store,
        Array.from({ length: 1_000 }, () => ({ time: clock.now() })),
      )
      const first = () => firstPosition(store)
      clock.jump(3 * DAY_MS)
      await clock.advance(LOOK_MS)
      assert.equal(await first(), 1, 'nobody has consumed them')
      world.consumed = 600
      await clock.advance(LOOK_MS)
      assert.equal(await first(), 601)
      world.consumed = 1_000
      await clock.advance(LOOK_MS)
      assert.equal(await first(), 1_000, 'the newest stays')
      assert.equal(removed(world.metrics, 'events'), '999')
    })
  })

  test(`${harness.name}: rows of the service go by its own rule`, async () => {
    const visits = {
      name: 'visits',
      remove: ({ ledger }: TestState, now: number, limit: number) => ledger.removeBelow(now - DAY_MS, limit),
    }
    await withJob(harness, { rules: [visits] }, async ({ store, clock, metrics }) => {
      await store.transaction(async (tx) => {
        for (let n = 0; n < 500; n++) await stateOf(tx).ledger.append(`visit-${n}`, clock.now())
      })
      await clock.advance(LOOK_MS)
      assert.equal(removed(metrics, 'visits'), '0')
      clock.jump(DAY_MS)
      await clock.advance(LOOK_MS)
      assert.equal(removed(metrics, 'visits'), '500')
    })
  })

  test(`${harness.name}: a crash in the middle of a batch removes nothing of it, and the next look goes on`, async () => {
    await withJob(harness, {}, async ({ store, clock, crashes }) => {
      await addSagas(store, 30, 'completed', clock.now())
      clock.jump(31 * DAY_MS)
      crashes.set('store.shop.before-commit', 2)
      await clock.advance(60_000)
      assert.equal(await sagaCount(store), 30)
      await clock.advance(3 * LOOK_MS)
      assert.equal(await sagaCount(store), 0)
    })
  })

  test(`${harness.name}: a job that stopped does nothing more`, async () => {
    await withJob(harness, {}, async ({ store, clock, job }) => {
      await addSagas(store, 1, 'completed', clock.now())
      await job.stop()
      clock.jump(31 * DAY_MS)
      await clock.advance(LOOK_MS)
      assert.equal(await sagaCount(store), 1)
    })
  })
}
