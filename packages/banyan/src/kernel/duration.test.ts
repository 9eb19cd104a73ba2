import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Duration, durationMs } from './duration.ts'

test('a duration is a whole number of milliseconds, however it is written', () => {
  const cases: [Duration, number][] = [
    [250, 250],
    ['250ms', 250],
    ['5s', 5_000],
    ['0.7d', 60_480_000],
    ['1.1h', 3_960_000],
    ['4.1m', 246_000],
    [1.5, 2],
  ]
  for (const [duration, ms] of cases) assert.equal(durationMs(duration), ms, `${duration}`)
})

test('a text that is no duration is refused', () => {
  for (const text of ['5', '-1s', '1 s', '1w', '']) assert.throws(() => durationMs(text as Duration), { code: 'misuse' }, text)
})
