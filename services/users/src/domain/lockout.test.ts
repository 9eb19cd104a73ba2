import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  afterFailure,
  type FailedAttempts,
  FORGET_LOCKED_MS,
  FORGET_MS,
  FREE_FAILURES,
  LOCK_MS_MAX,
  LOCK_MS_MIN,
  lockedForMs,
} from './lockout.ts'

const now = 1_800_000_000_000

function failures(count: number, at = now): FailedAttempts | undefined {
  let attempts: FailedAttempts | undefined
  for (let index = 0; index < count; index++) attempts = afterFailure(attempts, FREE_FAILURES, at)
  return attempts
}

test('locks at the last free failure, not before', () => {
  assert.equal(lockedForMs(failures(FREE_FAILURES - 1), now), 0)
  assert.equal(lockedForMs(failures(FREE_FAILURES), now), LOCK_MS_MIN)
})

test('opens again when the lock is over', () => {
  assert.equal(lockedForMs(failures(FREE_FAILURES), now + LOCK_MS_MIN), 0)
})

test('doubles the lock with each further failure up to a bound', () => {
  assert.equal(lockedForMs(failures(FREE_FAILURES + 1), now), 2 * LOCK_MS_MIN)
  assert.equal(lockedForMs(failures(FREE_FAILURES + 500), now), LOCK_MS_MAX)
})

test('forgets few failures after a quiet hour, and those that led to a lock after a quiet day', () => {
  const few = now + FORGET_MS
  assert.deepEqual(afterFailure(failures(FREE_FAILURES - 1), FREE_FAILURES, few), {
    failures: 1,
    lastAt: few,
    lockedUntil: 0,
    forgetAt: few + FORGET_MS,
  })
  assert.ok(lockedForMs(afterFailure(failures(FREE_FAILURES), FREE_FAILURES, now + FORGET_LOCKED_MS - 1), now) > 0)
  assert.equal(lockedForMs(afterFailure(failures(FREE_FAILURES), FREE_FAILURES, now + FORGET_LOCKED_MS), now), 0)
})

test('locks nobody who never failed', () => {
  assert.equal(lockedForMs(undefined, now), 0)
})
