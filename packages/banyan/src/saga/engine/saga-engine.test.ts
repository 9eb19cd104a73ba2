import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aSaga, declined, local, remote, SagaWorld } from '../suite/saga-world.testsuite.ts'

const order = aSaga('order', async (s) => {
  await s.step('reserve', remote('reserve'))
  await s.step('charge', remote('charge'))
  await s.step('confirm', local('confirmed'))
  await s.commit()
  return s.step('ship', remote('ship'))
})

test('runs steps in order and completes with the output of its function', async () => {
  await using world = new SagaWorld()
  const process = await world.open([order])
  await process.start(order, 's1')
  const saga = await process.settled('s1')
  assert.equal(saga.status, 'completed')
  assert.deepEqual(JSON.parse(saga.output as string), { operation: 'ship', key: 's1:ship' })
  assert.deepEqual(world.participants.requests, ['do s1:reserve', 'do s1:charge', 'do s1:ship'])
  const { saga: stored, states } = await process.show('s1')
  assert.equal(stored.status, 'completed')
  assert.equal(stored.owner, null)
  assert.deepEqual(states, { reserve: 'done', charge: 'done', confirm: 'done', ship: 'done' })
  assert.deepEqual(await process.book(), ['s1:confirm confirmed'])
  assert.equal(process.engine.size, 0)
})

test('undoes what was started, in reverse order, when a participant says no', async () => {
  await using world = new SagaWorld()
  const process = await world.open([order])
  world.participants.script('charge', declined())
  await process.start(order, 's1')
  const saga = await process.settled('s1')
  assert.equal(saga.status, 'compensated')
  assert.deepEqual(JSON.parse(saga.failure as string), {
    code: 'declined',
    message: 'declined by the participant',
    data: { code: 'declined' },
  })
  assert.deepEqual(world.participants.requests, ['do s1:reserve', 'do s1:charge', 'undo s1:reserve'])
  assert.deepEqual((await process.show('s1')).states, { reserve: 'compensated', charge: 'failed' })
})

test('goes on after a crash with what its journal has', async () => {
  await using world = new SagaWorld()
  const first = await world.open([order])
  world.participants.script('charge', 'lost')
  await first.start(order, 's1')
  await world.clock.advance(100)
  await first.crash()
  const second = await world.open([order])
  assert.equal((await second.settled('s1')).status, 'completed')
  assert.deepEqual(world.participants.requests, ['do s1:reserve', 'do s1:charge', 'do s1:charge', 'do s1:ship'])
})

test('refuses an id by which nobody could ask for the saga, where it is started and where it is signalled', async () => {
  await using world = new SagaWorld()
  const process = await world.open([order])
  for (const id of ['a/b', 'a\\b', '.', '..', 'a\nb', '\u007f', ''])
    await assert.rejects(process.start(order, id), { code: 'misuse', message: /^the id of saga "order" is / }, JSON.stringify(id))
  await assert.rejects(process.signal('a/b', 'go'), { code: 'misuse', message: /^the saga that signal "go" is for is "a\/b"/ })
  await process.start(order, 'cancel:o1:4')
  assert.equal((await process.settled('cancel:o1:4')).status, 'completed')
})
