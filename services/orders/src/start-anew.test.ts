import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SagaDefinition } from 'banyan'
import type { OrdersTransaction } from './define.ts'
import { startAnew } from './start-anew.ts'

/** Returns what is started anew after sagas of these states, the first of them with the plain id. */
async function startedAfter(...states: string[]): Promise<unknown> {
  let started: unknown
  const tx = {
    sagaStatus: async (id: string) => states[id === 'cancel:o' ? 0 : Number(id.split(':')[2]) - 1],
    start: async (_saga: unknown, options: unknown) => void (started = options),
  }
  const saga = {} as SagaDefinition<object, unknown, unknown>
  await startAnew(tx as unknown as OrdersTransaction, saga, { id: 'cancel:o', input: (earlier) => earlier })
  return started
}

test('starts under the next id once all before have ended, and tells whether one of them went through', async () => {
  assert.deepEqual(await startedAfter(), { id: 'cancel:o', input: { isAnyCompleted: false } })
  assert.deepEqual(await startedAfter('compensated'), { id: 'cancel:o:2', input: { isAnyCompleted: false } })
  assert.deepEqual(await startedAfter('completed', 'compensated'), { id: 'cancel:o:3', input: { isAnyCompleted: true } })
})

test('leaves one alone that is under way, or that waits for a person', async () => {
  for (const state of ['running', 'compensating', 'stuck']) assert.equal(await startedAfter('completed', state), undefined)
})
