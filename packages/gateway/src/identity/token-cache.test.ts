import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '@banyan/testing'
import { createTokenCache } from './token-cache.ts'

const ANN = { principal: { kind: 'user', subject: 'ann', roles: [] }, issuedAt: 0 } as const

test('keeps ten thousand tokens and drops the oldest', () => {
  const clock = virtualClock()
  const cache = createTokenCache(clock)
  for (let index = 0; index <= 10_000; index++) cache.set(`t${index}`, ANN, clock.now() + 60_000, cache.epoch())
  assert.equal(cache.get('t0'), undefined)
  assert.equal(cache.get('t1'), ANN)
  assert.equal(cache.get('t10000'), ANN)
})

test('does not keep what was verified with keys that are gone', () => {
  const clock = virtualClock()
  const cache = createTokenCache(clock)
  const before = cache.epoch()
  cache.clear()
  cache.set('t', ANN, clock.now() + 60_000, before)
  assert.equal(cache.get('t'), undefined)
})
