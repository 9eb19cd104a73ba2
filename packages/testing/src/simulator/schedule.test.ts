import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Schedule } from './schedule.ts'
import { shrink } from './shrink.ts'

const always = { crash: { share: 1, low: 0.5, high: 0.5 } }

/** Asks for a crash at two places in turn; returns the faults that struck. */
function struck(seed: number, only?: ReadonlySet<string>): string[] {
  const schedule = new Schedule({ seed, rates: always, now: () => 0, ...(only ? { only } : {}) })
  for (let count = 0; count < 50; count++) for (const place of ['a', 'b']) schedule.strikes('crash', place)
  return schedule.faults.map(({ id }) => id)
}

test('a seed decides alike each time, another seed otherwise', () => {
  assert.deepEqual(struck(1), struck(1))
  assert.notDeepEqual(struck(1), struck(2))
  assert.ok(struck(1).length > 25 && struck(1).length < 75, `${struck(1).length} of 100 at a chance of one half`)
})

test('leaving faults out leaves the others where they were', () => {
  const some = struck(1).filter((_, index) => index % 3 === 0)
  assert.deepEqual(struck(1, new Set(some)), some)
  assert.deepEqual(struck(1, new Set()), [])
})

test('once it is calm nothing goes wrong, also not what is asked for', () => {
  const schedule = new Schedule({ seed: 1, rates: always, only: new Set(['crash@a#1']), now: () => 0 })
  schedule.calm()
  assert.equal(schedule.strikes('crash', 'a'), false)
})

test('kinds of faults are on in some runs and off in others', () => {
  const rates = { crash: { share: 0.5, low: 1, high: 1 } }
  const on = Array.from({ length: 200 }, (_, seed) => new Schedule({ seed, rates, now: () => 0 }).strikes('crash', 'a'))
  const count = on.filter(Boolean).length
  assert.ok(count > 60 && count < 140, `${count} of 200`)
})

test('a rate that no chance can be drawn from is refused, with how to switch a kind off', () => {
  for (const range of [
    { share: 1, low: 0, high: 0.1 },
    { share: 1, low: 0.2, high: 0.1 },
    { share: 1, low: 0.1, high: 1.1 },
    { share: 2, low: 0.1, high: 0.2 },
  ])
    assert.throws(() => new Schedule({ seed: 1, rates: { crash: range }, now: () => 0 }), /rate of "crash".*share 0 to switch it off/)
  const off = new Schedule({ seed: 1, rates: { crash: { share: 0, low: 1, high: 1 } }, now: () => 0 })
  assert.equal(off.strikes('crash', 'a'), false)
})

test('shrinking keeps the faults that a failure needs, and only those', async () => {
  const faults = Array.from({ length: 40 }, (_, index) => `f${index}`)
  let runs = 0
  const needed = ['f7', 'f31']
  const kept = await shrink({ faults, fails: async (some) => runs++ >= 0 && needed.every((id) => some.includes(id)) })
  assert.deepEqual(kept, needed)
  assert.ok(runs < 100, `${runs} runs`)
})

test('shrinking leaves out whole kinds first', async () => {
  const faults = Array.from({ length: 200 }, (_, index) => `${['reply-lost', 'crash', 'events-late', 'timer-late'][index % 4]}@a#${index}`)
  let runs = 0
  const needed = [faults[1] as string, faults[150] as string]
  const kept = await shrink({ faults, fails: async (some) => runs++ >= 0 && needed.every((id) => some.includes(id)) })
  assert.deepEqual(kept, needed)
  assert.ok(runs < 50, `${runs} runs`)
})

test('shrinking ends after 300 runs with what it has, also when every fault is needed', async () => {
  const faults = Array.from({ length: 1_000 }, (_, index) => `f${index}`)
  let runs = 0
  const kept = await shrink({ faults, fails: async (some) => runs++ >= 0 && some.length === faults.length })
  assert.deepEqual([kept, runs], [faults, 300])
})

test('a failure that needs no fault shrinks to none', async () => {
  assert.deepEqual(await shrink({ faults: ['a', 'b'], fails: async () => true }), [])
})
