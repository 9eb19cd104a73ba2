import assert from 'node:assert/strict'
import { READY_AT, type SagaChange, type SagaRecord, type SagaSignalRecord, type SagaStepRecord } from '../records/saga-records.ts'
import { promise, rejectsWith, START_MS, type StoreHarness } from './store-harness.testsuite.ts'
import type { Store, StoreTransaction } from '../store.ts'

/** The journal of sagas, their signals, and the leases of those who run them (P3, P8, P12, P14). */
export function testSagas(harness: StoreHarness): void {
  testJournal(harness)
  testClaims(harness)
  testSignals(harness)
}

/** Builds the record of a saga that runs. */
export function aSaga(overrides: Partial<SagaRecord> = {}): SagaRecord {
  return {
    id: 's1',
    name: 'place-order',
    version: 1,
    status: 'running',
    input: '{"n":1}',
    output: null,
    failure: null,
    committed: false,
    rollbackRequested: null,
    wakeAt: null,
    deadlineAt: null,
    owner: null,
    epoch: 0,
    callerKeys: true,
    correlationId: 'flow',
    traceparent: 'tp',
    createdAt: 1,
    updatedAt: 1,
    ...overrides,
  }
}

/** Builds the record of a step of {@link aSaga} that has started. */
export function aStep(overrides: Partial<SagaStepRecord> = {}): SagaStepRecord {
  return {
    sagaId: 's1',
    name: 'reserve',
    number: 1,
    state: 'started',
    output: null,
    error: null,
    attempts: 1,
    compensationAttempts: 0,
    startedAt: 5,
    endedAt: null,
    ...overrides,
  }
}

const KIND = { name: 'place-order', version: 1 }
const KINDS = [KIND]
const insert = async (store: Store, ...sagas: SagaRecord[]): Promise<boolean[]> =>
  (
    await store.transaction(async (tx) => {
      const inserted: boolean[] = []
      for (const saga of sagas) inserted.push(await tx.sagas.insert(saga))
      return inserted
    })
  ).value
const claim = async (store: Store, owner: string, now: number, limit = 10): Promise<string[]> =>
  (await store.transaction((tx) => tx.sagas.claim(owner, now, limit, KINDS))).value.map(({ id }) => id).toSorted()
const renew = async (store: Store, instance: string, expiresAt: number, now: number): Promise<boolean> =>
  (await store.transaction((tx) => tx.leases.renew(instance, expiresAt, now))).value
const find = (store: Store, id = 's1') => store.read((tx) => tx.sagas.find(id))

function testJournal(harness: StoreHarness): void {
  promise(harness, 'sagas: a saga comes back whole; its id is taken once', async ({ store }) => {
    assert.deepEqual(await insert(store, aSaga()), [true])
    assert.deepEqual(await insert(store, aSaga({ input: 'other' })), [false])
    assert.deepEqual(await find(store), aSaga())
    assert.equal(await find(store, 'none'), undefined)
  })

  promise(harness, 'sagas: a change touches only its fields, and only for the current epoch', async ({ store }) => {
    await insert(store, aSaga({ epoch: 3 }))
    await store.transaction((tx) => tx.sagas.update('s1', 3, { status: 'compensating', committed: true, wakeAt: 50, failure: '{}' }))
    assert.deepEqual(await find(store), aSaga({ epoch: 3, status: 'compensating', committed: true, wakeAt: 50, failure: '{}' }))
    await store.transaction((tx) => tx.sagas.update('s1', 3, { wakeAt: null, committed: false, failure: null }))
    assert.deepEqual(await find(store), aSaga({ epoch: 3, status: 'compensating' }))
    const stale = store.transaction(async (tx) => {
      await tx.sagas.saveSteps([aStep()])
      await tx.sagas.update('s1', 2, { status: 'completed' })
    })
    await rejectsWith(stale, 'fenced', /s1/)
    await rejectsWith(
      store.transaction((tx) => tx.sagas.update('s1', 2, {})),
      'fenced',
    )
    assert.deepEqual(await store.read((tx) => tx.sagas.steps('s1')), [], 'what rode with the stale change is gone')
  })

  promise(harness, 'sagas: a request from outside changes a saga whoever runs it', async ({ store }) => {
    await insert(store, aSaga({ epoch: 3, owner: 'a' }))
    const answers = await store.transaction(async (tx) => [
      await tx.sagas.updateAny('s1', { rollbackRequested: 'ann: wrong address' }),
      await tx.sagas.updateAny('none', { wakeAt: 1 }),
    ])
    assert.deepEqual(answers.value, [true, false])
    assert.equal((await find(store))?.rollbackRequested, 'ann: wrong address')
    assert.equal((await find(store))?.epoch, 3)
    const told = await store.transaction(async (tx) => [
      await tx.sagas.update('s1', 3, {}),
      await tx.sagas.update('s1', 3, { updatedAt: 7 }),
    ])
    assert.deepEqual(told.value, ['ann: wrong address', 'ann: wrong address'], 'whoever runs it hears of it with its next change')
  })

  promise(harness, 'sagas: steps are found by name and come in the order of their start', async ({ store }) => {
    await store.transaction(async (tx) => {
      await tx.sagas.saveSteps([aStep({ name: 'charge', number: 2 }), aStep()])
      await tx.sagas.saveSteps([aStep({ sagaId: 's2' })])
      await tx.sagas.saveSteps([])
    })
    const done = aStep({ state: 'done', output: '{"id":1}', attempts: 2, compensationAttempts: 1, error: 'e', endedAt: 9 })
    const many = Array.from({ length: 45 }, (_, index) => aStep({ name: `item/${index}`, number: index + 3 }))
    await store.transaction((tx) => tx.sagas.saveSteps([done, ...many]))
    assert.deepEqual(await store.read((tx) => tx.sagas.steps('s1')), [done, aStep({ name: 'charge', number: 2 }), ...many])
  })

  promise(harness, 'sagas: lists filter and page by id; counts tell each status', async ({ store }) => {
    await insert(store, aSaga({ id: 'a' }), aSaga({ id: 'b', status: 'stuck' }), aSaga({ id: 'c', name: 'other', correlationId: 'x' }))
    const ids = async (filter: object, limit = 10) => (await store.read((tx) => tx.sagas.list({ ...filter, limit }))).map(({ id }) => id)
    assert.deepEqual(await ids({}), ['a', 'b', 'c'])
    assert.deepEqual(await ids({}, 2), ['a', 'b'])
    assert.deepEqual(await ids({ after: 'b' }), ['c'])
    assert.deepEqual(await ids({ status: 'stuck', name: 'place-order' }), ['b'])
    assert.deepEqual(await ids({ correlationId: 'x' }), ['c'])
    assert.deepEqual(await store.read((tx) => tx.sagas.counts()), [
      { name: 'other', status: 'running', count: 1 },
      { name: 'place-order', status: 'running', count: 1 },
      { name: 'place-order', status: 'stuck', count: 1 },
    ])
  })
}

function testClaims(harness: StoreHarness): void {
  promise(harness, 'sagas: how many are open is right whatever becomes of them', async ({ store }) => {
    const isOpen = ({ status }: { status: string }): boolean => status !== 'completed' && status !== 'compensated'
    async function assertRight(): Promise<void> {
      const [open, all] = await store.read(async (tx) => [await tx.sagas.countOpen(), await tx.sagas.counts()] as const)
      assert.deepEqual(open, all.filter(isOpen))
    }
    const change = (id: string, fields: SagaChange) => store.transaction((tx) => tx.sagas.updateAny(id, fields))
    await insert(store, aSaga({ id: 'runs', owner: 'me' }), aSaga({ id: 'rests', status: 'waiting', wakeAt: 5 }), aSaga({ id: 'rests' }))
    await insert(store, aSaga({ id: 'over', status: 'completed' }), aSaga({ id: 'other', name: 'refund', status: 'waiting', wakeAt: 9 }))
    await assertRight()
    await change('runs', { owner: null, status: 'waiting', wakeAt: 7 })
    await assertRight()
    await change('runs', { owner: null, status: 'stuck', wakeAt: null })
    await change('other', { status: 'stuck', wakeAt: null })
    await assertRight()
    await change('other', { status: 'compensating', wakeAt: READY_AT })
    assert.deepEqual(await claim(store, 'me', 8), ['rests'])
    await assertRight()
    await change('rests', { owner: null, status: 'completed' })
    await change('runs', { status: 'compensated' })
    await assertRight()
    const failed = store.transaction(async (tx) => {
      await tx.sagas.updateAny('other', { status: 'completed' })
      throw new Error('no')
    })
    await assert.rejects(failed, /no/)
    await assertRight()
  })

  promise(harness, 'sagas: a claim takes what is open and due, sets the owner and bumps the epoch', async ({ store }) => {
    await insert(
      store,
      aSaga({ id: 'free' }),
      aSaga({ id: 'rolling-back', status: 'compensating' }),
      aSaga({ id: 'slept', status: 'waiting', wakeAt: 100 }),
      aSaga({ id: 'sleeps', status: 'waiting', wakeAt: 101 }),
      aSaga({ id: 'retries-later', wakeAt: 500 }),
      aSaga({ id: 'waits-for-signal', status: 'waiting' }),
      aSaga({ id: 'waits-for-person', status: 'stuck' }),
      aSaga({ id: 'done', status: 'completed' }),
      aSaga({ id: 'undone', status: 'compensated' }),
    )
    assert.equal(await store.read((tx) => tx.sagas.nextWake(KINDS)), 100)
    assert.deepEqual(await claim(store, 'me', 100), ['free', 'rolling-back', 'slept'])
    const taken = await find(store, 'slept')
    assert.deepEqual([taken?.owner, taken?.epoch, taken?.wakeAt], ['me', 1, null])
    assert.deepEqual(await claim(store, 'me', 100), [], 'what it has is not claimed again')
    const owned = await store.read((tx) => tx.sagas.owned('me', 10))
    assert.deepEqual(owned.toSorted(), ['free', 'rolling-back', 'slept'])
    assert.equal(await store.read((tx) => tx.sagas.nextWake(KINDS)), 101)
  })

  promise(harness, 'sagas: a claim leaves kinds that the program does not know untouched (P13)', async ({ store }) => {
    await insert(
      store,
      aSaga({ id: 'known' }),
      aSaga({ id: 'newer', version: 2 }),
      aSaga({ id: 'other', name: 'refund', status: 'waiting', wakeAt: 50 }),
    )
    const claimed = await store.transaction((tx) => tx.sagas.claim('me', 100, 10, KINDS))
    assert.deepEqual(
      claimed.value.map(({ id }) => id),
      ['known'],
    )
    assert.deepEqual(await find(store, 'newer'), aSaga({ id: 'newer', version: 2 }))
    assert.equal(await store.read((tx) => tx.sagas.nextWake(KINDS)), undefined)
    assert.equal(await store.read((tx) => tx.sagas.nextWake([...KINDS, { name: 'refund', version: 1 }])), 50)
  })

  promise(harness, 'sagas: a claim takes at most its limit', async ({ store }) => {
    await insert(store, ...Array.from({ length: 9 }, (_, n) => aSaga({ id: `s${n}` })))
    assert.equal((await claim(store, 'me', 1, 4)).length, 4)
  })

  promise(harness, 'sagas: what another owns is left alone while its lease holds, and taken when it ended', async ({ store }) => {
    await insert(store, aSaga({ id: 'theirs' }))
    assert.equal(await renew(store, 'them', 100, 0), true)
    assert.deepEqual(await claim(store, 'them', 1), ['theirs'])
    assert.deepEqual(await claim(store, 'me', 99), [])
    assert.equal((await store.transaction((tx) => tx.sagas.claimOne('theirs', 'me', 99))).value, undefined)
    assert.deepEqual(await claim(store, 'me', 100), ['theirs'])
    assert.equal((await find(store, 'theirs'))?.epoch, 2)
    await rejectsWith(
      store.transaction((tx) => tx.sagas.update('theirs', 1, { status: 'completed' })),
      'fenced',
    )
  })

  promise(harness, 'sagas: an instance that never had a lease, or released it, owns nothing', async ({ store }) => {
    await insert(store, aSaga({ id: 'ghost', owner: 'ghost' }), aSaga({ id: 'left', owner: 'leaver' }))
    await renew(store, 'leaver', 1_000, 0)
    assert.deepEqual(await claim(store, 'me', 1), ['ghost'])
    await store.transaction((tx) => tx.leases.release('leaver'))
    assert.deepEqual(await claim(store, 'me2', 1), ['ghost', 'left'])
  })

  promise(harness, 'sagas: claimOne takes one saga whenever it is due, unless it is final', async ({ store }) => {
    await insert(store, aSaga({ id: 'later', status: 'stuck' }), aSaga({ id: 'done', status: 'completed' }))
    const claimOne = async (id: string) => (await store.transaction((tx) => tx.sagas.claimOne(id, 'me', 1))).value
    assert.deepEqual(await claimOne('later'), aSaga({ id: 'later', status: 'stuck', owner: 'me', epoch: 1 }))
    assert.equal(await claimOne('done'), undefined)
    assert.equal(await claimOne('none'), undefined)
  })

  promise(harness, 'sagas: several that claim at once share the sagas, none gets one twice', async ({ store }) => {
    await insert(store, ...Array.from({ length: 30 }, (_, n) => aSaga({ id: `s${n}` })))
    const owners = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const owner of owners) await renew(store, owner, 100, 0)
    const taken = await Promise.all(owners.map((owner) => claim(store, owner, 1, 5)))
    const all = taken.flat()
    assert.equal(new Set(all).size, all.length)
    for (const [index, owner] of owners.entries()) {
      for (const id of taken[index] as string[]) assert.equal((await find(store, id))?.owner, owner)
    }
  })

  promise(
    harness,
    'sagas: what is ready is claimed whatever the clock says; a clock set back lets nothing rest longer',
    async ({ store }) => {
      const [then, now] = [START_MS, START_MS - 1_800_000]
      const rests = { owner: null, epoch: 0, status: 'waiting' } as const
      await store.transaction(async ({ sagas }) => {
        await sagas.insert(aSaga({ ...rests, id: 'ready', wakeAt: READY_AT, updatedAt: then }))
        await sagas.insert(aSaga({ ...rests, id: 'resting', wakeAt: then + 5_000, updatedAt: then }))
        await sagas.insert(aSaga({ ...rests, id: 'later', wakeAt: then, updatedAt: now }))
        await sagas.insert(aSaga({ ...rests, id: 'stuck', status: 'stuck', wakeAt: null, updatedAt: then }))
      })
      const claim = async (): Promise<string[]> =>
        (await store.transaction((tx) => tx.sagas.claim('one', now, 10, KINDS))).value.map(({ id }) => id).toSorted()
      assert.deepEqual(await claim(), ['ready'])
      assert.deepEqual((await store.transaction((tx) => tx.sagas.clockSetBack(now, KIND))).value, { woken: 1, next: undefined })
      assert.deepEqual(await claim(), ['resting'])
      assert.deepEqual((await store.transaction((tx) => tx.sagas.clockSetBack(now, KIND))).value, { woken: 0, next: undefined })
    },
  )

  promise(harness, 'leases: one that was not renewed can be ended; one that was cannot', async ({ store }) => {
    const commit = <T>(body: (tx: StoreTransaction) => Promise<T>): Promise<T> => store.transaction(body).then(({ value }) => value)
    await commit((tx) => tx.leases.renew('silent', START_MS + 9_999_999, START_MS))
    assert.deepEqual(await commit((tx) => tx.leases.others('one')), [{ instance: 'silent', expiresAt: START_MS + 9_999_999 }])
    assert.deepEqual(await commit((tx) => tx.leases.others('silent')), [])
    await commit((tx) => tx.leases.end('silent', START_MS))
    assert.equal((await commit((tx) => tx.leases.others('one'))).length, 1, 'it was renewed meanwhile')
    await commit((tx) => tx.sagas.insert(aSaga({ id: 'held', owner: 'silent' })))
    await commit((tx) => tx.leases.end('silent', START_MS + 9_999_999))
    assert.deepEqual(
      (await commit((tx) => tx.sagas.claim('one', START_MS, 10, KINDS))).map(({ id }) => id),
      ['held'],
    )
  })

  promise(harness, 'leases: an instance that was taken over learns of it; one that nobody took over goes on', async ({ store }) => {
    assert.equal(await renew(store, 'sleeper', 10, 0), true)
    assert.equal(await renew(store, 'sleeper', 20, 15), true, 'its lease had ended, but nobody took over')
    await claim(store, 'sleeper', 25)
    assert.equal(await renew(store, 'sleeper', 30, 26), true, 'its own claim does not end its lease')
    await claim(store, 'me', 31)
    assert.equal(await renew(store, 'sleeper', 50, 32), false)
    await store.transaction((tx) => tx.leases.release('sleeper'))
    assert.equal(await renew(store, 'sleeper', 50, 33), true, 'after it forgot what it ran, it starts anew')
  })
}

function testSignals(harness: StoreHarness): void {
  const aSignal = (overrides: Partial<SagaSignalRecord> = {}): SagaSignalRecord => {
    return { sagaId: 's1', name: 'paid', signalId: 'x', data: '{}', consumed: false, receivedAt: 1, ...overrides }
  }
  const add = async (store: Store, signal: SagaSignalRecord) => (await store.transaction((tx) => tx.sagas.addSignal(signal))).value
  const take = async (store: Store, name = 'paid') => (await store.transaction((tx) => tx.sagas.takeSignal('s1', name))).value

  promise(harness, 'signals: one that comes before its saga is kept; each id is delivered once (P12)', async ({ store }) => {
    assert.equal(await add(store, aSignal()), true)
    assert.equal(await add(store, aSignal()), false)
    await insert(store, aSaga())
    assert.equal(await take(store, 'other'), undefined)
    assert.deepEqual(await take(store), aSignal({ consumed: true }))
    assert.equal(await take(store), undefined)
    assert.equal(await add(store, aSignal()), false, 'also after it was taken')
  })

  promise(harness, 'signals: the oldest is taken first, whatever its id', async ({ store }) => {
    for (const signalId of ['z', 'm', 'a']) await add(store, aSignal({ signalId }))
    assert.deepEqual([(await take(store))?.signalId, (await take(store))?.signalId, (await take(store))?.signalId], ['z', 'm', 'a'])
  })

  promise(harness, 'signals: a signal is not lost when the transaction that took it fails', async ({ store }) => {
    await add(store, aSignal())
    const failed = store.transaction(async (tx) => {
      assert.ok(await tx.sagas.takeSignal('s1', 'paid'))
      throw new Error('no')
    })
    await assert.rejects(failed, /no/)
    assert.equal((await take(store))?.signalId, 'x')
  })

  promise(harness, 'signals: those of final sagas and of sagas that were never started are pruned, no others', async ({ store }) => {
    await insert(store, aSaga(), aSaga({ id: 'done', status: 'completed' }))
    await add(store, aSignal({ signalId: 'waits', receivedAt: 1 }))
    await add(store, aSignal({ sagaId: 'done', signalId: 'final', receivedAt: 9 }))
    await add(store, aSignal({ sagaId: 'never', signalId: 'old', receivedAt: 1 }))
    await add(store, aSignal({ sagaId: 'not-yet', signalId: 'new', receivedAt: 9 }))
    const prune = async (behind: number) => (await store.transaction((tx) => tx.sagas.pruneSignals(5, 2, behind))).value
    const first = await prune(0)
    assert.equal(first.removed, 1, 'that of the final saga; the first page ends behind it')
    const second = await prune(first.next as number)
    assert.equal(second.removed, 1, 'that which no saga came for')
    assert.equal((await prune(second.next as number)).next, undefined)
    assert.equal((await prune(0)).removed, 0)
    assert.equal((await take(store))?.signalId, 'waits')
    const early = await store.transaction((tx) => tx.sagas.takeSignal('not-yet', 'paid'))
    assert.equal(early.value?.signalId, 'new')
  })
}
