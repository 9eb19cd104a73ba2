import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { gcra, rateOf } from './gcra.ts'

test('lets a burst through, then the steady rate', () => {
  const rate = rateOf(10, 1_000, 3)
  let arrival: number | undefined
  const ask = (nowUs: number) => {
    const decision = gcra(rate, arrival, nowUs)
    arrival = decision.arrivalUs
    return decision
  }
  assert.deepEqual(
    [ask(0), ask(0), ask(0)].map(({ allowed, remaining }) => [allowed, remaining]),
    [
      [true, 2],
      [true, 1],
      [true, 0],
    ],
  )
  const refused = ask(0)
  assert.deepEqual([refused.allowed, refused.waitUs], [false, 100_000])
  assert.equal(ask(99_999).allowed, false)
  assert.equal(ask(100_000).allowed, true)
  assert.equal(ask(1_000_000).remaining, 2)
})

test('never allows more than burst + span / interval in any span of time, and never less to whoever keeps the rate', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 10 }), steps, (perSecond, burst, gaps) => {
      const rate = rateOf(perSecond, 1_000, burst)
      const allowed: number[] = []
      let arrival: number | undefined
      let now = 0
      let keptRate = true
      for (const [index, gap] of gaps.entries()) {
        now += gap
        if (index > 0 && gap < rate.intervalUs) keptRate = false
        const decision = gcra(rate, arrival, now)
        arrival = decision.arrivalUs
        if (decision.allowed) allowed.push(now)
        else {
          assert.ok(!keptRate, 'refused somebody who kept the rate')
          assert.equal(gcra(rate, arrival, now + decision.waitUs).allowed, true, 'the wait it tells is long enough')
          assert.equal(gcra(rate, arrival, now + decision.waitUs - 1).allowed, false, 'and not longer than needed')
        }
      }
      for (let first = 0; first < allowed.length; first++)
        for (let last = first; last < allowed.length; last++) {
          const span = allowed[last]! - allowed[first]!
          assert.ok(last - first + 1 <= burst + Math.floor(span / rate.intervalUs), 'allowed too many')
        }
    }),
    { numRuns: 300 },
  )
})

test('tells exactly how many would be allowed right away', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 5_000_000 }),
      (perSecond, burst, ahead) => {
        const rate = rateOf(perSecond, 1_000, burst)
        let decision = gcra(rate, ahead, 1_000_000)
        let told = decision.allowed ? decision.remaining : 0
        while (decision.allowed) {
          decision = gcra(rate, decision.arrivalUs, 1_000_000)
          if (decision.allowed) assert.equal(decision.remaining, --told)
        }
        assert.equal(told, 0)
      },
    ),
  )
})
