import { type Mutant, type MutantTest, needsPostgres } from './mutant.ts'
import { type MutantResult, mutantResult } from './mutant-result.ts'
import { plant, StaleMutant } from './plant.ts'
import { type TestVerdict, testVerdict } from './test-verdict.ts'
import { workCopy } from './work-copy.ts'

/** What a hunt needs. */
export interface MutantHuntOptions {
  readonly repository: string
  readonly mutants: readonly Mutant[]
  /** How many run at the same time, each in a copy of its own. */
  readonly concurrency: number
  readonly hasPostgres: boolean
  /** Hears of each result as it comes. */
  readonly onResult: (result: MutantResult) => void
}

/** Runs each listed test on sound code, where it must pass, then with its mutant, where it must fail. Results are in the order of the mutants. */
export async function huntMutants({ repository, mutants, concurrency, hasPostgres, onResult }: MutantHuntOptions): Promise<MutantResult[]> {
  using copies = new DisposableStack()
  const roots = Array.from({ length: concurrency }, () => copies.use(workCopy(repository)).root)
  const results = new Map<Mutant, MutantResult>()
  const told = (result: MutantResult): void => {
    results.set(result.mutant, result)
    onResult(result)
  }
  const runnable = mutants.filter((mutant) => hasPostgres || !needsPostgres(mutant))
  for (const mutant of mutants)
    if (!runnable.includes(mutant)) told({ mutant, outcome: 'not run', detail: 'POSTGRES_URL is not set', durationMs: 0 })
  const sound = await soundVerdicts(roots, runnable)
  await inParallel(roots, runnable, async (root, mutant) => told(await hunt(root, mutant, sound.get(testId(mutant.caughtBy)))))
  return mutants.flatMap((mutant) => results.get(mutant) ?? [])
}

async function hunt(root: string, mutant: Mutant, sound: TestVerdict | undefined): Promise<MutantResult> {
  if (sound?.kind !== 'passed')
    return { mutant, outcome: 'broken', detail: `its test fails without it: ${sound?.error ?? 'it did not run'}`, durationMs: 0 }
  const started = performance.now()
  try {
    const takeOut = plant(root, mutant)
    try {
      const verdict = await testVerdict(root, mutant.caughtBy)
      return mutantResult(mutant, verdict, performance.now() - started)
    } finally {
      takeOut()
    }
  } catch (error) {
    if (!(error instanceof StaleMutant)) throw error
    return { mutant, outcome: 'broken', detail: error.message, durationMs: 0 }
  }
}

/** What each listed test says on sound code. */
async function soundVerdicts(roots: readonly string[], mutants: readonly Mutant[]): Promise<Map<string, TestVerdict>> {
  const verdicts = new Map<string, TestVerdict>()
  const tests = new Map(mutants.map(({ caughtBy }) => [testId(caughtBy), caughtBy]))
  await inParallel(roots, [...tests], async (root, [id, test]) => void verdicts.set(id, await testVerdict(root, test)))
  return verdicts
}

function testId({ file, test = '' }: MutantTest): string {
  return `${file}\n${test}`
}

async function inParallel<T>(roots: readonly string[], items: readonly T[], work: (root: string, item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  await Promise.all(
    roots.map(async (root) => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(root, item)
    }),
  )
}
