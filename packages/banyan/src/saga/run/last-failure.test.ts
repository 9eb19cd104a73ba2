import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SagaFailure, StepError } from './saga-failure.ts'
import { aSaga, declined, remote, SagaWorld } from '../suite/saga-world.testsuite.ts'

function stepError(text: string | null | undefined): StepError {
  return JSON.parse(text ?? 'null') as StepError
}

test('P9: the journal keeps what a step failed with last, and where; the log has it once, with the trace id', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.commit()
    await s.step('send', {
      action: async () => {
        throw attempts++ === 0 ? new RangeError('bad label') : declined('no_such_street')
      },
    })
  })
  let attempts = 0
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await world.clock.advance(10)
  const during = stepError((await process.show('s1')).steps[0]?.error)
  assert.equal(during.code, 'internal')
  assert.match(during.cause ?? '', /^RangeError: bad label\n {4}at /)
  const { failure } = await process.settled('s1')
  const after = stepError((await process.show('s1')).steps[0]?.error)
  assert.deepEqual([after.code, after.message], ['no_such_street', 'no_such_street by the participant'])
  assert.equal((JSON.parse(failure as string) as SagaFailure).stuck?.code, 'no_such_street')

  const lines = world.logged.filter(({ fields }) => fields['id'] === 's1')
  assert.deepEqual(
    lines.map(({ message, fields }) => [message, fields['step'], fields['code']]),
    [
      ['a saga step failed; it will be tried again', 'send', 'internal'],
      ['a saga is stuck', 'send', 'no_such_street'],
    ],
  )
  for (const { fields } of lines) assert.match(String(fields['trace_id']), /^[0-9a-f]{32}$/)
  assert.match(String(lines[1]?.fields['todo']), /retry the saga, or settle the step by hand and skip it/)
})

test('P9: an error of the function itself is kept with its place, and compensations get its code only', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.commit()
    await s.step('send', remote('send'))
    throw new TypeError('lines is undefined')
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  const { failure } = await process.settled('s1')
  assert.match((JSON.parse(failure as string) as SagaFailure).stuck?.cause ?? '', /^TypeError: lines is undefined\n {4}at .*last-failure/)
  const stuck = world.logged.find(({ message }) => message === 'a saga is stuck')
  assert.equal(stuck?.fields['thrown'], 'TypeError: lines is undefined')
})

test('P9: what a compensation failed with is kept with its place', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', {
      ...remote('reserve'),
      compensation: async () => {
        throw new RangeError('quantity is -1')
      },
    })
    s.rollback('no')
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await world.clock.advance(100)
  assert.match(stepError((await process.show('s1')).steps[0]?.error).cause ?? '', /^RangeError: quantity is -1\n/)
})

test('a step that has nothing to undo is kept when its saga rolls back, not compensated', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('order', async (s) => {
    await s.step('reserve', remote('reserve'))
    await s.step('tell', { action: ({ call }) => call('tell') })
    await s.sleep('nap', '1s')
    s.rollback('no')
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  assert.deepEqual((await process.show('s1')).states, { reserve: 'compensated', tell: 'kept', 'sleep:nap': 'kept' })
})
