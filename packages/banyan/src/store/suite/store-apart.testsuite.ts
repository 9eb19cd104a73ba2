import assert from 'node:assert/strict'
import { counter, promise, rejectsWith, type StoreHarness } from './store-harness.testsuite.ts'
import type { StoreReader } from '../store.ts'
import { stateOf } from './test-variants.testsuite.ts'

/** A store in this process cannot commit while it reads; then the test shows no more than that the snapshot stays. */
const ASKED_MAX = 10_000

/** S11: what long reads do to others, and who ends them. */
export function testReadsApart(harness: StoreHarness): void {
  promise(harness, 'S11 a read apart keeps its snapshot while others commit, over several statements', async ({ store }) => {
    await store.transaction((tx) => stateOf(tx).counters.add('a'))
    let commit: Promise<unknown> | undefined
    const seen = await store.readApart(async (tx) => {
      let isCommitted = false
      const first = await versionIn(tx)
      commit = store.transaction((write) => stateOf(write).counters.add('a')).then(() => (isCommitted = true))
      for (let asked = 0; asked < ASKED_MAX && !isCommitted; asked++) await versionIn(tx) // a body awaits only its store (S5)
      return [first, await versionIn(tx)]
    })
    await commit
    assert.deepEqual(seen, [1, 1])
    assert.equal(await store.readApart(versionIn), 2)
  })

  const skip = harness.features.apart ? false : 'feature apart: the adapter answers in the process that asks'

  const goesOn = 'S11 commits and reads go on while a statement of a read apart runs'
  promise(
    harness,
    goesOn,
    async ({ store }) => {
      const stop = new AbortController()
      const reading = store.readApart((tx) => endless(tx), { signal: stop.signal })
      reading.catch(() => {})
      for (let round = 0; round < 20; round++) await store.transaction((tx) => stateOf(tx).counters.add('b'))
      assert.equal(await counter(store, 'b'), 20)
      stop.abort()
      await rejectsWith(reading, 'cancelled', /nobody waits/)
    },
    skip,
  )

  promise(
    harness,
    'S11 a read apart ends at its time limit, in the middle of a statement, and the next one runs',
    async ({ store }) => {
      await rejectsWith(
        store.readApart((tx) => endless(tx), { timeoutMs: 300 }),
        'deadline_exceeded',
        /0\.3 s/,
      )
      for (let round = 0; round < 3; round++) assert.deepEqual(await store.readApart((tx) => stateOf(tx).counters.list()), [])
    },
    skip,
  )

  promise(harness, 'S11 a read apart cannot write', async ({ store }) => {
    await rejectsWith(
      store.readApart((tx) => stateOf(tx).counters.add('c')),
      'misuse',
      /cannot write/,
    )
    assert.equal(await counter(store, 'c'), 0)
  })

  promise(harness, 'S11 a read apart has the toolkit’s records and the values of a read', async ({ store }) => {
    await store.transaction(async (tx) => {
      await stateOf(tx).counters.set('π "quoted" \n ☂', Number.MAX_SAFE_INTEGER)
      await tx.timers.schedule({ id: 't', name: 'n', dueAt: 1, data: '{}', attempts: 0, correlationId: 'c' })
    })
    const read = async (tx: StoreReader) => [await tx.timers.nextDue(), await stateOf(tx).counters.list()]
    assert.deepEqual(await store.readApart(read), await store.read(read))
  })
}

function versionIn(tx: StoreReader): Promise<number | undefined> {
  return stateOf(tx).counters.get('a')
}

function endless(tx: StoreReader): Promise<unknown> {
  return stateOf(tx).endless?.() ?? assert.fail('the feature is declared: apart')
}
