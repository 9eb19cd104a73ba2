import { globSync } from 'node:fs'

/** Fast tests that share nothing: one process for all of them. */
export const UNIT = [
  'packages/**/*.test.ts',
  'services/**/*.test.ts',
  'apps/**/*.test.ts',
  'scripts/**/*.test.ts',
  'bench/**/*.test.ts',
  'tests/**/*.test.ts',
]

/** Tests of a real backend that needs nothing but Node: a process each. */
export const INTEGRATION = [
  'packages/**/*.integration.ts',
  'services/**/*.integration.ts',
  'apps/**/*.integration.ts',
  'tests/**/*.integration.ts',
  'scripts/**/*.integration.ts',
  'examples/**/*.integration.ts',
  'bench/**/*.integration.ts',
]

/** Tests that cross services: a process each. They run on SQLite, and again on PostgreSQL where there is one. */
export const JOURNEY = ['tests/**/*.journey.ts']

/** Tests of a real PostgreSQL: a process each. */
export const POSTGRES = ['packages/**/*.postgres.ts', 'services/**/*.postgres.ts', 'tests/**/*.postgres.ts']

/** The files that match, sorted, so that two runs run in the same order; `only` keeps those whose path contains one of its parts. */
export function testFiles(globs: readonly string[], only: readonly string[] = []): string[] {
  const files = globSync([...globs], { exclude: ['**/node_modules/**', '**/dist/**'] })
  return files
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => only.length === 0 || only.some((part) => file.includes(part)))
    .toSorted()
}
