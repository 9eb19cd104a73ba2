import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addHeat, HEAT_HALF_LIFE_MS, heatNow } from './heat.ts'

const now = 1_800_000_000_000

function closeTo(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`)
}

test('counts purchases of one moment', () => {
  let heat: number | undefined
  for (let index = 0; index < 7; index++) heat = addHeat(heat, 1, now)
  closeTo(heatNow(heat as number, now), 7)
})

test('halves what is a half-life old', () => {
  const heat = addHeat(addHeat(undefined, 1, now), 1, now + HEAT_HALF_LIFE_MS)
  closeTo(heatNow(heat, now + HEAT_HALF_LIFE_MS), 1.5)
})

test('takes events that arrive late', () => {
  const inOrder = addHeat(addHeat(undefined, 1, now), 1, now + HEAT_HALF_LIFE_MS)
  const late = addHeat(addHeat(undefined, 1, now + HEAT_HALF_LIFE_MS), 1, now)
  closeTo(inOrder, late)
})

test('weighs a look less than a purchase', () => {
  closeTo(heatNow(addHeat(undefined, 0.1, now), now), 0.1)
})
