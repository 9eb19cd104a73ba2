import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime } from '../../kernel/runtime.ts'
import type { SagaRecord } from '../../store/records/saga-records.ts'
import type { Store, StoreTransaction } from '../../store/store.ts'
import { Claimer } from './claimer.ts'
import { JOURNAL_BYTES_MAX } from '../run/journal-bytes.ts'
import { manualClock } from '../suite/manual-clock.testsuite.ts'

/** Takes over what is due, and returns how many sagas each statement was to claim. */
async function claimsOf(due: number, bytesLeft: number): Promise<number[]> {
  const waiting = Array.from({ length: due }, (_, number) => ({ id: `s${number}`, input: '{}' }) as SagaRecord)
  const claims: number[] = []
  const loaded: string[] = []
  const sagas = {
    claim: async (_owner: string, _now: number, limit: number) => (claims.push(limit), waiting.splice(0, limit)),
    steps: async () => [],
    nextWake: async () => undefined,
  }
  const inTransaction = async <T>(body: (tx: StoreTransaction) => Promise<T>) => ({
    value: await body({ sagas } as unknown as StoreTransaction),
  })
  const claimer = new Claimer({
    store: {
      transaction: inTransaction,
      read: async (body: (tx: StoreTransaction) => unknown) => body({ sagas } as unknown as StoreTransaction),
    } as unknown as Store,
    runtime: createRuntime({ clock: manualClock() }),
    service: 'test',
    kinds: [],
    lease: { owner: 'test', valid: () => true, assertValid() {}, async start() {}, async stop() {} },
    slots: () => 1_000,
    bytesLeft: () => bytesLeft,
    loaded: () => false,
    load: ({ record }) => void loaded.push(record.id),
  })
  await claimer.start()
  await claimer.stop()
  assert.equal(loaded.length, due)
  return claims
}

test('a look claims once where few sagas are due', async () => {
  assert.equal((await claimsOf(0, 4 * JOURNAL_BYTES_MAX)).length, 1)
  assert.equal((await claimsOf(3, 4 * JOURNAL_BYTES_MAX)).length, 1)
})

test('a look claims no more sagas of unknown size than fit if each is as large as may be, but always one', async () => {
  assert.equal((await claimsOf(50, 4 * JOURNAL_BYTES_MAX))[0], 4)
  assert.equal((await claimsOf(50, 2 * JOURNAL_BYTES_MAX - 1))[0], 1)
  assert.equal((await claimsOf(1, 0))[0], 1)
})
