import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError, toBanyanError } from '../../kernel/error.ts'
import { seededRandom } from '../../kernel/random.ts'
import { ATTEMPTS_MAX, defaultRetryPolicy, OUTAGE_ATTEMPTS_MAX, RETRY_BACKOFF, retryDelayMs } from './retry-policy.ts'

const random = seededRandom(1)
const delay = (error: BanyanError, attempts: number): number | undefined => retryDelayMs(defaultRetryPolicy, error, attempts, random)

test('a mistake is given up after a few attempts, an outage after many', () => {
  for (const mistake of [toBanyanError(new TypeError('x')), new BanyanError('invalid_argument', ''), new BanyanError('sold_out', '')]) {
    assert.notEqual(delay(mistake, ATTEMPTS_MAX - 1), undefined)
    assert.equal(delay(mistake, ATTEMPTS_MAX), undefined)
  }
  for (const code of ['unavailable', 'overloaded', 'storage_full', 'deadline_exceeded', 'outcome_unknown', 'rate_limited'] as const) {
    assert.notEqual(delay(new BanyanError(code, ''), OUTAGE_ATTEMPTS_MAX - 1), undefined, code)
    assert.equal(delay(new BanyanError(code, ''), OUTAGE_ATTEMPTS_MAX), undefined, code)
  }
})

test('delays grow with jitter up to a bound, and respect what the other side asks for', () => {
  const error = new BanyanError('unavailable', '')
  const delays = [1, 2, 3, 4, 20].map((attempts) => delay(error, attempts) as number)
  delays.forEach((delayMs, index) => {
    const bound = Math.min(RETRY_BACKOFF.maxMs, RETRY_BACKOFF.firstMs * 2 ** ([1, 2, 3, 4, 20][index]! - 1))
    assert.ok(delayMs >= bound / 2 && delayMs <= bound)
  })
  const busy = (retryAfterMs: number): BanyanError => new BanyanError('rate_limited', '', { retryAfterMs })
  assert.equal(delay(busy(5_000), 1), 5_000)
  assert.equal(delay(busy(86_400_000), 1), RETRY_BACKOFF.maxMs)
})
