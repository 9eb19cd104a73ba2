import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError, toBanyanError } from './error.ts'
import { problemDocument, retryAfterSeconds } from './problem.ts'

const CONTEXT = { requestId: 'r-1', traceId: 't-1' }
const documentOf = (error: BanyanError): Record<string, unknown> => JSON.parse(problemDocument(error, CONTEXT)) as Record<string, unknown>

test('names code, status, fields and request', () => {
  const error = new BanyanError('invalid_argument', '/quantity must be >= 1', { fields: [{ path: '/quantity', expected: 'must be >= 1' }] })
  assert.deepEqual(documentOf(error), {
    type: 'urn:banyan:problem:invalid_argument',
    title: 'Invalid argument',
    status: 400,
    code: 'invalid_argument',
    detail: '/quantity must be >= 1',
    retry: 'never',
    requestId: 'r-1',
    traceId: 't-1',
    errors: [{ pointer: '/quantity', detail: 'must be >= 1' }],
  })
})

test('shows the data of declared errors only', () => {
  assert.deepEqual(documentOf(new BanyanError('sold_out', 'sold out', { data: { sku: 'a' }, declared: true }))['data'], { sku: 'a' })
  assert.equal('data' in documentOf(new BanyanError('unavailable', 'x', { data: { password: 'x' } })), false)
})

test('never shows what went wrong inside', () => {
  for (const error of [
    toBanyanError(new TypeError('hunter2 is not a function')),
    new BanyanError('misuse', 'hunter2 was called inside a transaction'),
    new BanyanError('fenced', 'epoch 3 of hunter2', { cause: new Error('hunter2') }),
  ])
    assert.doesNotMatch(problemDocument(error, CONTEXT), /hunter2|\bat \//)
})

test('tells whole seconds to wait, rounded up', () => {
  assert.equal(retryAfterSeconds(new BanyanError('rate_limited', 'x', { retryAfterMs: 1_001 })), 2)
  assert.equal(retryAfterSeconds(new BanyanError('rate_limited', 'x', { retryAfterMs: 1 })), 1)
  assert.equal(retryAfterSeconds(new BanyanError('overloaded', 'x')), 1)
  assert.equal(retryAfterSeconds(new BanyanError('not_found', 'x')), undefined)
})
