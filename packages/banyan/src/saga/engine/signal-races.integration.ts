import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aSaga, remote, type SagaProcess, SagaWorld } from '../suite/saga-world.testsuite.ts'

/** Waits for two signals of one name, with a step between, in which the second may come. */
const payment = aSaga('payment', async (s) => {
  const first = await s.signal<string>('paid')
  await s.step('book', remote('book'))
  const second = await s.signal<string>('paid')
  return [first, second]
})

/** What can happen, in any order. `again` sends the id of `one` a second time, with other data. */
const EVENTS = ['start', 'one', 'again', 'two', 'crash'] as const
type Event = (typeof EVENTS)[number]

/** Time that passes after each event: none, so that it meets what is under way, or enough to come to rest. */
const PAUSES_MS = [0, 200]

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]))
}

async function outputAfter(order: readonly Event[], pauseMs: number): Promise<unknown> {
  await using world = new SagaWorld()
  let process: SagaProcess = await world.open([payment])
  const happen: Readonly<Record<Event, () => Promise<void>>> = {
    start: () => process.start(payment, 's1'),
    one: () => process.signal('s1', 'paid', { id: 'one', data: 'first' }),
    again: () => process.signal('s1', 'paid', { id: 'one', data: 'first' }),
    two: () => process.signal('s1', 'paid', { id: 'two', data: 'second' }),
    async crash() {
      await process.crash()
      process = await world.open([payment])
    },
  }
  for (const event of order) {
    await happen[event]()
    await world.clock.advance(pauseMs)
  }
  const saga = await process.settled('s1')
  return JSON.parse(saga.output ?? 'null')
}

test('P12: in every order of start, two signals, a repetition of the first and a crash, each signal is delivered once', async () => {
  for (const [index, order] of permutations(EVENTS).entries()) {
    const pauseMs = PAUSES_MS[index % PAUSES_MS.length] ?? 0
    const output = (await outputAfter(order, pauseMs)) as string[]
    assert.deepEqual(output.toSorted(), ['first', 'second'], `${order.join(', ')} with ${pauseMs} ms between`)
  }
})
