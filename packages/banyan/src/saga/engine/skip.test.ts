import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '../../contract/index.ts'
import { BanyanError } from '../../kernel/error.ts'
import { audit } from '../suite/audit.testsuite.ts'
import { aSaga, declined, remote, type SagaProcess, SagaWorld, type TestContext } from '../suite/saga-world.testsuite.ts'

const BY = { actor: 'ann', reason: 'done by hand' }
const Refund = Type.Object({ refundedMinor: Type.Integer({ minimum: 0 }) })

/** A saga that is stuck after its commit point and needs the output of the step. */
const cancel = aSaga('cancel', async (s) => {
  await s.commit()
  const { refundedMinor } = await s.step('refund', {
    action: async ({ call }: TestContext) => ((await call('refund', { refundedMinor: 5 })) as { input: { refundedMinor: number } }).input,
    output: Refund,
  })
  await s.step('tell', { ...remote('tell'), skipped: () => `told of ${refundedMinor}` })
  return refundedMinor
})

async function stuck(world: SagaWorld, definition = cancel): Promise<SagaProcess> {
  const process = await world.open([definition])
  await process.start(definition, 's1')
  assert.equal((await process.settled('s1')).status, 'stuck')
  return process
}

test('P9: a step that was settled by hand is skipped with the output that its saga goes on with', async () => {
  await using world = new SagaWorld()
  world.participants.script('refund', declined())
  const process = await stuck(world)
  await process.engine.admin.skip('s1', 'refund', BY, { output: { refundedMinor: 700 } })
  const saga = await process.settled('s1')
  assert.deepEqual([saga.status, saga.output], ['completed', '700'])
  assert.deepEqual((await process.show('s1')).states, { refund: 'skipped', tell: 'done' })
})

test('P9: a skip without an output is refused where nobody declared one, with what to do; the saga stays as it is', async () => {
  await using world = new SagaWorld()
  world.participants.script('refund', declined())
  const process = await stuck(world)
  await assert.rejects(process.engine.admin.skip('s1', 'refund', BY), {
    code: 'failed_precondition',
    message: /refund.*--output.*`skipped`/s,
  })
  assert.deepEqual((await process.show('s1')).states, { refund: 'failed' })
  assert.deepEqual(await process.store.read((tx) => tx.audit.list(10)), [])
})

test('P9: an output that does not fit the step is refused, field by field', async () => {
  await using world = new SagaWorld()
  world.participants.script('refund', declined())
  const process = await stuck(world)
  for (const output of [{}, { refundedMinor: -1 }, { refundedMinor: '7' }, null, 7])
    await assert.rejects(process.engine.admin.skip('s1', 'refund', BY, { output }), { code: 'invalid_argument', message: /refund/ })
  assert.equal((await process.show('s1')).saga.status, 'stuck')
})

test('P9: a skip without an output goes on with the one that the author declared, made from earlier outputs', async () => {
  await using world = new SagaWorld()
  world.participants.script('tell', declined())
  const process = await world.open([cancel])
  await process.start(cancel, 's1')
  assert.equal((await process.settled('s1')).status, 'stuck')
  await process.engine.admin.skip('s1', 'tell', BY)
  assert.equal((await process.settled('s1')).output, '5')
  assert.equal((await process.show('s1')).steps[1]?.output, '"told of 5"')
})

test('P9: what is done, waits, or is not where the saga is stuck cannot be skipped, and the answer says why', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.sleep('nap', '1s')
    await s.commit()
    await s.step('ship', remote('ship'))
  })
  world.participants.script('ship', declined())
  const process = await stuck(world, definition)
  const { admin } = process.engine
  const skip = (step: string) => admin.skip('s1', step, BY, { output: null })
  await assert.rejects(skip('reserve'), { code: 'failed_precondition', message: /stuck; that is step "ship"/ })
  await assert.rejects(skip('sleep:nap'), { code: 'failed_precondition', message: /is a wait/ })
  await assert.rejects(skip('nothing'), { code: 'not_found' })
  await assert.rejects(admin.skip('nobody', 'ship', BY), { code: 'not_found' })
})

test('P9: a compensation that was settled by hand has no output', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    s.rollback('no')
  })
  world.participants.script('undo reserve', declined())
  const process = await stuck(world, definition)
  await assert.rejects(process.engine.admin.skip('s1', 'reserve', BY, { output: null }), { code: 'invalid_argument' })
  await process.engine.admin.skip('s1', 'reserve', BY)
  assert.equal((await process.settled('s1')).status, 'compensated')
})

test('P8 P9: a step that was skipped on the way forward is undone when its saga rolls back later', async () => {
  await using world = new SagaWorld()
  const undone: unknown[] = []
  let names = 1
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', { ...remote('reserve'), compensation: async ({ output }) => undone.push(output) })
    for (let name = 0; name < names; name++) await s.step('twice', remote('twice')) // a mistake that holds it before the commit point
    s.rollback('no')
  })
  names = 2
  const process = await stuck(world, definition)
  await process.store.transaction(async (tx) => {
    const [reserve] = await tx.sagas.steps('s1')
    assert.ok(reserve)
    await tx.sagas.saveSteps([{ ...reserve, state: 'unknown', output: null, endedAt: null }])
  })
  await process.engine.admin.skip('s1', 'reserve', BY, { output: 'by hand' })
  assert.equal((await process.settled('s1')).status, 'stuck')
  await process.crash()
  names = 1
  const second = await world.open([definition]) // what a mistake held is tried again by a start
  assert.equal((await second.settled('s1')).status, 'compensated')
  assert.deepEqual(undone, ['by hand'])
})

test('P9: a skip does nothing to a saga whose function forgets the step, but lets it go on', async () => {
  await using world = new SagaWorld()
  let asksForMail = true
  const definition = aSaga('order', async (s) => {
    await s.commit()
    if (asksForMail) await s.step('mail', remote('mail'))
    await s.step('ship', remote('ship'))
  })
  world.participants.script('mail', declined())
  const first = await stuck(world, definition)
  await first.crash()
  asksForMail = false
  const second = await world.open([definition])
  await second.engine.admin.skip('s1', 'mail', BY)
  await second.settled('s1')
  await audit(second, 's1', { status: 'completed', standing: ['ship'], book: [] })
})

test('P9: asking a saga for a step acts on nothing', async () => {
  await using world = new SagaWorld()
  world.participants.script('refund', new BanyanError('failed_precondition', 'closed'))
  const process = await stuck(world)
  const before = [...world.participants.requests]
  await assert.rejects(process.engine.admin.skip('s1', 'refund', BY))
  await world.clock.advance(60_000)
  assert.deepEqual(world.participants.requests, before)
})
