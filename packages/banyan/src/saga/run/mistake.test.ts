import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaCheck, Type } from '../../contract/index.ts'
import { BanyanError, ERROR_CODES, toBanyanError } from '../../kernel/index.ts'
import { isMistakeOfAction, isMistakeOfFunction } from './mistake.ts'
import { note } from '../suite/book.testsuite.ts'
import { aSaga, declined, remote, SagaWorld, type SagaProcess, type TestContext } from '../suite/saga-world.testsuite.ts'
import type { SagaControl } from '../saga.ts'

const network = (): Error => new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) })
const wrongEvent = (): unknown => {
  try {
    return schemaCheck(Type.Object({ id: Type.String() })).own({}, 'event order.created')
  } catch (thrown) {
    return thrown
  }
}
const failedAssertion = (): unknown => {
  try {
    return assert.equal(1, 2)
  } catch (thrown) {
    return thrown
  }
}

/** What is thrown, and whether it is a mistake where an action or where the function throws it. */
const THROWN: readonly [string, unknown, action: boolean, body: boolean][] = [
  ['TypeError', new TypeError('x is not a function'), true, true],
  ['ReferenceError', new ReferenceError('x is not defined'), true, true],
  ['RangeError', new RangeError('invalid date'), true, true],
  ['SyntaxError', new SyntaxError('unexpected token'), true, true],
  ['failed assertion', failedAssertion(), true, true],
  ['misuse of the toolkit', new BanyanError('misuse', 'a second transaction'), true, true],
  ['wrong data of an event', wrongEvent(), true, true],
  ['Error', new Error('boom'), false, true],
  ['text', 'boom', false, true],
  ['nothing', undefined, false, true],
  ['error of a network', network(), false, true],
  ['declared error of a participant', declined(), false, false],
  ['refusal of a participant', new BanyanError('not_found', 'x', { from: 'stock.take' }), false, false],
  ['internal of a participant', new BanyanError('internal', 'x', { from: 'stock.take' }), false, true],
  ['code of the author', new BanyanError('no_such_street', 'x'), false, false],
  ['outage', new BanyanError('unavailable', 'x'), false, false],
  ['refusal of the author', new BanyanError('failed_precondition', 'x'), false, false],
]
for (const [name, thrown, action, body] of THROWN)
  test(`${name}: a mistake of an action: ${action}, of the function: ${body}`, () => {
    assert.equal(isMistakeOfAction(toBanyanError(thrown)), action)
    assert.equal(
      isMistakeOfFunction(thrown, () => false),
      body,
    )
  })

test('no code of the platform but internal and misuse is a mistake', () => {
  for (const code of Object.keys(ERROR_CODES))
    assert.equal(isMistakeOfAction(new BanyanError(code, 'x')), code === 'internal' || code === 'misuse', code)
})

test('the failure of a step stays one when the function wraps it, but not when what came of it is a mistake', () => {
  const failure = new Error('as the step failed')
  const known = (error: object): boolean => error === failure
  assert.equal(isMistakeOfFunction(failure, known), false)
  assert.equal(isMistakeOfFunction(new Error('cannot pay', { cause: failure }), known), false)
  assert.equal(isMistakeOfFunction(new TypeError('x is not a function', { cause: failure }), known), false)
  assert.equal(isMistakeOfFunction(new TypeError('x is not a function'), known), true)
})

type Body = (s: SagaControl<TestContext>) => Promise<unknown>
const reserveThen =
  (then: Body): Body =>
  async (s) => {
    await s.step('reserve', remote('reserve'))
    await then(s)
    await s.step('ship', remote('ship'))
  }
const mended = reserveThen((s) => s.step('write', { local: true, action: ({ transaction }) => transaction((tx) => note(tx, 'written')) }))

/** Its type does not tell what it is. */
const UNKEPT: unknown = 1n
/** Ways in which a deployment can be wrong after the first step. */
const MISTAKES: Record<string, Body> = {
  'the function throws': async () => {
    throw new TypeError('lines is undefined')
  },
  'the function throws an Error without a code': async () => {
    throw new Error('no lines')
  },
  'the function misuses a step': (s) => s.step('', remote('write')),
  'an action throws until no attempt is left': (s) =>
    s.step('write', {
      action: async () => {
        throw new ReferenceError('writer is not defined')
      },
    }),
  'an action throws for good': (s) =>
    s.step('write', {
      action: async () => {
        throw new BanyanError('misuse', 'a call inside a transaction')
      },
    }),
  'an action answers what cannot be kept': (s) => s.step('write', { action: async () => UNKEPT }),
  'a local action throws': (s) =>
    s.step('write', { local: true, action: ({ transaction }) => transaction(async () => assert.fail('no amount')) }),
  'an action throws and the function goes another way': async (s) => {
    const write = s.step('write', { action: async () => assert.fail('no amount') })
    await write.catch(() => s.rollback('it could not be written'))
  },
}

for (const [how, mistake] of Object.entries(MISTAKES))
  test(`P7: ${how}: the saga is held, nothing is undone, and the next start goes on with it`, async () => {
    await using world = new SagaWorld()
    const broken = aSaga('order', reserveThen(mistake))
    const first = await world.open([broken])
    await first.start(broken, 's1')
    const held = await first.settled('s1')
    assert.equal(held.status, 'stuck')
    const { failure } = await first.show('s1')
    assert.equal(failure?.stuck?.mistake, true)
    assert.ok(failure?.stuck?.cause, 'its cause can be seen')
    await world.clock.advance(120_000)
    assert.deepEqual(world.participants.requests, ['do s1:reserve'])
    await first.stop()

    const still = await world.open([broken])
    assert.equal((await still.settled('s1')).status, 'stuck', 'the same code holds it again')
    assert.deepEqual(world.participants.requests, ['do s1:reserve'])
    await still.stop()

    const better = await world.open([aSaga('order', mended)])
    assert.equal((await better.settled('s1')).status, 'completed')
    assert.deepEqual(world.participants.requests, ['do s1:reserve', 'do s1:ship'])
    assert.deepEqual(await better.book(), ['written'])
  })

async function heldSaga(world: SagaWorld): Promise<SagaProcess> {
  const broken = aSaga('order', reserveThen(MISTAKES['an action throws for good'] as Body))
  const process = await world.open([broken])
  await process.start(broken, 's1')
  assert.equal((await process.settled('s1')).status, 'stuck')
  return process
}
const BY = { actor: 'ann', reason: 'because' }

test('P7: a held saga can be rolled back by a person, also by the code that holds it', async () => {
  await using world = new SagaWorld()
  const process = await heldSaga(world)
  await process.engine.admin.rollback('s1', BY)
  assert.equal((await process.settled('s1')).status, 'compensated')
  assert.deepEqual(world.participants.requests, ['do s1:reserve', 'undo s1:reserve'])
})

test('a held saga is tried again when a person asks, with fresh attempts', async () => {
  await using world = new SagaWorld()
  let isMended = false
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.step('write', { action: async () => isMended || assert.fail('no amount') })
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  assert.equal((await process.settled('s1')).status, 'stuck')
  isMended = true
  await process.engine.admin.retry('s1', BY)
  assert.equal((await process.settled('s1')).status, 'completed')
})

test('a rollback that was asked for before the mistake comes first', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await process.requestRollback('s1', 'customer changed mind')
    throw new TypeError('lines is undefined')
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  assert.equal((await process.settled('s1')).status, 'compensated')
})

test('a compensation that is wrong is held, and the next start goes on with it', async () => {
  await using world = new SagaWorld()
  const order = (compensation: (context: TestContext) => Promise<unknown>) =>
    aSaga('order', async (s) => {
      await s.step('reserve', { ...remote('reserve'), compensation })
      s.rollback('no')
    })
  const broken = order(async () => {
    throw new BanyanError('misuse', 'a call inside a transaction')
  })
  const first = await world.open([broken])
  await first.start(broken, 's1')
  assert.equal((await first.settled('s1')).status, 'stuck')
  await first.stop()
  const better = await world.open([order(({ undo }) => undo('reserve'))])
  assert.equal((await better.settled('s1')).status, 'compensated')
  assert.deepEqual(world.participants.requests, ['do s1:reserve', 'undo s1:reserve'])
})

test('P9: what is stuck for another reason is not touched by a start', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    s.rollback('no')
  })
  world.participants.script('undo reserve', declined(), declined())
  const first = await world.open([definition])
  await first.start(definition, 's1')
  assert.equal((await first.settled('s1')).status, 'stuck')
  const { requests } = world.participants
  const before = requests.length
  await first.stop()
  const second = await world.open([definition])
  await world.clock.advance(10_000)
  assert.equal((await second.show('s1')).saga.status, 'stuck')
  assert.equal(requests.length, before)
})

test('P13: a held saga of another version is left untouched by a start', async () => {
  await using world = new SagaWorld()
  const first = await heldSaga(world)
  await first.stop()
  const other = await world.open([aSaga('order', mended, { version: 2 })])
  await world.clock.advance(10_000)
  assert.equal((await other.show('s1')).saga.status, 'stuck')
})
