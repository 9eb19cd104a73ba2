import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aSaga, declined, remote, SagaWorld } from '../suite/saga-world.testsuite.ts'

const BY = { actor: 'ann', reason: 'why not' }
const order = aSaga('order', async (s) => {
  await s.step('reserve', remote('reserve'))
  await s.signal('go')
  await s.step('charge', remote('charge'))
  s.rollback('no')
})

test('sagas are listed by status and flow, page by page, and counted', async () => {
  await using world = new SagaWorld()
  const process = await world.open([order])
  const { admin } = process.engine
  for (const id of ['a', 'b', 'c']) await process.start(order, id)
  await world.clock.advance(100)
  await process.signal('b', 'go')
  await process.settled('b')
  assert.deepEqual(await admin.counts(), [
    { name: 'order', status: 'compensated', count: 1 },
    { name: 'order', status: 'waiting', count: 2 },
  ])
  assert.deepEqual(
    (await admin.list({ status: 'waiting', limit: 10 })).map(({ id }) => id),
    ['a', 'c'],
  )
  assert.deepEqual(
    (await admin.list({ correlationId: 'flow-b', limit: 10 })).map(({ id }) => id),
    ['b'],
  )
  assert.deepEqual(
    (await admin.list({ after: 'a', limit: 1 })).map(({ id }) => id),
    ['b'],
  )
})

test('a saga is shown with its steps in the order of their start', async () => {
  await using world = new SagaWorld()
  const process = await world.open([order])
  await process.start(order, 'a')
  await world.clock.advance(100)
  const shown = await process.engine.admin.show('a')
  assert.deepEqual(
    shown?.steps.map(({ name, state }) => [name, state]),
    [
      ['reserve', 'done'],
      ['signal:go', 'started'],
    ],
  )
  assert.equal(shown?.saga.versionMissing, false)
  assert.equal(await process.engine.admin.show('nobody'), undefined)
})

test('a person can send a signal and ask for a rollback; both are in the audit trail', async () => {
  await using world = new SagaWorld()
  const process = await world.open([order])
  const { admin } = process.engine
  await process.start(order, 'a')
  await process.start(order, 'b')
  await world.clock.advance(100)
  await admin.signal('a', 'go', { id: 'x' }, BY)
  await admin.rollback('b', BY)
  assert.equal((await process.settled('a')).status, 'compensated')
  const { failure } = await process.settled('b')
  assert.deepEqual(JSON.parse(failure as string), { code: 'cancelled', message: 'why not' })
  const trail = await process.store.read((tx) => tx.audit.list(10))
  assert.deepEqual(
    trail.map(({ action, subject }) => [action, subject]),
    [
      ['saga.rollback', 'b'],
      ['saga.signal go', 'a'],
    ],
  )
})

test('only what is stuck can be retried or skipped, and the answer says so', async () => {
  await using world = new SagaWorld()
  const process = await world.open([order])
  const { admin } = process.engine
  await process.start(order, 'a')
  await world.clock.advance(100)
  await assert.rejects(admin.retry('a', BY), { code: 'failed_precondition', message: /a is waiting/ })
  await assert.rejects(admin.retry('nobody', BY), { code: 'not_found' })
  assert.deepEqual(await process.store.read((tx) => tx.audit.list(10)), [])
})

test('a saga that is stuck before its commit point can be rolled back by a person', async () => {
  await using world = new SagaWorld()
  const twice = aSaga('twice', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.step('reserve', remote('reserve'))
  })
  const process = await world.open([twice])
  await process.start(twice, 'a')
  assert.equal((await process.settled('a')).status, 'stuck')
  await process.engine.admin.rollback('a', BY)
  assert.equal((await process.settled('a')).status, 'compensated')
  assert.deepEqual(world.participants.requests, ['do a:reserve', 'undo a:reserve'])
})

test('whoever waits for a saga hears of its end, also when it is over already or stuck', async () => {
  await using world = new SagaWorld()
  world.participants.script('undo charge', declined())
  const process = await world.open([order])
  await process.signal('a', 'go')
  await process.start(order, 'a')
  assert.equal((await process.settled('a')).status, 'stuck')
  assert.equal((await process.settled('a')).status, 'stuck')
})
