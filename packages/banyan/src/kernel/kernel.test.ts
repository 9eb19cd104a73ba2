import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  allocateMinor,
  BanyanError,
  backoffDelayMs,
  createClockWatch,
  createIds,
  durationMs,
  formatMoney,
  reworded,
  seededRandom,
  toBanyanError,
} from './index.ts'

test('ids are version 7 UUIDs and strictly increase even within one millisecond', () => {
  const ids = createIds({ now: () => 1_700_000_000_000 }, seededRandom(1))
  const made = Array.from({ length: 10_000 }, () => ids.uuid())
  assert.match(made[0] as string, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.deepEqual(made, made.toSorted())
  assert.equal(new Set(made).size, made.length)
})

test('ids keep increasing when the clock steps back', () => {
  let now = 1_700_000_000_000
  const ids = createIds({ now: () => now }, seededRandom(1))
  const before = ids.uuid()
  now -= 60_000
  assert.ok(ids.uuid() > before)
})

test('ids sort after one that is stored already, whatever the clock says', () => {
  const earlier = createIds({ now: () => 1_700_000_000_000 }, seededRandom(1))
  const stored = Array.from({ length: 5_000 }, () => earlier.uuid()).at(-1) as string
  const ids = createIds({ now: () => 1_700_000_000_000 - 1_800_000 }, seededRandom(2))
  ids.follow('no UUID')
  ids.follow('0189c4f8-0000-4000-8000-000000000000')
  const fresh = ids.uuid()
  assert.ok(fresh < stored, 'nothing was followed yet')
  ids.follow(stored)
  const made = Array.from({ length: 10_000 }, () => ids.uuid())
  assert.deepEqual([stored, ...made], [stored, ...made].toSorted())
  ids.follow(fresh)
  assert.ok(ids.uuid() > (made.at(-1) as string), 'it never goes back')
})

test('a wall clock that is set back is noticed once each time, and one that goes on or ahead is not', () => {
  let [wall, elapsed] = [1_700_000_000_000, 0]
  const isSetBack = createClockWatch({ now: () => wall, monotonic: () => elapsed })
  const after = (wallMs: number, ms = 1_000): boolean => {
    wall += wallMs
    elapsed += ms
    return isSetBack()
  }
  assert.equal(isSetBack(), true, 'what happened before is not known')
  assert.deepEqual([after(1_000), after(900), after(3_600_000), after(1_000)], [false, false, false, false])
  assert.deepEqual([after(-1_800_000), after(1_000), after(-60_000), after(1_000)], [true, false, true, false])
})

test('a duration is milliseconds or a text with a unit, and anything else is refused', () => {
  assert.deepEqual([durationMs(5), durationMs('250ms'), durationMs('1.5s'), durationMs('2h')], [5, 250, 1_500, 7_200_000])
  assert.throws(() => durationMs('soon' as '1s'), /"soon" is not a duration/)
})

test('a split amount adds up exactly and no part is off by more than one unit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e9 }),
      fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 20 }),
      (total, weights) => {
        const parts = allocateMinor(total, weights)
        const sum = weights.reduce((a, b) => a + b, 0)
        assert.equal(
          parts.reduce((a, b) => a + b, 0),
          total,
        )
        for (const [index, part] of parts.entries()) assert.ok(Math.abs(part - (total * (weights[index] as number)) / sum) < 1)
      },
    ),
  )
})

test('money is written with the places of its currency', () => {
  const written = [
    formatMoney({ amountMinor: 1234, currency: 'EUR' }),
    formatMoney({ amountMinor: 1234, currency: 'JPY' }),
    formatMoney({ amountMinor: 1234, currency: 'KWD' }),
  ]
  assert.deepEqual(written, ['12.34 EUR', '1234 JPY', '1.234 KWD'])
})

test('back-off grows, is bounded, and is never less than half its bound', () => {
  const policy = { firstMs: 100, maxMs: 1_000 }
  for (let attempt = 1; attempt < 50; attempt++) {
    const bound = Math.min(1_000, 100 * 2 ** (attempt - 1))
    const delay = backoffDelayMs(policy, attempt, seededRandom(attempt))
    assert.ok(delay >= bound / 2 && delay <= bound, `attempt ${attempt}: ${delay}`)
  }
})

test('an unknown error becomes an opaque internal one that keeps its cause for the log', () => {
  const cause = new TypeError('password=hunter2')
  const error = toBanyanError(cause)
  assert.equal(error.code, 'internal')
  assert.doesNotMatch(error.message, /hunter2/)
  assert.equal(error.cause, cause)
})

test('whether an error is declared is said by whoever makes it, not told from its code, and is kept in other words', () => {
  assert.equal(new BanyanError('insufficient_stock', 'no', { data: 1 }).declared, false)
  const declared = new BanyanError('not_found', 'no', { data: 1, declared: true, from: 'stock.take' })
  const { code, data, declared: still, from } = reworded(declared, 'nothing there')
  assert.deepEqual([code, data, still, from], ['not_found', 1, true, 'stock.take'])
})
