// The kill matrix (P1, P4, P7, P8, P10, P15, P16): the real process is killed at every named point of the order flow and at random under
// load; whatever happens, each order ends as it should, once.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { seededRandom } from 'banyan/kernel'
import { temporaryDirectory } from '@banyan/testing'
import { type Campaign, createCampaign, type Strike } from './support/kill-campaign.ts'

/** BANYAN_TEST_SEED repeats a run; BANYAN_KILLS makes it longer. */
const SEED = Number(process.env['BANYAN_TEST_SEED'] ?? Math.floor(Math.random() * 1e6))
const RANDOM_KILLS = Number(process.env['BANYAN_KILLS'] ?? 8)
/** How often each named point strikes. */
const ROUNDS = Number(process.env['BANYAN_KILL_ROUNDS'] ?? 1)
/** Requests answered before a random kill. */
const ANSWERS_MAX = 80
/** Points of services that an order only reads from. */
const ELSEWHERE = /^store\.(users|catalog)\./

suite('kill -9', { concurrency: 2 }, () => {
  for (const flow of ['orchestration', 'choreography'] as const)
    test(`${flow}: killed at every point and at random, every order ends once`, async (t) => {
      console.log(`${flow}: BANYAN_TEST_SEED=${SEED} BANYAN_KILLS=${RANDOM_KILLS} BANYAN_KILL_ROUNDS=${ROUNDS}`)
      using directory = temporaryDirectory()
      await using campaign = createCampaign({ flow, directory: directory.path, seed: SEED })
      const random = seededRandom(SEED)
      const points = [...(await campaign.reached())].filter(([point]) => !ELSEWHERE.test(point))
      for (const point of required(flow))
        assert.ok(
          points.some(([reached]) => reached === point),
          `an order comes through ${point}`,
        )
      const strikes = Array.from({ length: ROUNDS }, () =>
        points.map(([point, count]): Strike => ({ point, time: timeOf(count, random.next()) })),
      ).flat()
      await killed(campaign, strikes, t)
      await t.test(`killed ${RANDOM_KILLS} times under load`, async () => {
        for (let kill = 0; kill < RANDOM_KILLS; kill++) await campaign.killAfter(1 + Math.floor(random.next() * ANSWERS_MAX))
        await campaign.settleAndAudit()
      })
    })
})

/** Points that must be there: a matrix that shrinks with the code it strikes at would prove nothing. */
function required(flow: 'orchestration' | 'choreography'): string[] {
  const services = ['inventory', 'orders', 'payments', 'shipping']
  const named = (prefix: string, sides: readonly string[], what: readonly string[]): string[] =>
    what.flatMap((each) => sides.map((side) => `${prefix}${side}-${each}`))
  const around = ['before', 'after']
  return [
    ...services.flatMap((service) => [`store.${service}.before-begin`, ...named(`store.${service}.`, around, ['commit'])]),
    ...named('gateway.', around, ['reply']),
    ...(flow === 'orchestration'
      ? named('saga.orders.place-order.', around, ['journal', 'action', 'compensation'])
      : services.flatMap((service) => named(`consumer.${service}.main.`, around, ['handler']))),
  ]
}

async function killed(
  campaign: Campaign,
  strikes: readonly Strike[],
  t: { test(name: string, work: () => Promise<void>): Promise<void> },
): Promise<void> {
  for (const strike of strikes) await t.test(`killed at ${strike.point}, time ${strike.time}`, () => campaign.strike(strike))
  await t.test('every order ended once', () => campaign.settleAndAudit())
}

/** Somewhere in the first half of what one batch reaches, so that it strikes among running orders. */
function timeOf(count: number, chance: number): number {
  return 1 + Math.floor((chance * count) / 2)
}
