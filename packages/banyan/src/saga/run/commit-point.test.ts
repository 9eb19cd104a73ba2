import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError } from '../../kernel/error.ts'
import { audit } from '../suite/audit.testsuite.ts'
import { aSaga, declined, remote, SagaWorld } from '../suite/saga-world.testsuite.ts'

const BY = { actor: 'ann', reason: 'fixed' }
const order = aSaga('order', async (s) => {
  await s.step('charge', remote('charge'))
  await s.commit()
  await s.step('ship', { ...remote('ship'), attemptsMax: 2 })
  return 'shipped'
})

test('P10: after the commit point a step is tried until it succeeds, over restarts, whatever its limit', async () => {
  await using world = new SagaWorld()
  world.participants.script('ship', ...Array.from({ length: 15 }, () => new BanyanError('unavailable', 'not now')))
  const first = await world.open([order])
  await first.start(order, 's1')
  await world.clock.advance(10_000)
  await first.crash()
  const second = await world.open([order])
  for (let waited = 0; waited < 15; waited++) {
    world.clock.jump(60_000)
    await world.clock.advance(1_000)
  }
  const saga = await second.settled('s1')
  assert.equal(saga.output, '"shipped"')
  await audit(second, 's1', { status: 'completed', standing: ['charge', 'ship'], book: [] })
})

test('P10: a rollback is refused after the commit point, from inside and from outside', async () => {
  await using world = new SagaWorld()
  const refused: unknown[] = []
  const definition = aSaga('order', async (s) => {
    await s.step('charge', remote('charge'))
    await s.commit()
    await s.step('ship', remote('ship'))
    try {
      s.rollback('too late')
    } catch (error) {
      refused.push((error as BanyanError).code)
    }
    await s.step('mail', remote('mail'))
  })
  const open = world.participants.hold('ship')
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await world.clock.advance(10)
  assert.equal(await process.requestRollback('s1'), false)
  await assert.rejects(process.engine.admin.rollback('s1', BY), { code: 'failed_precondition' })
  open()
  await process.settled('s1')
  assert.deepEqual(refused, ['failed_precondition'])
  await audit(process, 's1', { status: 'completed', standing: ['charge', 'ship', 'mail'], book: [] })
})

test('P10: a no after the commit point leaves the saga stuck; retried when healed, it goes forward', async () => {
  await using world = new SagaWorld()
  world.participants.script('ship', declined('no_such_street'))
  const process = await world.open([order])
  await process.start(order, 's1')
  assert.equal((await process.settled('s1')).status, 'stuck')
  const { failure, states } = await process.show('s1')
  assert.deepEqual({ ...failure?.stuck, message: '' }, { phase: 'forward', code: 'no_such_street', message: '', step: 'ship' })
  assert.deepEqual(states, { charge: 'done', ship: 'failed' })
  await process.engine.admin.retry('s1', BY)
  const saga = await process.settled('s1')
  assert.equal(saga.failure, null)
  await audit(process, 's1', { status: 'completed', standing: ['charge', 'ship'], book: [] })
})

test('P10: a step after the commit point that was settled by hand is skipped', async () => {
  await using world = new SagaWorld()
  world.participants.script('ship', declined())
  const process = await world.open([order])
  await process.start(order, 's1')
  await process.settled('s1')
  await process.engine.admin.skip('s1', 'ship', BY, { output: null })
  assert.equal((await process.settled('s1')).output, '"shipped"')
  await audit(process, 's1', { status: 'completed', standing: ['charge'], book: [] })
})

test('P10: a rollback that was accepted before the commit point was durable is honoured', async () => {
  await using world = new SagaWorld()
  let accepted: boolean | undefined
  const definition = aSaga('order', async (s) => {
    await s.step('charge', remote('charge'))
    const request = process.requestRollback('s1')
    await s.commit()
    accepted = await request
    await s.step('ship', remote('ship'))
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  const { status } = await process.settled('s1')
  assert.equal(status, accepted ? 'compensated' : 'completed')
  assert.equal(accepted, true)
  await audit(process, 's1', { status: 'compensated', standing: [], book: [] })
})

test('the commit point is durable even when nothing follows it for long', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.commit()
    await s.sleep('long', '1h')
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await world.clock.advance(10)
  assert.equal((await process.show('s1')).saga.committed, true)
})

test('P8 P10: a rollback that overtakes the commit point leaves nothing of the step behind it in the journal', async () => {
  await using world = new SagaWorld()
  const gate = Promise.withResolvers<void>()
  const definition = aSaga('order', async (s) => {
    await s.step('charge', remote('charge'))
    await s.commit()
    await s.step('book', {
      local: true,
      action: async ({ transaction }) => {
        await gate.promise
        return transaction(async () => 'booked')
      },
    })
  })
  world.participants.script('undo charge', new BanyanError('unavailable', 'not now'))
  const first = await world.open([definition])
  await first.start(definition, 's1')
  await world.clock.advance(10)
  assert.equal(await first.requestRollback('s1'), true)
  gate.resolve()
  await world.clock.advance(1)
  assert.deepEqual(
    (await first.show('s1')).states,
    { charge: 'done' },
    'without its commit point the function never comes to that step again',
  )
  await first.crash()
  const second = await world.open([definition])
  await second.settled('s1')
  await audit(second, 's1', { status: 'compensated', standing: [], book: [] })
})
