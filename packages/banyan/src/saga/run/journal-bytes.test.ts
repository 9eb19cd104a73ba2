import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteBudget, createMemoryBudgets } from '../../kernel/byte-budget.ts'
import { JOURNAL_BYTES_MAX } from './journal-bytes.ts'
import { aSaga, SagaWorld } from '../suite/saga-world.testsuite.ts'

/** Counted as a megabyte. */
const LARGE = 'x'.repeat(500_000)
const MEGABYTE = 1_000_000

test('large sagas are in memory as far as they fit, in one life and in the next, and each ends', async () => {
  await using world = new SagaWorld()
  const count = 20
  const gate = Promise.withResolvers<void>()
  const slow = aSaga('slow', async (s) => s.step('wait', { action: async () => (await gate.promise, LARGE), compensation: async () => {} }))
  const memory = { ...createMemoryBudgets(), journals: new ByteBudget(5 * MEGABYTE) }
  const first = await world.open([slow], { memory })
  for (let number = 1; number <= count; number++) await first.start(slow, `s${number}`, { text: LARGE })
  await world.clock.advance(2_000)
  assert.ok(first.engine.size >= 5 && first.engine.size <= 7, `${first.engine.size} sagas are in memory`)
  await first.crash()

  const next = { ...createMemoryBudgets(), journals: new ByteBudget(5 * MEGABYTE) }
  const second = await world.open([slow], { memory: next })
  await world.clock.advance(2_000)
  assert.ok(second.engine.size >= 5 && second.engine.size <= 7, `${second.engine.size} sagas were taken over`)
  gate.resolve()
  for (let number = 1; number <= count; number++) assert.equal((await second.settled(`s${number}`)).status, 'completed')
  assert.ok(next.journals.peak <= 16 * MEGABYTE, `${next.journals.peak} bytes were held`)
  assert.equal(next.journals.used, 0)
})

test('a saga whose outputs grow too large is held with what to do, and nothing of it is undone', async () => {
  await using world = new SagaWorld()
  const undone: string[] = []
  const greedy = aSaga('greedy', async (s) => {
    for (let number = 1; number <= 40; number++)
      await s.step(`read ${number}`, { action: async () => LARGE, compensation: async () => void undone.push(`${number}`) })
  })
  const process = await world.open([greedy])
  await process.start(greedy, 'g')
  const saga = await process.settled('g')
  assert.equal(saga.status, 'stuck')
  const { failure, steps } = await process.show('g')
  assert.match(failure?.message ?? '', /at most 16777216 are kept; store what steps make in tables/)
  const bytes = steps.reduce((sum, { output }) => sum + 2 * (output?.length ?? 0), 0)
  assert.ok(bytes > JOURNAL_BYTES_MAX - 2 * MEGABYTE && bytes <= JOURNAL_BYTES_MAX)
  assert.deepEqual(undone, [])
  assert.equal(process.runtime.memory.journals.used, 0)
})

test('where other services fill the memory, the next saga follows the one before at once', async () => {
  await using world = new SagaWorld()
  const quick = aSaga('quick', async (s) => s.step('work', { action: async () => 'done', compensation: async () => {} }))
  const memory = createMemoryBudgets()
  memory.journals.take(memory.journals.bytesMax)
  const process = await world.open([quick], { memory })
  const count = 10
  for (let number = 1; number <= count; number++) await process.start(quick, `s${number}`)
  await world.clock.advance(1_500)
  for (let number = 1; number <= count; number++) assert.equal((await process.show(`s${number}`)).saga.status, 'completed')
})
