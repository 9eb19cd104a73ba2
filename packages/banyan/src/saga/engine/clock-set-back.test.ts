import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError } from '../../kernel/error.ts'
import { LEASE_MS } from '../../kernel/index.ts'
import { aSaga, remote, SagaWorld } from '../suite/saga-world.testsuite.ts'

const HALF_HOUR_MS = 1_800_000
const HOUR_MS = 3_600_000
const away = new BanyanError('unavailable', 'not now')

const order = aSaga('order', async (s) => {
  await s.step('reserve', remote('reserve'))
  await s.step('book', remote('book'))
})

/** Attempts enough that a pause of several seconds follows. */
const FAILURES = [away, away, away, away]

test('what was under way at a clean stop goes on at once when the clock was set back meanwhile', async () => {
  await using world = new SagaWorld()
  const open = world.participants.hold('reserve')
  const first = await world.open([order])
  await first.start(order, 's1')
  await world.clock.advance(100)
  const stopped = first.stop()
  open()
  await world.clock.advance(1_000)
  await stopped
  assert.equal((await first.show('s1').catch(() => undefined))?.saga.status, undefined, 'it is stopped')
  world.clock.jump(-HALF_HOUR_MS)
  const second = await world.open([order])
  await world.clock.advance(100)
  assert.equal((await second.show('s1')).saga.status, 'completed')
})

for (const [what, restarts] of [
  ['while the process runs', false],
  ['before the process starts again', true],
] as const) {
  test(`a pause before the next attempt gets no longer by a clock that is set back ${what}`, async () => {
    await using world = new SagaWorld()
    world.participants.script('reserve', ...FAILURES)
    let process = await world.open([order])
    await process.start(order, 's1')
    for (let waited = 0; world.participants.requests.length < FAILURES.length && waited < 60_000; waited += 100)
      await world.clock.advance(100)
    assert.equal((await process.show('s1')).saga.owner, null, 'it rests in the table')
    if (restarts) await process.crash()
    world.clock.jump(-HALF_HOUR_MS)
    if (restarts) process = await world.open([order])
    await world.clock.advance(30_000)
    assert.equal((await process.show('s1')).saga.status, 'completed')
  })
}

test('a pause before the next attempt of a compensation gets no longer by it, either', async () => {
  await using world = new SagaWorld()
  world.participants.script('book', new BanyanError('declined', 'no', { status: 402 }))
  world.participants.script('undo reserve', ...FAILURES)
  const process = await world.open([order])
  await process.start(order, 's1')
  for (let waited = 0; world.participants.requests.length < 2 + FAILURES.length && waited < 60_000; waited += 100)
    await world.clock.advance(100)
  world.clock.jump(-HALF_HOUR_MS)
  await world.clock.advance(60_000)
  assert.equal((await process.show('s1')).saga.status, 'compensated')
})

test('a pause beside other work of the saga gets no longer by a clock that is set back', async () => {
  const both = aSaga('both', async (s) => {
    await Promise.all([s.step('reserve', remote('reserve')), s.step('book', remote('book'))])
  })
  await using world = new SagaWorld()
  world.participants.script('reserve', away)
  const open = world.participants.hold('book')
  const process = await world.open([both])
  await process.start(both, 's1')
  await world.clock.advance(10)
  world.clock.jump(-HALF_HOUR_MS)
  await world.clock.advance(5_000)
  assert.equal(world.participants.requests.filter((request) => request.endsWith(':reserve')).length, 2)
  open()
  await world.clock.advance(1_000)
  assert.equal((await process.show('s1')).saga.status, 'completed')
})

test('an appointment stays where it is by a restart after the clock was set back', async () => {
  const sleeper = aSaga('sleeper', async (s) => {
    await s.sleep('rest', '3m')
    await s.step('b', remote('b'))
  })
  await using world = new SagaWorld()
  const first = await world.open([sleeper])
  await first.start(sleeper, 's1')
  await world.clock.advance(1_000)
  await first.crash()
  world.clock.jump(-HOUR_MS)
  const second = await world.open([sleeper])
  await world.clock.advance(170_000)
  assert.deepEqual(world.participants.requests, [])
  assert.equal((await second.show('s1')).saga.status, 'waiting')
  world.clock.jump(HOUR_MS)
  await world.clock.advance(12_000)
  assert.equal((await second.show('s1')).saga.status, 'completed')
})

test('a lease of a dead process whose clock was ahead ends after the time of a lease', async () => {
  await using world = new SagaWorld()
  const open = world.participants.hold('book')
  const dead = await world.open([order], { shared: true })
  await dead.start(order, 's1')
  await world.clock.advance(100)
  await dead.crash()
  open()
  world.clock.jump(-HALF_HOUR_MS)
  const next = await world.open([order], { shared: true })
  await world.clock.advance(LEASE_MS / 2)
  assert.equal((await next.show('s1')).saga.status, 'running', 'it may be alive')
  await world.clock.advance(LEASE_MS)
  assert.equal((await next.show('s1')).saga.status, 'completed')
})
