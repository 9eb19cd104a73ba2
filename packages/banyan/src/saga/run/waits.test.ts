import assert from 'node:assert/strict'
import { test } from 'node:test'
import { audit } from '../suite/audit.testsuite.ts'
import { aSaga, remote, SagaWorld } from '../suite/saga-world.testsuite.ts'

const HOUR_MS = 3_600_000
const NAP_MS = 180_000
const sleeper = aSaga('sleeper', async (s) => {
  await s.step('a', remote('a'))
  await s.sleep('rest', '3m')
  await s.step('b', remote('b'))
})

test('P11: a sleep takes no memory, ends on time and never before', async () => {
  await using world = new SagaWorld()
  const process = await world.open([sleeper])
  await process.start(sleeper, 's1')
  await world.clock.advance(NAP_MS - 1)
  assert.equal(process.engine.size, 0)
  assert.equal((await process.show('s1')).saga.status, 'waiting')
  assert.deepEqual(world.participants.requests, ['do s1:a'])
  await world.clock.advance(1)
  assert.deepEqual(world.participants.requests, ['do s1:a', 'do s1:b'])
})

test('P11: a restart does not begin a sleep anew, and downtime counts', async () => {
  await using world = new SagaWorld()
  const first = await world.open([sleeper])
  await first.start(sleeper, 's1')
  await world.clock.advance(NAP_MS / 2)
  await first.crash()
  await world.clock.advance(NAP_MS / 2)
  const second = await world.open([sleeper])
  await world.clock.advance(1)
  assert.equal((await second.show('s1')).saga.status, 'completed')
})

test('P11: the wall clock jumps forward an hour: what is due is done within a poll', async () => {
  await using world = new SagaWorld()
  const process = await world.open([sleeper])
  await process.start(sleeper, 's1')
  await world.clock.advance(1_000)
  world.clock.jump(HOUR_MS)
  await world.clock.advance(1_000)
  assert.equal((await process.show('s1')).saga.status, 'completed')
})

test('P11: the wall clock jumps back an hour: nothing is done before its time', async () => {
  await using world = new SagaWorld()
  const process = await world.open([sleeper])
  await process.start(sleeper, 's1')
  await world.clock.advance(1_000)
  world.clock.jump(-HOUR_MS)
  await world.clock.advance(NAP_MS)
  assert.deepEqual(world.participants.requests, ['do s1:a'])
  world.clock.jump(HOUR_MS)
  await world.clock.advance(1_000)
  assert.equal((await process.show('s1')).saga.status, 'completed')
})

test('P11: a deadline is absolute: passed during downtime, it rolls back what was done', async () => {
  await using world = new SagaWorld()
  const definition = aSaga(
    'order',
    async (s) => {
      await s.step('reserve', remote('reserve'))
      await s.signal('paid')
      await s.commit()
    },
    { deadline: '15m' },
  )
  const first = await world.open([definition])
  await first.start(definition, 's1')
  await world.clock.advance(1_000)
  await first.crash()
  world.clock.jump(HOUR_MS)
  const second = await world.open([definition])
  const { failure } = await second.settled('s1')
  assert.equal(JSON.parse(failure as string).code, 'deadline_exceeded')
  await audit(second, 's1', { status: 'compensated', standing: [], book: [] })
})

test('P11: a deadline ends a wait and a retry before the commit point, and nothing after it', async () => {
  await using world = new SagaWorld()
  const waits = aSaga(
    'waits',
    async (s) => {
      await s.step('reserve', remote('reserve'))
      await s.signal('never', { timeout: '1h' })
    },
    { deadline: '10s' },
  )
  const commits = aSaga(
    'commits',
    async (s) => {
      await s.commit()
      await s.sleep('long', '1m')
      await s.step('ship', remote('ship'))
    },
    { deadline: '10s' },
  )
  const process = await world.open([waits, commits])
  await process.start(waits, 's1')
  await process.start(commits, 's2')
  await world.clock.advance(9_000)
  assert.equal((await process.show('s1')).saga.status, 'waiting')
  await world.clock.advance(3_000)
  assert.equal((await process.show('s1')).saga.status, 'compensated')
  await world.clock.advance(60_000)
  assert.equal((await process.show('s2')).saga.status, 'completed')
})

const payment = aSaga('payment', async (s) => {
  const first = await s.signal<number>('paid', { timeout: '10m' })
  const second = await s.signal<number>('paid', { timeout: '10m' })
  return [first ?? null, second ?? null]
})

test('P12: signals that come before the saga exists, before it waits and while it waits are delivered in order', async () => {
  await using world = new SagaWorld()
  const process = await world.open([payment])
  await process.signal('s1', 'paid', { data: 1 })
  await process.start(payment, 's1')
  await world.clock.advance(5_000)
  assert.equal(process.engine.size, 0)
  await process.signal('s1', 'paid', { data: 2 })
  assert.equal((await process.settled('s1')).output, '[1,2]')
})

test('P12: the same signal id is delivered once, also across a restart', async () => {
  await using world = new SagaWorld()
  const first = await world.open([payment])
  await first.start(payment, 's1')
  await first.signal('s1', 'paid', { id: 'x', data: 1 })
  await world.clock.advance(1_000)
  await first.crash()
  const second = await world.open([payment])
  await second.signal('s1', 'paid', { id: 'x', data: 1 })
  await world.clock.advance(1_000)
  assert.equal((await second.show('s1')).saga.status, 'waiting')
  assert.equal((await second.settled('s1', 2 * HOUR_MS)).output, '[1,null]')
})

test('P12: a signal that comes while the saga is busy with another step reaches it at once', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('busy', async (s) => {
    const [, data] = await Promise.all([
      s.step('slow', remote('slow')),
      s.signal<string>('go').then((got) => s.step('then', remote(`then-${got}`))),
    ])
    return data
  })
  const open = world.participants.hold('slow')
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await world.clock.advance(100)
  await process.signal('s1', 'go', { data: 'now' })
  await world.clock.advance(100)
  assert.ok(world.participants.requests.includes('do s1:then'))
  open()
  assert.equal((await process.settled('s1')).status, 'completed')
})

test('P12: a wait times out only when no signal is there, even if both come during downtime', async () => {
  await using world = new SagaWorld()
  const first = await world.open([payment])
  await first.start(payment, 's1')
  await world.clock.advance(1_000)
  await first.store.transaction((tx) =>
    tx.sagas.addSignal({ sagaId: 's1', name: 'paid', signalId: 'x', data: '5', consumed: false, receivedAt: 0 }),
  )
  await first.crash()
  world.clock.jump(HOUR_MS)
  const second = await world.open([payment])
  assert.match((await second.settled('s1', 2 * HOUR_MS)).output as string, /^\[5,/)
})

test('P12: a signal that came long before the wait for it is delivered', async () => {
  await using world = new SagaWorld()
  const late = aSaga('late', async (s) => {
    await s.sleep('long', '30d')
    return s.signal('early', { timeout: '1s' })
  })
  const process = await world.open([late])
  await process.start(late, 's1')
  await process.signal('s1', 'early', { data: 'kept' })
  await world.clock.advance(1_000)
  world.clock.jump(30 * 86_400_000)
  await world.clock.advance(5_000)
  assert.equal((await process.settled('s1')).output, '"kept"')
})

test('a pause between attempts goes on beside another step', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('pair', async (s) => {
    await Promise.all([
      s.step('slow', { ...remote('slow'), timeout: '30s' }),
      s.sleep('short', '1s').then(() => s.step('after', remote('after'))),
    ])
  })
  world.participants.script('slow', 'late:10000')
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await world.clock.advance(2_000)
  assert.deepEqual(world.participants.requests, ['do s1:slow', 'do s1:after'])
  assert.equal((await process.settled('s1')).status, 'completed')
})
