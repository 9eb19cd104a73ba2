import { test } from 'node:test'
import fc from 'fast-check'
import { BanyanError } from '../../kernel/error.ts'
import { audit } from '../suite/audit.testsuite.ts'
import type { Behaviour } from '../suite/participants.testsuite.ts'
import { note } from '../suite/book.testsuite.ts'
import { aSaga, declined, local, remote, SAGA_ENGINES, type SagaEngineName, SagaWorld } from '../suite/saga-world.testsuite.ts'

/** One step of a random saga: how its participant behaves, attempt by attempt. */
interface RandomStep {
  readonly kind: 'remote' | 'local' | 'parallel'
  readonly doing: readonly ('ok' | 'lost' | 'unsent' | 'unavailable' | 'declined')[]
  readonly undoing: readonly ('ok' | 'lost' | 'unsent' | 'unavailable')[]
}

/** A whole story. */
interface Story {
  readonly steps: readonly RandomStep[]
  /** The commit point stands before this step; none when there is no such step. */
  readonly commitAt: number
  readonly rollbackAt: number
  /** Fault points of each life after which the process dies. */
  readonly crashes: readonly number[]
}

const ATTEMPTS = 3
const step: fc.Arbitrary<RandomStep> = fc.record({
  kind: fc.constantFrom('remote', 'local', 'parallel'),
  doing: fc.array(fc.constantFrom('ok', 'lost', 'unsent', 'unavailable', 'declined'), { maxLength: ATTEMPTS }),
  undoing: fc.array(fc.constantFrom('ok', 'lost', 'unsent', 'unavailable'), { maxLength: 2 }),
})
const story: fc.Arbitrary<Story> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
  commitAt: fc.nat(7),
  rollbackAt: fc.nat(9),
  crashes: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 }),
})

for (const engine of SAGA_ENGINES)
  test(`P7 P8: whatever participants do and wherever it crashes, a saga ends with all of its effects or none (${engine})`, async () => {
    await fc.assert(
      fc.asyncProperty(story, async (told) => tell(engine, told)),
      { numRuns: 100, endOnFailure: false },
    )
  })

async function tell(engine: SagaEngineName, { steps, commitAt, rollbackAt, crashes }: Story): Promise<void> {
  await using world = new SagaWorld(engine)
  steps.forEach(({ doing, undoing }, index) => {
    world.participants.script(`p${index}`, ...doing.filter((one) => index < commitAt || one !== 'declined').map(behaviour))
    world.participants.script(`undo p${index}`, ...undoing.map(behaviour))
  })
  const definition = aSaga('random', async (s) => {
    for (const [index, { kind }] of steps.entries()) {
      if (index === commitAt) await s.commit()
      if (index === rollbackAt && index < commitAt) s.rollback('random')
      const outside = { ...remote(`p${index}`), timeout: 500, attemptsMax: ATTEMPTS }
      if (kind === 'remote') await s.step(`p${index}`, outside)
      else if (kind === 'local') await s.step(`l${index}`, local('x', { local: index % 2 === 0 }))
      else
        await Promise.all([
          s.step(`p${index}`, outside),
          s.step(`b${index}`, { action: ({ transaction, key }) => transaction((tx) => note(tx, key)) }),
        ])
    }
  })
  for (const crashAt of [...crashes, Number.POSITIVE_INFINITY]) {
    const process = await world.open([definition], { crashAt })
    if (!process.dead) await process.start(definition, 's1')
    try {
      await process.settled('s1', 3_600_000)
    } catch (error) {
      if (!process.dead) throw error
      await process.crash()
      continue
    }
    const { status } = (await process.show('s1')).saga
    const outside = steps.flatMap(({ kind }, index) => (kind === 'local' ? [] : [`p${index}`]))
    const book = await process.book()
    await audit(process, 's1', {
      status: status === 'completed' ? 'completed' : 'compensated',
      standing: status === 'completed' ? outside : [],
      book: status === 'completed' ? completeBook(steps) : book.map((entry) => entry.slice('s1:'.length)),
    })
    if (status === 'compensated') expectUndone(book)
    return
  }
}

function completeBook(steps: readonly RandomStep[]): string[] {
  return steps.flatMap(({ kind }, index) => (kind === 'local' ? [`l${index} x`] : kind === 'parallel' ? [`b${index}`] : []))
}

/** Each entry of a local step, which is there at most once, has at most one that undoes it, and none is undone without. */
function expectUndone(book: readonly string[]): void {
  if (new Set(book).size !== book.length) throw new Error(`a local step ran twice: ${book.join(', ')}`)
  const done = book.filter((entry) => entry.endsWith(' x') && !entry.includes(':undo'))
  for (const entry of done)
    if (!book.includes(entry.replace(' x', ':undo x'))) throw new Error(`${entry} was not undone: ${book.join(', ')}`)
}

function behaviour(name: RandomStep['doing'][number]): Behaviour {
  if (name === 'unavailable') return new BanyanError('unavailable', 'not now')
  return name === 'declined' ? declined() : name
}
