import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualClock } from '@banyan/testing'
import { silentLogger } from 'banyan/kernel'
import { createRevocations, type Revocation } from './revocations.ts'

const TOKEN_MS = 900_000

function issuing() {
  const clock = virtualClock()
  const ended: Revocation[] = []
  const asked: number[] = []
  let answer: (since: number) => Promise<readonly Revocation[]> = async () => [...ended]
  let changed = (): void => {}
  const revocations = createRevocations(
    {
      tokenMsMax: TOKEN_MS,
      load(since) {
        asked.push(since)
        return answer(since)
      },
      listen(listener) {
        changed = listener
        return () => void (changed = () => {})
      },
    },
    clock,
    silentLogger,
  )
  return {
    clock,
    revocations,
    asked,
    end(subject: string, validAfter = clock.now()) {
      ended.push({ subject, validAfter })
      changed()
    },
    changed: () => changed(),
    answer: (next: typeof answer) => void (answer = next),
  }
}

test('asks at the first use, which is how it is rebuilt after a start', async () => {
  const issuer = issuing()
  issuer.end('ann', issuer.clock.now() - 1_000)
  assert.equal(issuer.revocations.current(), false)
  await issuer.revocations.renew()
  assert.equal(issuer.revocations.current(), true)
  assert.ok((issuer.asked[0] as number) <= issuer.clock.now() - TOKEN_MS)
  assert.equal(issuer.revocations.refuses('ann', issuer.clock.now() - 1_000), true)
  assert.equal(issuer.revocations.refuses('ann', issuer.clock.now() - 999), false)
  assert.equal(issuer.revocations.refuses('bob', 0), false)
})

test('is not current from the hint on, and asks once for all who wait', async () => {
  const issuer = issuing()
  await issuer.revocations.renew()
  issuer.end('ann')
  assert.equal(issuer.revocations.current(), false)
  await Promise.all([1, 2, 3].map(() => issuer.revocations.renew()))
  assert.equal(issuer.asked.length, 2)
  assert.equal(issuer.revocations.refuses('ann', issuer.clock.now()), true)
})

test('asks again when a hint comes while the answer is under way: it may not be in it', async () => {
  const issuer = issuing()
  const answers: ((revocations: readonly Revocation[]) => void)[] = []
  issuer.answer(() => new Promise((resolve) => answers.push(resolve)))
  const first = issuer.revocations.renew()
  issuer.changed()
  const second = issuer.revocations.renew()
  answers[0]?.([])
  await first
  await issuer.clock.advance(0)
  answers[1]?.([{ subject: 'ann', validAfter: issuer.clock.now() }])
  await second
  assert.equal(issuer.revocations.refuses('ann', issuer.clock.now()), true)
})

test('looks each second without a hint, and asks for a little more than is new', async () => {
  const issuer = issuing()
  await issuer.revocations.renew()
  await issuer.clock.advance(999)
  assert.equal(issuer.revocations.current(), true)
  await issuer.clock.advance(1)
  assert.equal(issuer.revocations.current(), false)
  await issuer.revocations.renew()
  assert.ok((issuer.asked[1] as number) < issuer.clock.now() - 60_000 && (issuer.asked[1] as number) > issuer.clock.now() - TOKEN_MS)
})

test('serves on for half a minute without an answer, then refuses; at once when it knows that there is something new', async () => {
  const issuer = issuing()
  await issuer.revocations.renew()
  issuer.answer(() => Promise.reject(new Error('down')))
  await issuer.clock.advance(20_000)
  await issuer.revocations.renew()
  await issuer.clock.advance(10_001)
  await assert.rejects(issuer.revocations.renew(), { code: 'unavailable' })
  issuer.answer(async () => [])
  await issuer.clock.advance(1_000)
  await issuer.revocations.renew()
  issuer.answer(() => Promise.reject(new Error('down')))
  issuer.changed()
  await assert.rejects(issuer.revocations.renew(), { code: 'unavailable' })
})

test('refuses all tokens when it never got an answer', async () => {
  const issuer = issuing()
  issuer.answer(() => Promise.reject(new Error('down')))
  await assert.rejects(issuer.revocations.renew(), { code: 'unavailable' })
})

test('forgets nobody for want of room: tokens from before the oldest that it forgot are refused for all', async () => {
  const issuer = issuing()
  const now = issuer.clock.now()
  issuer.answer(async () => Array.from({ length: 100_002 }, (_, index) => ({ subject: `u${index}`, validAfter: now - 500_000 + index })))
  await issuer.revocations.renew()
  assert.equal(issuer.revocations.refuses('somebody', now - 500_000 + 1), true)
  assert.equal(issuer.revocations.refuses('somebody', now - 500_000 + 2), false)
  assert.equal(issuer.revocations.refuses('u100001', now - 500_000 + 100_001), true)
})

test('forgets what has expired by itself', async () => {
  const issuer = issuing()
  const first = issuer.clock.now()
  issuer.end('ann')
  await issuer.revocations.renew()
  issuer.answer(async () => [])
  await issuer.clock.advance(TOKEN_MS + 121_000)
  await issuer.revocations.renew()
  assert.equal(issuer.revocations.refuses('ann', first), false)
})
