import assert from 'node:assert/strict'
import { test } from 'node:test'
import { audit } from '../suite/audit.testsuite.ts'
import { aSaga, remote, SagaWorld } from '../suite/saga-world.testsuite.ts'

const BY = { actor: 'ann', reason: 'deployed the old code' }
const original = aSaga('order', async (s) => {
  await s.step('reserve', remote('reserve'))
  await s.step('charge', remote('charge'))
  await s.sleep('rest', '1m')
  await s.step('ship', remote('ship'))
})

test('P13: a saga whose definition or version this build lacks is left untouched and listed, and others go on', async () => {
  await using world = new SagaWorld()
  const first = await world.open([original])
  await first.start(original, 's1')
  await world.clock.advance(1_000)
  const before = (await first.show('s1')).saga
  await first.crash()

  const newer = aSaga('order', async (s) => s.step('everything', remote('everything')), { version: 2 })
  const second = await world.open([newer])
  await second.start(newer, 's2')
  assert.equal((await second.settled('s2')).status, 'completed')
  await world.clock.advance(120_000)
  assert.deepEqual((await second.show('s1')).saga, before)
  const listed = await second.engine.admin.list({ limit: 10 })
  assert.deepEqual(
    listed.map(({ id, versionMissing }) => [id, versionMissing]),
    [
      ['s1', true],
      ['s2', false],
    ],
  )
  await second.crash()

  const third = await world.open([original])
  assert.equal((await third.settled('s1')).status, 'completed')
})

for (const [what, changed] of [
  [
    'a renamed step',
    aSaga('order', async (s) => {
      await s.step('reserve', remote('reserve'))
      await s.step('pay', remote('pay'))
      await s.sleep('rest', '1m')
    }),
  ],
  [
    'a step inserted before others',
    aSaga('order', async (s) => {
      await s.step('check', remote('check'))
      await s.step('reserve', remote('reserve'))
      await s.step('charge', remote('charge'))
      await s.sleep('rest', '1m')
    }),
  ],
  [
    'a step that is gone',
    aSaga('order', async (s) => {
      await s.step('reserve', remote('reserve'))
    }),
  ],
] as const) {
  test(`P13: ${what} in the same version stops the saga with a readable difference, and nothing is done twice`, async () => {
    await using world = new SagaWorld()
    const first = await world.open([original])
    await first.start(original, 's1')
    await world.clock.advance(1_000)
    await first.crash()
    const second = await world.open([changed])
    await world.clock.advance(60_000)
    const { saga, failure } = await second.show('s1')
    assert.equal(saga.status, 'stuck')
    assert.match(failure?.message ?? '', /does not fit the journal of s1/)
    assert.match(failure?.message ?? '', /"charge"/)
    assert.deepEqual(world.participants.requests, ['do s1:reserve', 'do s1:charge'])
    await second.crash()
    const third = await world.open([original])
    await third.engine.admin.retry('s1', BY)
    assert.equal((await third.settled('s1')).status, 'completed')
  })
}

test('P13: a step inserted after what is done is simply done', async () => {
  await using world = new SagaWorld()
  const first = await world.open([original])
  await first.start(original, 's1')
  await world.clock.advance(1_000)
  await first.crash()
  const changed = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.step('charge', remote('charge'))
    await s.sleep('rest', '1m')
    await s.step('wrap', remote('wrap'))
    await s.step('ship', remote('ship'))
  })
  const second = await world.open([changed])
  await second.settled('s1')
  await audit(second, 's1', { status: 'completed', standing: ['reserve', 'charge', 'wrap', 'ship'], book: [] })
})

test('P13: a name used twice stops the saga instead of answering for the other step', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    for (const parcel of ['a', 'b']) await s.step('ship', remote('ship', parcel))
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  assert.equal((await process.settled('s1')).status, 'stuck')
  assert.match((await process.show('s1')).failure?.message ?? '', /twice/)
})

test('P13: a saga that rolls back stops when the code does not know a step that must be undone', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.step('charge', remote('charge'))
    s.rollback('no')
  })
  world.participants.script('undo charge', 'unsent')
  const first = await world.open([definition])
  await first.start(definition, 's1')
  await world.clock.advance(100)
  await first.crash()
  const changed = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    s.rollback('no')
  })
  const second = await world.open([changed])
  await world.clock.advance(1_000)
  assert.equal((await second.show('s1')).saga.status, 'stuck')
  await second.crash()
  const third = await world.open([definition])
  await third.engine.admin.retry('s1', BY)
  await third.settled('s1')
  await audit(third, 's1', { status: 'compensated', standing: [], book: [] })
})

test('a definition that the service does not list cannot be started', async () => {
  await using world = new SagaWorld()
  const process = await world.open([original])
  await assert.rejects(
    process.start(
      aSaga('other', async () => {}),
      's1',
    ),
    { code: 'misuse' },
  )
})
