import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError } from '../../kernel/error.ts'
import { audit } from '../suite/audit.testsuite.ts'
import { LEASE_MS } from '../../kernel/index.ts'
import { manualClock } from '../suite/manual-clock.testsuite.ts'
import { note } from '../suite/book.testsuite.ts'
import { aSaga, declined, remote, SagaWorld } from '../suite/saga-world.testsuite.ts'

const HEARTBEAT_MS = LEASE_MS / 5

const order = aSaga('order', async (s) => {
  await s.step('reserve', remote('reserve'))
  await s.step('book', {
    action: async ({ call, transaction, key }) => {
      await call('book')
      return transaction((tx) => note(tx, key))
    },
  })
  await s.step('ship', remote('ship'))
})

test('P14: a process that stood still while another took its saga over cannot commit, though its own clock says nothing', async () => {
  await using world = new SagaWorld()
  const open = world.participants.hold('book')
  const frozen = await world.open([order], { shared: true })
  await frozen.start(order, 's1')
  await world.clock.advance(100)
  assert.deepEqual(world.participants.requests, ['do s1:reserve', 'do s1:book'])

  const clock = manualClock(world.clock.now() + LEASE_MS + 1_000)
  const other = frozen.build(frozen.store, clock)
  await other.run()
  await clock.advance(100)
  assert.equal((await frozen.show('s1')).saga.epoch, 2)
  open() // both actions go on now: the old attempt and the new one
  await clock.advance(1_000)
  await world.clock.advance(0)
  await audit(frozen, 's1', { status: 'completed', standing: ['reserve', 'book', 'ship'], book: ['book'] })
  assert.ok(world.logged.some(({ message }) => message === 'a saga is abandoned here: another instance has it'))
  assert.equal(frozen.engine.size, 0)
  await other.stop()
})

for (const [what, behaviour] of [
  ['its end', 'ok'],
  ['a rollback', declined()],
  ['a pause', new BanyanError('unavailable', 'not now')],
] as const) {
  test(`P14: an old epoch cannot write ${what}`, async () => {
    await using world = new SagaWorld()
    const open = world.participants.hold('reserve')
    world.participants.script('reserve', behaviour)
    const definition = aSaga('order', async (s) => s.step('reserve', remote('reserve')))
    const process = await world.open([definition], { shared: true })
    await process.start(definition, 's1')
    await world.clock.advance(10)
    const renew = () => process.store.transaction((tx) => tx.leases.renew('somebody-else', world.clock.now() + LEASE_MS, world.clock.now()))
    await renew()
    await process.store.transaction((tx) => tx.sagas.claimOne('s1', 'somebody-else', world.clock.now() + LEASE_MS + 1))
    open()
    for (let waited = 0; waited < 60_000; waited += HEARTBEAT_MS) {
      await world.clock.advance(HEARTBEAT_MS)
      await renew()
    }
    const { saga, states } = await process.show('s1')
    assert.deepEqual([saga.owner, saga.status, states], ['somebody-else', 'running', { reserve: 'started' }])
    assert.deepEqual(world.participants.requests, ['do s1:reserve'])
  })
}

test('P3: what a dead process had is taken over when its lease has ended, not before', async () => {
  await using world = new SagaWorld()
  world.participants.script('book', 'lost')
  const first = await world.open([order], { shared: true })
  await first.start(order, 's1')
  await world.clock.advance(100)
  await first.crash()
  const second = await world.open([order], { shared: true })
  await world.clock.advance(LEASE_MS - HEARTBEAT_MS - 1_000)
  assert.equal((await second.show('s1')).saga.epoch, 1)
  await world.clock.advance(HEARTBEAT_MS + 3_000)
  assert.equal((await second.show('s1')).saga.status, 'completed')
})

test('P3: in a store with one owner, leftovers of a dead process are taken over at once', async () => {
  await using world = new SagaWorld()
  world.participants.script('book', 'lost')
  const first = await world.open([order])
  await first.start(order, 's1')
  await world.clock.advance(100)
  await first.crash()
  const second = await world.open([order])
  await world.clock.advance(10)
  assert.equal((await second.show('s1')).saga.status, 'completed')
})

test('P3: a process that lives keeps its sagas however long they take', async () => {
  await using world = new SagaWorld()
  const open = world.participants.hold('book')
  const slow = aSaga('order', async (s) => s.step('book', { ...remote('book'), timeout: '10m' }))
  const process = await world.open([slow], { shared: true })
  const other = process.build(process.store)
  await other.run()
  await process.start(slow, 's1')
  await world.clock.advance(4 * LEASE_MS)
  assert.equal((await process.show('s1')).saga.epoch, 1)
  open()
  assert.equal((await process.settled('s1')).status, 'completed')
  await other.stop()
})

test('P14: an engine that cannot renew its lease stops committing before others may begin, and comes back under a new name', async () => {
  await using world = new SagaWorld()
  const open = world.participants.hold('reserve')
  const process = await world.open([order], { shared: true })
  await process.start(order, 's1')
  await world.clock.advance(100)
  process.failing = new BanyanError('unavailable', 'the database is away')
  await world.clock.advance(LEASE_MS - 1_500)
  process.failing = undefined
  open()
  await world.clock.advance(10)
  assert.deepEqual((await process.show('s1')).states, { reserve: 'started' }, 'it did not write under the lease that it could not renew')
  await world.clock.advance(LEASE_MS + 5_000)
  await audit(process, 's1', { status: 'completed', standing: ['reserve', 'book', 'ship'], book: ['book'] })
  assert.ok(world.logged.some(({ message }) => message.startsWith('a saga engine lost its lease')))
})

test('P3: an error of the store during a take-over loses nothing', async () => {
  await using world = new SagaWorld()
  world.participants.script('book', 'lost')
  const first = await world.open([order])
  await first.start(order, 's1')
  await world.clock.advance(100)
  await first.crash()
  const second = await world.open([order], { failing: new BanyanError('unavailable', 'starting up') })
  await world.clock.advance(5_000)
  assert.equal((await second.show('s1')).saga.epoch, 1)
  second.failing = undefined
  await world.clock.advance(2_000)
  assert.equal((await second.show('s1')).saga.status, 'completed')
})

test('P3: a saga whose start committed without an answer is found again', async () => {
  await using world = new SagaWorld()
  const process = await world.open([order])
  await process.start(order, 's0')
  const { saga } = await process.show('s0')
  await process.store.transaction((tx) => tx.sagas.insert({ ...saga, id: 's1', epoch: 1 })) // as a start whose caller never heard of the commit
  await world.clock.advance(90_000)
  assert.equal((await process.show('s1')).saga.status, 'completed')
})

test('a store that refuses for a while only delays a saga', async () => {
  await using world = new SagaWorld()
  const open = world.participants.hold('reserve')
  const process = await world.open([order])
  await process.start(order, 's1')
  await world.clock.advance(10)
  process.failing = new BanyanError('storage_full', 'the disk is full')
  open()
  await world.clock.advance(5_000)
  assert.deepEqual(world.participants.requests, ['do s1:reserve'], 'nothing leaves that is not durable')
  process.failing = undefined
  await process.settled('s1')
  await audit(process, 's1', { status: 'completed', standing: ['reserve', 'book', 'ship'], book: ['book'] })
})

test('a stop waits for steps under way and gives the rest back at once', async () => {
  await using world = new SagaWorld()
  const open = world.participants.hold('reserve')
  const process = await world.open([order], { shared: true })
  await process.start(order, 's1')
  await world.clock.advance(10)
  const stopped = process.engine.stop()
  await world.clock.advance(1_000)
  open()
  await world.clock.advance(10)
  await stopped
  const { saga, states } = await process.show('s1')
  assert.deepEqual([saga.owner, saga.epoch, states], [null, 1, { reserve: 'done' }])
  await process.start(order, 's2')
  await world.clock.advance(5_000)
  assert.equal((await process.show('s2')).saga.status, 'running', 'one that drains takes nothing more')
  assert.deepEqual(world.participants.requests, ['do s1:reserve'])
  await process.crash()
  const next = await world.open([order], { shared: true })
  assert.equal((await next.settled('s1')).status, 'completed')
  assert.equal((await next.settled('s2')).status, 'completed')
})

test('a stop does not wait for ever; what still runs then cannot commit', async () => {
  await using world = new SagaWorld()
  const open = world.participants.hold('book')
  const process = await world.open([order])
  await process.start(order, 's1')
  await world.clock.advance(10)
  const stopped = process.engine.stop()
  await world.clock.advance(20_000)
  await stopped
  assert.equal((await process.show('s1')).saga.owner, null)
  open()
  await world.clock.advance(100)
  assert.deepEqual((await process.show('s1')).states, { reserve: 'done', book: 'started' })
  assert.deepEqual(await process.book(), [])
})

test('more sagas than fit into memory wait in the table and all come to their end', async () => {
  await using world = new SagaWorld()
  const open = world.participants.hold('reserve')
  const short = aSaga('short', async (s) => s.step('reserve', remote('reserve')))
  const process = await world.open([short])
  for (let batch = 0; batch < 12; batch++)
    await Promise.all(Array.from({ length: 100 }, (_, index) => process.start(short, `s${batch}-${index}`)))
  await world.clock.advance(10)
  assert.equal(process.engine.size, 1_000)
  open()
  for (let waited = 0; waited < 60 && process.engine.size > 0; waited++) await world.clock.advance(100)
  assert.deepEqual(await process.engine.admin.counts(), [{ name: 'short', status: 'completed', count: 1_200 }])
})
