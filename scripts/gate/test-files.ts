import { globSync } from 'node:fs'

/** Everywhere that sources stand: a test that no list names would look like one that passes. */
const ROOTS = '{packages,services,apps,examples,scripts,bench,tests}/**'

/** Fast tests that share nothing: one process for all of them. */
export const UNIT = [`${ROOTS}/*.test.ts`]

/** Tests of a real backend that needs nothing but Node: a process each. */
export const INTEGRATION = [`${ROOTS}/*.integration.ts`]

/** Tests that cross services: a process each. They run on SQLite, and again on PostgreSQL where there is one. */
export const JOURNEY = [`${ROOTS}/*.journey.ts`]

/** Tests of a real PostgreSQL: a process each. */
export const POSTGRES = [`${ROOTS}/*.postgres.ts`]

/** The files that match, sorted, so that two runs run in the same order; `only` keeps those whose path contains one of its parts. */
export function testFiles(globs: readonly string[], only: readonly string[] = []): string[] {
  const files = globSync([...globs], { exclude: ['**/node_modules/**', '**/dist/**'] })
  return files
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => only.length === 0 || only.some((part) => file.includes(part)))
    .toSorted()
}

/** Words of a filter that are in the path of no test file: a typing error, which must not look like a test that passed. */
export function wordsWithoutFile(globs: readonly string[], words: readonly string[]): string[] {
  const files = testFiles(globs)
  return words.filter((word) => !files.some((file) => file.includes(word)))
}
