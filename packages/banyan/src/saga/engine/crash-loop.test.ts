import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError } from '../../kernel/error.ts'
import { aSaga, remote, SagaWorld, type TestContext } from '../suite/saga-world.testsuite.ts'

/** Restarts of a loop: twenty in a minute. */
const RESTARTS = 20
const RESTART_MS = 3_000

/** A participant that never answers before the process is dead. */
const never = (): Promise<never> => new Promise<never>(() => {})

const undoNeverEnds = aSaga('order', async (s) => {
  await s.step('reserve', { ...remote('reserve'), compensation: never })
  s.rollback('no')
})

const actionNeverEnds = aSaga('order', async (s) => {
  await s.commit()
  await s.step('send', { action: never, timeout: '1h' })
})

for (const [what, definition] of [
  ['compensation', undoNeverEnds],
  ['step', actionNeverEnds],
] as const)
  test(`${what}: P9: a process that dies twenty times in a minute does not use up its attempts`, async () => {
    await using world = new SagaWorld()
    const first = await world.open([definition])
    await first.start(definition, 's1')
    await world.clock.advance(RESTART_MS)
    await first.crash()
    const begunAt = world.clock.now()
    for (let restart = 0; restart < RESTARTS; restart++) {
      const next = await world.open([definition])
      await world.clock.advance(RESTART_MS)
      await next.crash()
    }
    const last = await world.open([definition])
    const { saga, steps } = await last.show('s1')
    const attempts = definition === undoNeverEnds ? steps[0]?.compensationAttempts : steps[0]?.attempts
    assert.notEqual(saga.status, 'stuck')
    assert.ok(attempts !== undefined && attempts >= 3, `deaths count: ${attempts}`)
    // Pauses of 250 ms · 2^n, of which at least half is kept: the tenth attempt comes a minute after the first at the soonest.
    assert.ok(attempts <= 10, `${attempts} attempts in ${world.clock.now() - begunAt} ms`)
  })

test('P9: the pause between two attempts of a compensation holds across a restart that comes before its end', async () => {
  await using world = new SagaWorld()
  const at: number[] = []
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', {
      ...remote('reserve'),
      compensation: async () => {
        at.push(world.clock.now())
        if (at.length === 1) throw new BanyanError('rate_limited', 'slow down', { retryAfterMs: 30_000 })
      },
    })
    s.rollback('no')
  })
  const first = await world.open([definition])
  await first.start(definition, 's1')
  await world.clock.advance(1_000)
  await first.stop()
  const second = await world.open([definition])
  assert.equal((await second.settled('s1')).status, 'compensated')
  assert.ok((at[1] as number) - (at[0] as number) >= 30_000, at.join(' '))
})

test('a clock that was set back does not stretch a pause', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => s.step('reserve', remote('reserve')))
  world.participants.script('reserve', new BanyanError('unavailable', 'not now'))
  const open = world.participants.hold('reserve')
  const first = await world.open([definition])
  await first.start(definition, 's1')
  await world.clock.advance(10)
  await first.crash()
  open()
  world.clock.jump(-1_800_000)
  const second = await world.open([definition])
  assert.equal((await second.settled('s1', 10_000)).status, 'completed')
})

test('P9: a restart during a later attempt of a step keeps what the attempt before it failed with', async () => {
  await using world = new SagaWorld()
  let attempts = 0
  const definition = aSaga('order', async (s) => {
    await s.step('send', {
      timeout: '1h',
      action: async (_context: TestContext) => {
        if (++attempts === 1) throw new TypeError('the parcel has no weight')
        return never()
      },
    })
  })
  const first = await world.open([definition])
  await first.start(definition, 's1')
  await world.clock.advance(2_000)
  assert.equal(attempts, 2)
  await first.crash()
  const second = await world.open([definition])
  const { steps } = await second.show('s1')
  const error = JSON.parse(steps[0]?.error ?? 'null') as { cause: string; underWay: boolean; unknown: boolean }
  assert.match(error.cause, /TypeError: the parcel has no weight/)
  assert.equal(error.unknown, true)
})
