import assert from 'node:assert/strict'
import type { SagaStatus } from '../records/saga-records.ts'
import { anEvent, positionOf, promise, readAll, rejectsWith, START_MS, type StoreHarness } from './store-harness.testsuite.ts'
import { aSaga, aStep } from './store-sagas.testsuite.ts'
import type { Store } from '../store.ts'

const DAY_MS = 86_400_000

/** Removal of what is no longer needed: what goes, what stays, and that the log stays dense (S6). */
export function testRetention(harness: StoreHarness): void {
  testSagaRemoval(harness)
  testEventRemoval(harness)

  promise(harness, 'retention: the audit trail loses its oldest entries only, a few at a time', async ({ store }) => {
    const entry = (at: number) => ({ at, actor: 'ann', action: 'event.skip', subject: 'orders/1', reason: 'sent twice' })
    for (const at of [1, 2, 3, 40]) await store.transaction((tx) => tx.audit.append(entry(at)))
    const remove = async (limit: number) => (await store.transaction((tx) => tx.retention.removeAudit(10, limit))).value
    assert.equal(await remove(2), 2)
    assert.equal(await remove(2), 1)
    assert.equal(await remove(2), 0)
    assert.deepEqual(await store.read((tx) => tx.audit.list(10)), [entry(40)])
  })
}

async function addSaga(store: Store, id: string, status: SagaStatus, updatedAt: number): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.sagas.insert(aSaga({ id, status, createdAt: updatedAt, updatedAt }))
    for (const number of [1, 2]) await tx.sagas.saveSteps([aStep({ sagaId: id, name: `step-${number}`, number, state: 'done' })])
    await tx.sagas.addSignal({ sagaId: id, name: 'paid', signalId: '1', data: '{}', consumed: false, receivedAt: updatedAt })
  })
}

function testSagaRemoval(harness: StoreHarness): void {
  promise(harness, 'retention: sagas that ended long ago go with their steps and signals; open and stuck ones never', async ({ store }) => {
    const statuses: SagaStatus[] = ['running', 'waiting', 'compensating', 'completed', 'compensated', 'stuck']
    for (const status of statuses) await addSaga(store, status, status, 100)
    await addSaga(store, 'young', 'completed', 500)
    assert.equal((await store.transaction((tx) => tx.retention.removeSagas(500, 100))).value, 2)
    const left = await store.read((tx) => tx.sagas.list({ limit: 100 }))
    assert.deepEqual(
      left.map(({ id }) => id),
      ['compensating', 'running', 'stuck', 'waiting', 'young'],
    )
    const isLeft = new Set(left.map(({ id }) => id))
    for (const id of [...statuses, 'young']) {
      assert.equal((await store.read((tx) => tx.sagas.steps(id))).length, isLeft.has(id) ? 2 : 0, id)
      const signal = await store.transaction((tx) => tx.sagas.takeSignal(id, 'paid'))
      assert.equal(signal.value !== undefined, isLeft.has(id), id)
    }
  })

  promise(harness, 'retention: sagas go oldest first, at most as many as asked for', async ({ store }) => {
    for (const number of [3, 1, 2]) await addSaga(store, `s${number}`, 'completed', number)
    assert.equal((await store.transaction((tx) => tx.retention.removeSagas(100, 2))).value, 2)
    assert.deepEqual(
      (await store.read((tx) => tx.sagas.list({ limit: 9 }))).map(({ id }) => id),
      ['s3'],
    )
  })

  promise(harness, 'retention: a removal that does not commit removes nothing', async ({ store }) => {
    await addSaga(store, 's1', 'completed', 1)
    const failed = store.transaction(async (tx) => {
      assert.equal(await tx.retention.removeSagas(100, 10), 1)
      throw new Error('crash')
    })
    await assert.rejects(failed, /crash/)
    assert.equal((await store.read((tx) => tx.sagas.steps('s1'))).length, 2)
  })
}

async function emit(store: Store, count: number, time: number): Promise<void> {
  const { token } = await store.transaction(async (tx) => {
    for (let n = 0; n < count; n++) tx.emit({ ...anEvent('a'), time })
  })
  await positionOf(store.feed, token)
}

const positions = async (store: Store, after: number, limit = 100) => (await store.feed.read(after, limit)).map(({ position }) => position)

function testEventRemoval(harness: StoreHarness): void {
  const remove = async (store: Store, upTo: number, before: number, limit = 100) =>
    (await store.transaction((tx) => tx.retention.removeEvents(upTo, before, limit))).value

  promise(harness, 'S6 events go from the beginning only, so that the rest stays dense', async ({ store, open }) => {
    await emit(store, 3, START_MS)
    await emit(store, 1, START_MS + DAY_MS)
    await emit(store, 3, START_MS) // older than its predecessor: clocks are set back
    assert.equal(await remove(store, 7, START_MS + 1), 3, 'the fourth is too young, so those behind it stay as well')
    await store.close()
    const again = await open()
    assert.deepEqual(await positions(again, 3), [4, 5, 6, 7])
    assert.equal(await again.feed.head(), 7)
    await emit(again, 1, START_MS)
    assert.deepEqual(await positions(again, 6), [7, 8])
  })

  promise(harness, 'S6 a reader who needs a removed event is told so, and is never led past it', async ({ store, open }) => {
    await emit(store, 5, START_MS)
    assert.equal(await remove(store, 3, START_MS + 1), 3)
    await store.close()
    const { feed } = await open()
    for (const after of [0, 1, 2]) await rejectsWith(feed.read(after, 10), 'failed_precondition', /log begins at 4/)
    assert.deepEqual(
      (await feed.read(3, 1)).map(({ position }) => position),
      [4],
    )
  })

  promise(harness, 'S6 events beyond the given position, and the newest, stay; no position is used again', async ({ store, open }) => {
    await emit(store, 6, START_MS)
    assert.equal(await remove(store, 2, START_MS + 1), 2)
    assert.equal(await remove(store, 6, START_MS + 1, 2), 2, 'at most as many as asked for')
    assert.equal(await remove(store, Number.MAX_SAFE_INTEGER, START_MS + 1), 1)
    assert.equal(await remove(store, Number.MAX_SAFE_INTEGER, START_MS + 1), 0)
    await store.close()
    const again = await open()
    await emit(again, 1, START_MS)
    assert.deepEqual(await positions(again, 5), [6, 7])
  })

  promise(harness, 'S6 nothing goes from an empty log', async ({ store }) => {
    assert.equal(await remove(store, 10, START_MS), 0)
    assert.deepEqual(await readAll(store.feed, 0), [])
  })
}
