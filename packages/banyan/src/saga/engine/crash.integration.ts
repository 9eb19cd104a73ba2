import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnySaga } from '../definitions.ts'
import { audit, type Expected } from '../suite/audit.testsuite.ts'
import { note } from '../suite/book.testsuite.ts'
import {
  aSaga,
  declined,
  local,
  remote,
  SAGA_ENGINES,
  type SagaEngineName,
  type SagaProcess,
  SagaWorld,
  type TestContext,
} from '../suite/saga-world.testsuite.ts'

/** One story that is told again with a crash at each of its fault points. */
interface Scenario {
  readonly name: string
  readonly definition: AnySaga
  readonly expected: Expected
  readonly prepare?: (world: SagaWorld) => void
  /** What happens besides while it runs; must be safe to repeat after a crash. */
  readonly meanwhile?: (process: SagaProcess) => Promise<void>
}

const ORDER = { reserve: remote('reserve'), charge: remote('charge'), ship: remote('ship') }

const scenarios: readonly Scenario[] = [
  {
    name: 'a saga that completes',
    definition: aSaga('order', async (s) => {
      await s.step('reserve', ORDER.reserve)
      await s.step('charge', ORDER.charge)
      await s.step('confirm', local('confirmed'))
      await s.commit()
      await s.step('book', local('booked', { local: true }))
      await s.step('ship', ORDER.ship)
    }),
    expected: { status: 'completed', standing: ['reserve', 'charge', 'ship'], book: ['confirm confirmed', 'book booked'] },
  },
  {
    name: 'a saga whose third step is declined',
    definition: aSaga('order', async (s) => {
      await s.step('reserve', ORDER.reserve)
      await s.step('book', local('booked', { local: true }))
      await s.step('price', { action: ({ call }: TestContext) => call('price') })
      await s.step('charge', ORDER.charge)
      await s.step('ship', ORDER.ship)
    }),
    prepare: ({ participants }) => participants.script('charge', declined(), declined(), declined()),
    expected: { status: 'compensated', standing: ['price'], book: ['book booked', 'book:undo booked'] },
  },
  {
    name: 'a saga that rolls itself back',
    definition: aSaga('order', async (s) => {
      await s.step('reserve', ORDER.reserve)
      await s.step('charge', ORDER.charge)
      s.rollback('changed my mind')
    }),
    expected: { status: 'compensated', standing: [], book: [] },
  },
  {
    name: 'a step whose answer is lost until its attempts are used up',
    definition: aSaga('order', async (s) => {
      await s.step('reserve', ORDER.reserve)
      await s.step('charge', { ...ORDER.charge, attemptsMax: 2, timeout: 200 })
    }),
    prepare: ({ participants }) => participants.script('charge', 'lost', 'lost', 'lost', 'lost'),
    expected: { status: 'compensated', standing: [], book: [] },
  },
  {
    name: 'a caught failure that goes another way',
    definition: aSaga('order', async (s) => {
      await s.step('reserve', ORDER.reserve)
      try {
        await s.step('charge', ORDER.charge)
      } catch {
        await s.step('invoice', remote('invoice'))
      }
      await s.commit()
    }),
    prepare: ({ participants }) => participants.script('charge', declined(), declined(), declined()),
    expected: { status: 'completed', standing: ['reserve', 'invoice'], book: [] },
  },
  {
    name: 'steps side by side',
    definition: aSaga('order', async (s) => {
      await Promise.all([s.step('reserve', ORDER.reserve), s.step('charge', ORDER.charge), s.step('book', local('booked'))])
      await s.commit()
      await s.step('ship', ORDER.ship)
    }),
    expected: { status: 'completed', standing: ['reserve', 'charge', 'ship'], book: ['book booked'] },
  },
  {
    name: 'a failure after the commit point that goes away',
    definition: aSaga('order', async (s) => {
      await s.step('charge', ORDER.charge)
      await s.commit()
      await s.step('ship', { ...ORDER.ship, attemptsMax: 1, timeout: 200 })
    }),
    prepare: ({ participants }) => participants.script('ship', 'unsent', 'lost', 'unsent'),
    expected: { status: 'completed', standing: ['charge', 'ship'], book: [] },
  },
  {
    name: 'sleeping and waiting for a signal',
    definition: aSaga('order', async (s) => {
      await s.step('reserve', ORDER.reserve)
      await s.sleep('cool down', '1m')
      const paid = await s.signal<{ amount: number }>('paid', { timeout: '10m' })
      if (paid?.amount !== 5) s.rollback('not paid')
      await s.step('ship', ORDER.ship)
    }),
    meanwhile: (process) => process.signal('s1', 'paid', { id: 'one', data: { amount: 5 } }),
    expected: { status: 'completed', standing: ['reserve', 'ship'], book: [] },
  },
  {
    name: 'a compensation that fails a few times',
    definition: aSaga('order', async (s) => {
      await s.step('reserve', ORDER.reserve)
      await s.step('charge', { ...ORDER.charge, timeout: 200 })
      s.rollback('no')
    }),
    prepare: ({ participants }) => participants.script('undo charge', 'unsent', 'lost'),
    expected: { status: 'compensated', standing: [], book: [] },
  },
  {
    name: 'a deadline that passes during a step',
    definition: aSaga(
      'order',
      async (s) => {
        await s.step('reserve', ORDER.reserve)
        await s.step('charge', ORDER.charge)
      },
      { deadline: '5s' },
    ),
    prepare: ({ participants }) => participants.script('charge', 'lost', 'lost', 'lost', 'lost'),
    expected: { status: 'compensated', standing: [], book: [] },
  },
]

for (const engine of SAGA_ENGINES)
  for (const scenario of scenarios) {
    test(`ends as it should after a crash at every point: ${scenario.name} (${engine})`, async () => {
      const points = await tell(engine, scenario, [])
      for (let crashAt = 1; crashAt <= points; crashAt++) await tell(engine, scenario, [crashAt])
    })

    test(`ends as it should after several crashes: ${scenario.name} (${engine})`, async () => {
      for (let first = 1; first <= 12; first += 2) await tell(engine, scenario, [first, 1 + (first % 4), 2 + (first % 3)])
    })
  }

test('a step that only writes its own store needs no commit before its action, and still runs once', async () => {
  await using world = new SagaWorld()
  const definition = aSaga('books', async (s) => {
    for (const name of ['a', 'b', 'c'])
      await s.step(name, { local: true, action: ({ transaction, key }) => transaction((tx) => note(tx, key)) })
  })
  const process = await world.open([definition])
  await process.start(definition, 's1')
  await process.settled('s1')
  assert.equal(process.points.filter((point) => point.endsWith('before-journal')).length, 1, 'only the end of the saga')
  assert.deepEqual(await process.book(), ['s1:a', 's1:b', 's1:c'])
})

/** Tells a story in processes that crash at the given points, one after another, and checks how it ends. Returns the points of the last. */
async function tell(
  engine: SagaEngineName,
  { definition, prepare, meanwhile, expected }: Scenario,
  crashes: readonly number[],
): Promise<number> {
  await using world = new SagaWorld(engine)
  prepare?.(world)
  let started = false
  for (const crashAt of [...crashes, Number.POSITIVE_INFINITY]) {
    const process = await world.open([definition], { crashAt })
    if (!started && !process.dead) await process.start(definition, 's1')
    started ||= !process.dead
    if (!process.dead) await meanwhile?.(process)
    try {
      await process.settled('s1', 3_600_000)
    } catch (error) {
      if (!process.dead) throw new Error(`crashed at ${crashes.join(', ')}`, { cause: error })
      await process.crash()
      continue
    }
    try {
      await audit(process, 's1', expected)
    } catch (error) {
      throw new Error(`crashed at ${crashes.join(', ')}; requests: ${world.participants.requests.join(', ')}`, { cause: error })
    }
    return process.points.length
  }
  throw new Error('the last process crashed')
}
