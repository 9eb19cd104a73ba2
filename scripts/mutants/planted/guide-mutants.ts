import type { Mutant } from '../mutant.ts'

const BROKEN = 'scripts/guide/check-guide.integration.ts'

/** Mistakes with which the guide would say what is not so. */
export const GUIDE_MUTANTS: readonly Mutant[] = [
  {
    name: 'guide-types-unchecked',
    mistake: 'what the compiler says about the snippets of the guide is not heard',
    promises: [],
    file: 'scripts/guide/check-guide.ts',
    find: 'return exitCode === 0 && problem === undefined',
    replace: 'return problem === undefined',
    caughtBy: { file: BROKEN, test: 'a type that does not fit, a value that is another and a test that fails are found' },
  },
  {
    name: 'guide-values-unchecked',
    mistake: 'a value that the guide shows is compared with nothing',
    promises: [],
    file: 'scripts/guide/shows.ts',
    find: 'if (!isDeepStrictEqual(actual, expected))',
    replace: 'if (typeof actual !== typeof expected)',
    caughtBy: { file: BROKEN, test: 'a type that does not fit, a value that is another and a test that fails are found' },
  },
  {
    name: 'guide-block-unread',
    mistake: 'a block of the guide that names no file is passed over and never run',
    promises: [],
    file: 'scripts/guide/guide-page.ts',
    find: "report(fence, 'the block names no file",
    replace: "String('the block names no file",
    caughtBy: { file: 'scripts/guide/guide-page.test.ts', test: 'a block that nobody would run is a problem' },
  },
]
