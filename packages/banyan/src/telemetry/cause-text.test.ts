import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAUSE_LENGTH_MAX, causeText } from './cause-text.ts'
import { BanyanError, toBanyanError } from '../kernel/error.ts'

test('a programming error is told with its name, its message and the place', () => {
  const text = causeText(toBanyanError(new TypeError('order is undefined'))) ?? ''
  assert.match(text, /^TypeError: order is undefined\n {4}at .*cause-text\.test\.ts/)
  assert.doesNotMatch(text, /something went wrong/)
})

test('what caused an error is told behind it', () => {
  const disk = Object.assign(new Error('read failed'), { code: 'EIO' })
  const text =
    causeText(new BanyanError('unavailable', 'the store does not answer', { cause: new Error('query failed', { cause: disk }) })) ?? ''
  assert.match(text, /^Error: query failed\n[^]*\ncaused by Error: read failed\n/)
})

test('an error that a contract declares has no cause to tell, and neither has a plain refusal', () => {
  assert.equal(causeText(new BanyanError('payment_declined', 'no')), undefined)
  assert.equal(causeText(new BanyanError('not_found', 'no order')), undefined)
})

test('the text is bounded, whatever was thrown', () => {
  const long = new Error('x'.repeat(100_000), { cause: new Error('y'.repeat(100_000)) })
  assert.ok((causeText(toBanyanError(long)) ?? '').length <= CAUSE_LENGTH_MAX)
  assert.equal(causeText('z'.repeat(100_000))?.length, 500)
})

test('a mail address and a token in a message are masked; the path of a package is not', () => {
  const error = new Error('no account of ann.b@example.com, Bearer abcdefghij, in /node_modules/@shop/users/src/x.ts')
  assert.match(causeText(error) ?? '', /no account of \[redacted\], \[redacted\], in \/node_modules\/@shop\/users\/src\/x\.ts/)
})
