/** A known mistake, and the test that must notice it. */
export interface Mutant {
  readonly name: string
  /** What somebody would have done wrong, in a sentence. */
  readonly mistake: string
  /** Promises that it breaks, e.g. `P4`, or a law, e.g. `law 4`. */
  readonly promises: readonly string[]
  readonly file: string
  /** Text that stands exactly once in the file; else the mutant is stale. */
  readonly find: string
  readonly replace: string
  readonly caughtBy: MutantTest
  /**
   * The promise is that something happens at all, so a deadline that passes within the test is a proof too: nothing false is ever seen.
   * Default: only a failed assertion is.
   */
  readonly isLiveness?: true
}

/** The fastest test that proves it. */
export interface MutantTest {
  readonly file: string
  /** Part of the test's full name; absent: all tests of the file. */
  readonly test?: string
}

/** Tells whether a mutant can only be caught where there is a PostgreSQL. */
export function needsPostgres({ caughtBy }: Pick<Mutant, 'caughtBy'>): boolean {
  return caughtBy.file.endsWith('.postgres.ts')
}
