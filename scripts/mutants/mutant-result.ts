import type { Mutant } from './mutant.ts'
import type { TestVerdict } from './test-verdict.ts'

/** What became of a mutant. `survived`: its test passed. `broken`: nothing was proved, e.g. it is stale or does not load. */
export interface MutantResult {
  readonly mutant: Mutant
  readonly outcome: 'caught' | 'survived' | 'broken' | 'not run'
  /** Name of the test that caught it. */
  readonly test?: string
  /** First lines of its error, or why the mutant was not caught. */
  readonly detail: string
  readonly durationMs: number
}

/** Judges a mutant by what its test said. */
export function mutantResult(mutant: Mutant, verdict: TestVerdict, durationMs: number): MutantResult {
  if (verdict.kind === 'passed')
    return { mutant, outcome: 'survived', detail: 'its test passes all the same: write one that does not', durationMs }
  const { kind, test, error } = verdict
  if (kind === 'failed') return { mutant, outcome: 'caught', test, detail: error, durationMs }
  if (kind === 'late' && mutant.isLiveness) return { mutant, outcome: 'caught', test, detail: `in time: ${error}`, durationMs }
  const why = kind === 'late' ? 'only ran out of time, which proves nothing here' : 'did not fail by an assertion'
  return { mutant, outcome: 'broken', detail: `"${test}" ${why}: ${error}`, durationMs }
}
