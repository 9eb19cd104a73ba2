import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { createRuntime, systemClock } from 'banyan/kernel'
import { ConnectionBudget } from './connection-budget.ts'
import { connectionTarget } from './connection-target.ts'
import { Session } from './session.ts'
import { SessionPool } from './session-pool.ts'

const target = connectionTarget({ url: 'postgres://127.0.0.1/none', schema: 'test', process: 'abcdef', statementTimeoutMs: 1_000 })

const aSession = (overrides: Partial<Session> = {}): Session => {
  const session = { dead: false, inFlight: 0, idle: true, whenGone: () => {}, end: () => Promise.resolve(), ...overrides }
  return session as unknown as Session
}

/** Lets what is being opened and closed come to its end. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('two pools that both have more to do than connections share them equally, and then keep what they have', async () => {
  const connect = mock.method(Session, 'connect', () => Promise.resolve(aSession()))
  let now = 0
  const clock = { ...systemClock(), monotonic: () => now, setTimer: () => () => {} }
  const runtime = { ...createRuntime(), clock }
  const budget = new ConnectionBudget()
  const pools = [1, 2].map(() => new SessionPool({ target, runtime, purpose: 'test', budget, sessionsMax: 8, answerMsMax: 1_000 }))
  budget.max = 9
  const held = pools.map((): Session[] => [])
  for (const [index, pool] of pools.entries()) {
    for (let call = 0; call < 1_000; call++)
      pool.acquire().then(
        (session) => held[index]?.push(session),
        () => {},
      )
    await settled()
  }
  assert.deepEqual(
    held.map(({ length }) => length),
    [8, 1],
  )
  const round = async (): Promise<void> => {
    now += 2_000 // each was held for long enough to be handed on
    for (const [index, pool] of pools.entries()) for (const session of held[index]?.splice(0) ?? []) pool.release(session)
    await settled()
  }
  for (let rounds = 0; rounds < 10; rounds++) await round()
  assert.deepEqual(
    held.map(({ length }) => length).toSorted((a, b) => a - b),
    [4, 5],
  )
  const opened = connect.mock.callCount()
  assert.ok(opened <= 13, `opened ${opened}`)
  for (let rounds = 0; rounds < 20; rounds++) await round()
  assert.equal(connect.mock.callCount(), opened)
  connect.mock.restore()
  for (const pool of pools) void pool.close()
})

test('a server that answers nothing more is silent, also while connections to it end', async (t) => {
  const opened: { fresh: boolean; tellGone: () => void }[] = []
  t.mock.method(Session, 'connect', () => {
    const line = { fresh: true, tellGone: () => {} }
    opened.push(line)
    const takeFresh = (): boolean => {
      const { fresh } = line
      line.fresh = false
      return fresh
    }
    return Promise.resolve(aSession({ takeFresh, isOverdue: () => false, whenGone: (tell) => (line.tellGone = tell) }))
  })
  let now = 0
  let look = (): void => {}
  const setTimer = (_: number, run: () => void): (() => void) => ((look = run), () => {})
  const runtime = { ...createRuntime(), clock: { ...systemClock(), monotonic: () => now, setTimer } }
  const pool = new SessionPool({ target, runtime, purpose: 'test', budget: new ConnectionBudget(), sessionsMax: 8, answerMsMax: 1_000 })
  const lookAt = (moment: number): void => {
    now = moment
    look()
  }
  await Promise.all([1, 2].map(() => pool.acquire()))
  lookAt(1_000)
  assert.equal(pool.isSilentSince(500), false)
  lookAt(2_000)
  assert.equal(pool.isSilentSince(1_000), true)
  const [first, second] = opened as [(typeof opened)[0], (typeof opened)[0]]
  second.fresh = true
  lookAt(3_000)
  assert.equal(pool.isSilentSince(2_000), false)
  first.tellGone()
  lookAt(4_000)
  assert.equal(pool.isSilentSince(3_000), true, 'an end is no answer')
})
