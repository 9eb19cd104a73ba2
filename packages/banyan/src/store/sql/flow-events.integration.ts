import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sqliteHarness } from '../sqlite/sqlite-harness.testsuite.ts'
import { anEvent, openStore } from '../suite/store-harness.testsuite.ts'
import { LIST_LIMIT_MAX } from '../records/bounded-limit.ts'
import { eventsOfFlow } from './flow-events.ts'
import { sqlOf } from '../sql-of.ts'

test('a flow that is cut off says so, also at the longest list that a store gives; one that just fits does not', async () => {
  await using opened = await openStore(sqliteHarness)
  const { store } = opened
  const emit = (count: number): Promise<unknown> =>
    store.transaction(async (tx) => {
      for (let n = 0; n < count; n++) tx.emit(anEvent('k'))
      tx.emit({ ...anEvent('k'), correlationId: 'another' })
    })
  const flow = async (limit: number): Promise<readonly [number, boolean]> => {
    const { events, more } = await store.read((tx) => eventsOfFlow(sqlOf(tx), 'flow-1', limit))
    return [events.length, more]
  }
  for (let half = 0; half < 2; half++) await emit(LIST_LIMIT_MAX / 2)
  assert.deepEqual(await flow(LIST_LIMIT_MAX), [LIST_LIMIT_MAX, false])
  assert.deepEqual(await flow(2), [2, true])
  await emit(1)
  assert.deepEqual(await flow(LIST_LIMIT_MAX), [LIST_LIMIT_MAX, true])
  assert.deepEqual(await flow(LIST_LIMIT_MAX + 5), [LIST_LIMIT_MAX, true])
})
