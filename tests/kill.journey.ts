// The kill matrix in short (P1, P4, P7, P8, P10, P15, P16): the real process is killed at every named point of the order flow, at random
// under load, while it recovers, and stopped for longer than a lease; whatever happens, each order ends as it should, once.
// `npm run chaos` does the same for as long as one likes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { suite, test } from 'node:test'
import { seededRandom } from 'banyan/kernel'
import { temporaryDirectory } from '@banyan/testing'
import { type Campaign, createCampaign } from './chaos/campaign.ts'
import type { Database } from './chaos/database.ts'
import { familyOf, type Flow, FLOWS, POINT_FAMILIES, requiredPoints } from './chaos/points.ts'
import { planScenarios, timeOf } from './chaos/scenario-plan.ts'
import { type Scenario, scenarioText } from './chaos/scenario.ts'
import { ROOT } from './support/shop-process.ts'
import { dropTestSchemas } from './support/test-stores.ts'

/** BANYAN_TEST_SEED repeats a run; BANYAN_KILLS and BANYAN_KILL_POINTS=all make it longer. */
const SEED = Number(process.env['BANYAN_TEST_SEED'] ?? Math.floor(Math.random() * 1e6))
const RANDOM_KILLS = Number(process.env['BANYAN_KILLS'] ?? 6)
/** How often each named point strikes. */
const ROUNDS = Number(process.env['BANYAN_KILL_ROUNDS'] ?? 1)
/** Attempts after which a saga gives a step up, unless it says otherwise. */
const STEP_ATTEMPTS_MAX = 8
/** Where `all`, each point strikes in both flows; else those that the flows share strike in one of them, which the seed decides. */
const ALL_POINTS = process.env['BANYAN_KILL_POINTS'] === 'all'
/** Points at which the flows differ: who drives the order. */
const DRIVES_THE_ORDER = /^saga\.orders\.place-order\.|^consumer\.(?:inventory|orders|payments|shipping)\./
/** Points that matter least to an order: of services that it only reads from, and of calls; the long run strikes them too. */
const LEFT_TO_THE_LONG_RUN = /^store\.(users|catalog)\.|^call\.(?!orders\.(place|cancel)\.)/

suite('kill -9', { concurrency: 2 }, () => {
  for (const flow of FLOWS)
    test(`${flow}: killed at every point and at random, every order ends once`, async (t) => {
      console.log(`${flow}: BANYAN_TEST_SEED=${SEED} BANYAN_KILLS=${RANDOM_KILLS} BANYAN_KILL_ROUNDS=${ROUNDS}`)
      using directory = temporaryDirectory()
      const database = testDatabase(flow)
      try {
        await using campaign = createCampaign({ flow, directory: directory.path, seed: SEED, ...(database ? { database } : {}) })
        const reached = await campaign.prepare()
        assertComplete(flow, reached)
        for (const scenario of [...pointStrikes(reached, flow), ...otherStrikes(reached)])
          await t.test(scenarioText(scenario), async () => assert.ok(await campaign.strike(scenario), 'the point is reached'))
        await settled(campaign, t)
      } finally {
        if (database) await dropTestSchemas(database.schemaPrefix)
      }
    })

  test('a cancellation that was accepted is carried out, however often the process is killed meanwhile', async () => {
    using directory = temporaryDirectory()
    const database = testDatabase('orchestration')
    try {
      await using campaign = createCampaign({
        flow: 'orchestration',
        directory: directory.path,
        seed: SEED,
        givenUpShareMax: 1, // the orders that are under way are killed more often than their sagas try
        ...(database ? { database } : {}),
      })
      await campaign.prepare()
      for (let kill = 0; kill < STEP_ATTEMPTS_MAX + 3; kill++)
        assert.ok(await campaign.strike({ kind: 'point', point: 'saga.orders.cancel-order.before-action', time: 1 }))
      const { byStatus } = await campaign.settleAndAudit('all')
      assert.ok((byStatus['cancelled'] ?? 0) > 0, JSON.stringify(byStatus))
    } finally {
      if (database) await dropTestSchemas(database.schemaPrefix)
    }
  })

  test('docs/chaos.md lists every family of points', () => {
    const page = readFileSync(path.join(ROOT, 'docs/chaos.md'), 'utf8')
    for (const { name, meaning } of POINT_FAMILIES) assert.ok(page.includes(`| \`${name}\` | ${meaning} |`), name)
  })
})

let databases = 0
function testDatabase(flow: Flow): Database | undefined {
  if (process.env['BANYAN_STORE'] !== 'postgres') return undefined
  const url = process.env['POSTGRES_URL']
  assert.ok(url, 'BANYAN_STORE is "postgres" but POSTGRES_URL is not set')
  return {
    url,
    schemaPrefix: `kill${++databases}_${flow.slice(0, 4)}_${process.pid}_`,
    troubles: {},
  }
}

/** A matrix that shrinks with the code it strikes at would prove nothing. */
function assertComplete(flow: Flow, reached: ReadonlyMap<string, number>): void {
  assert.deepEqual(
    [...reached.keys()].filter((point) => !familyOf(point)),
    [],
    'every point is in a family of tests/chaos/points.ts',
  )
  assert.deepEqual(
    requiredPoints(flow).filter((point) => !reached.has(point)),
    [],
    'an order comes through these points',
  )
}

function pointStrikes(reached: ReadonlyMap<string, number>, flow: Flow): Scenario[] {
  const random = seededRandom(SEED)
  const points = [...reached].filter(([point]) => !LEFT_TO_THE_LONG_RUN.test(point) && strikesIn(flow, point))
  const round = (): Scenario[] => points.map(([point, count]) => ({ kind: 'point', point, time: timeOf(count, random.next()) }))
  return Array.from({ length: ROUNDS }, round).flat()
}

function strikesIn(flow: Flow, point: string): boolean {
  if (ALL_POINTS || DRIVES_THE_ORDER.test(point)) return true
  const lot = Buffer.from(point).reduce((sum, byte) => sum + byte, SEED)
  return FLOWS[lot % FLOWS.length] === flow
}

function otherStrikes(points: ReadonlyMap<string, number>): Scenario[] {
  const random = seededRandom(SEED + 1)
  const loads = planScenarios({ points, random, possible: [], only: ['load'] })
  const others = planScenarios({ points, random, possible: [], only: ['recovery', 'pause'] })
  return [...Array.from({ length: RANDOM_KILLS }, () => loads.next().value), others.next().value, others.next().value]
}

async function settled(campaign: Campaign, t: { test(name: string, work: () => Promise<void>): Promise<void> }): Promise<void> {
  await t.test('every order ended once', async () => void (await campaign.settleAndAudit('all')))
}
