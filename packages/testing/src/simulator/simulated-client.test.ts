import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, Type } from 'banyan/contract'
import { BanyanError, type ErrorCode, createRuntime, seededRandom } from 'banyan/kernel'
import { historyRecorder } from '../history/history-recorder.ts'
import { isUnknown, simulatedClient } from './simulated-client.ts'

const Nothing = Type.Object({})
const bell = contract('bell', {
  operations: { ring: command('POST /api/bell', { input: Nothing, output: Nothing, access: 'public' }) },
})

/** A client whose tries fail with these codes, the last one again and again; and what its history says. */
function clientThatMeets(...codes: readonly ErrorCode[]) {
  const recorder = historyRecorder({ isUnknown })
  let tries = 0
  const client = simulatedClient(
    bell,
    {},
    {
      transport: {
        send: () => Promise.reject(new BanyanError(codes[Math.min(tries++, codes.length - 1)] ?? 'internal', 'it did not work')),
      },
      recorder,
      random: seededRandom(1),
      ids: createRuntime().ids,
      monotonic: () => 0,
      pass: () => Promise.resolve(),
    },
  )
  return { client, outcomes: () => recorder.entries().map(({ outcome }) => outcome), tries: () => tries }
}

test('a command with a key is tried until it is refused, one without only while it certainly was not carried out', async () => {
  const keyed = clientThatMeets('unavailable', 'outcome_unknown', 'failed_precondition')
  await assert.rejects(keyed.client.ring({}, { key: 'k' }), { code: 'failed_precondition' })
  assert.equal(keyed.tries(), 3)
  const bare = clientThatMeets('unavailable', 'outcome_unknown', 'failed_precondition')
  await assert.rejects(bare.client.ring({}), { code: 'outcome_unknown' })
  assert.deepEqual([bare.tries(), bare.outcomes()], [2, ['unknown']])
})

test('who gives up after a try that may have been carried out does not know whether it was', async () => {
  const { client, outcomes, tries } = clientThatMeets('outcome_unknown', 'unavailable')
  await assert.rejects(client.ring({}, { key: 'k' }), { code: 'outcome_unknown' })
  assert.deepEqual([tries(), outcomes()], [200, ['unknown']])
  const never = clientThatMeets('unavailable')
  await assert.rejects(never.client.ring({}, { key: 'k' }), { code: 'unavailable' })
})
