import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from 'banyan/kernel'
import { FLOWS, familyOf, requiredPoints } from './points.ts'
import { type PlanOptions, planScenarios } from './scenario-plan.ts'
import { parseScenario, type Scenario, SCENARIO_KINDS, scenarioText } from './scenario.ts'

const POINTS = new Map([
  ['gateway.before-reply', 40],
  ['store.orders.before-commit', 20],
  ['timer.orders.expire-orders.before-handler', 1],
])

function planned(count: number, overrides: Partial<PlanOptions> = {}): Scenario[] {
  const plan = planScenarios({ points: POINTS, random: seededRandom(7), possible: ['pause'], only: [], ...overrides })
  return Array.from({ length: count }, () => plan.next().value)
}

test('a scenario is read back as it is printed', () => {
  for (const scenario of planned(40, { possible: ['pause', 'database', 'connections'] }))
    assert.deepEqual(parseScenario(scenarioText(scenario)), scenario)
  for (const kind of SCENARIO_KINDS) assert.equal(parseScenario(kind), kind)
})

test('what is no scenario is refused, with what may be given', () => {
  for (const text of ['', 'dance', 'point:', 'point:3', 'load:soon', 'load:-1', 'load:1:2'])
    assert.throws(() => parseScenario(text), /is no scenario; (give one of point, load|write it as a run prints it)/, text)
})

test('the same seed plans the same scenarios', () => {
  assert.deepEqual(planned(60), planned(60))
  assert.notDeepEqual(planned(60), planned(60, { random: seededRandom(8) }))
})

test('every point has its turn before any comes again, at a time that a batch reaches', () => {
  const strikes = planned(60).filter((scenario) => scenario.kind === 'point')
  for (let round = 0; round + POINTS.size <= strikes.length; round += POINTS.size)
    assert.deepEqual(
      strikes
        .slice(round, round + POINTS.size)
        .map(({ point }) => point)
        .toSorted(),
      [...POINTS.keys()],
    )
  for (const { point, time } of strikes) assert.ok(time >= 1 && time <= (POINTS.get(point) ?? 0), `${point}:${time}`)
})

test('what cannot be done here is not planned', () => {
  const kinds = (possible: PlanOptions['possible']) => new Set(planned(200, { possible }).map(({ kind }) => kind))
  assert.deepEqual([...kinds(['pause'])].toSorted(), ['load', 'pause', 'point', 'recovery'])
  assert.deepEqual([...kinds(['pause', 'database', 'connections'])].toSorted(), [
    'connections',
    'database',
    'load',
    'pause',
    'point',
    'recovery',
  ])
})

test('exact scenarios are repeated as they were given', () => {
  const exact: Scenario = { kind: 'point', point: 'store.orders.before-commit', time: 3 }
  assert.deepEqual(planned(3, { only: [exact] }), [exact, exact, exact])
})

test('every point that an order must come through has a meaning', () => {
  for (const flow of FLOWS) for (const point of requiredPoints(flow)) assert.ok(familyOf(point), point)
  assert.equal(familyOf('store.orders.somewhere-else'), undefined)
})
