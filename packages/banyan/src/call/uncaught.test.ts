import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError, ERROR_CODES, type ErrorCode } from '../kernel/index.ts'
import { needsLog, receivedFrom, uncaught } from './uncaught.ts'

/** What may pass, and what the caller of whoever did not catch it hears. Everything else is a mistake in between. */
const MAY_PASS: Partial<Record<ErrorCode, ErrorCode>> = {
  unavailable: 'unavailable',
  overloaded: 'overloaded',
  deadline_exceeded: 'deadline_exceeded',
  outcome_unknown: 'outcome_unknown',
  cancelled: 'outcome_unknown',
  rate_limited: 'unavailable',
  idempotency_in_progress: 'unavailable',
  storage_full: 'unavailable',
  data_damaged: 'unavailable',
  data_newer: 'unavailable',
  data_older: 'unavailable',
  fenced: 'unavailable',
}

for (const code of Object.keys(ERROR_CODES) as ErrorCode[])
  test(`"${code}" of a dependency that nobody caught becomes "${MAY_PASS[code] ?? 'internal'}"`, () => {
    const received = new BanyanError(code, 'as said there', { from: 'stock.take', data: { secret: 1 }, retryAfterMs: 7 })
    const left = uncaught('shop.buy', received)
    assert.equal(left.code, MAY_PASS[code] ?? 'internal')
    assert.equal(left.status, ERROR_CODES[MAY_PASS[code] ?? 'internal'].status)
    assert.ok(left.status >= 500, 'the caller is not to blame')
    assert.deepEqual([left.data, left.declared, left.fields], [undefined, false, undefined])
    if (left.code !== 'internal') assert.deepEqual([left.retry, left.retryAfterMs], [received.retry, 7])
  })

test('a declared error of a dependency becomes internal, whatever its code, and is kept whole as the cause', () => {
  for (const code of ['sold_out', 'unavailable', 'not_found']) {
    const received = new BanyanError(code, 'no', { declared: true, from: 'stock.take', data: { sku: 'a' }, status: 418, retry: 'safe' })
    const left = uncaught('shop.buy', received)
    assert.deepEqual([left.code, left.status, left.declared, left.data, left.cause], ['internal', 500, false, undefined, received])
    assert.equal(left.message, `shop.buy got "${code}" from stock.take and did not handle it`)
  }
})

test('what was made here is left as it is', () => {
  const own = new BanyanError('not_found', 'there is none')
  assert.equal(uncaught('shop.buy', own), own)
})

test('a mistake is logged by whoever made it, and by nobody who only hands it on', () => {
  const inside = receivedFrom('stock.take', new BanyanError('internal', 'x', { from: 'stock.take' }))
  const handedOn = uncaught('shop.buy', inside)
  assert.deepEqual([handedOn.code, needsLog(inside), needsLog(handedOn)], ['internal', false, false])
  const refused = receivedFrom('stock.take', new BanyanError('invalid_argument', 'sku: is required'))
  assert.equal(refused.from, 'stock.take')
  assert.equal(needsLog(uncaught('shop.buy', refused)), true)
  const ours = new BanyanError('misuse', 'called inside a transaction')
  assert.equal(receivedFrom('stock.take', ours), ours)
})
