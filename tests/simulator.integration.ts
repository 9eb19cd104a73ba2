// The shop under seeded crash schedules (P1–P16): a short run of what `npm run sim` does for as long as one likes.
// It brings stores of its own, so it is no journey, which would run once more on PostgreSQL.
import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { test } from 'node:test'
import { flowOf, runCampaign } from '../scripts/sim/campaign.ts'

/** BANYAN_TEST_SEED and BANYAN_SIM_RUNS make other and longer runs. */
const SEED = Number(process.env['BANYAN_TEST_SEED'] ?? 1)
const RUNS = Number(process.env['BANYAN_SIM_RUNS'] ?? 40)
const threads = Math.min(2, availableParallelism())

test(`${RUNS} seeds from ${SEED}: every order ends once, and no client was told what is not so`, async () => {
  const requests = Array.from({ length: RUNS }, (_, index) => ({ seed: SEED + index, flow: flowOf(SEED + index) }))
  const results = await runCampaign({ requests, threads })
  for (const { failure } of results) if (failure) assert.fail(failure.message)
  assert.equal(results.length, RUNS)
  const crashes = results.reduce((sum, each) => sum + each.crashes, 0)
  assert.ok(crashes > RUNS, `${crashes} crashes in ${RUNS} runs: too few to prove anything`)
})

test('the same seed is the same run, to the last event, on any thread', async () => {
  const once = [SEED, SEED + 1].map((seed) => ({ seed, flow: flowOf(seed) }))
  const results = await runCampaign({ requests: [...once, ...once, ...once], threads })
  const traces = Map.groupBy(results, ({ seed }) => seed)
  for (const [seed, runs] of traces)
    assert.equal(new Set(runs.map(({ trace, events }) => `${trace} ${events}`)).size, 1, `seed ${seed} differs`)
  assert.equal(results.length, 6)
})
