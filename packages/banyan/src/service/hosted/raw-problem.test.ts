import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError } from '../../kernel/error.ts'
import { silentLogger } from '../../kernel/logger.ts'
import { problemOf, rawProblem } from './raw-problem.ts'

test('what a raw route refuses looks as if the gateway had refused it', () => {
  const { status, headers, body } = problemOf(new BanyanError('rate_limited', 'wait', { retryAfterMs: 1_001 }))
  assert.deepEqual([status, headers['retry-after']], [429, '2'])
  assert.equal((JSON.parse(body) as { type: string }).type, 'https://iana.org/assignments/http-problem-types#quota-exceeded')
  assert.equal(problemOf(new BanyanError('unavailable', 'stopping')).headers['retry-after'], '1')
})

test('a raw route tells nobody who holds a lease', () => {
  const { status, body } = rawProblem('hooks', new BanyanError('fenced', 'epoch 3 of hunter2'), silentLogger)
  assert.equal(status, 503)
  assert.deepEqual([body.includes('hunter2'), body.includes('"code":"unavailable"')], [false, true])
})
