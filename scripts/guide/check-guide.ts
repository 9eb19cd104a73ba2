import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runNode } from '../gate/run-process.ts'
import { runTests } from '../gate/test-run.ts'
import type { GuidePage } from './guide-page.ts'
import { runShells } from './shell-run.ts'
import { workFolder } from './work-folder.ts'

/** The compiler reads the toolkit with all pages, once: some seconds, and many on a busy machine. */
const TYPES_MS_MAX = 120_000
const TESTS_MS_MAX = 120_000
const TEST_MS_MAX = 60_000

/** The pages of a guide, written out in a folder of their own; disposing removes it. */
export interface CheckedGuide extends Disposable {
  /** What the compiler says, in places of the pages; empty when all types fit. */
  typeProblems(): Promise<string>
  /** Runs all tests and compared values; returns what failed, in places of the pages, and how many passed. */
  run(): Promise<{ readonly failures: readonly string[]; readonly passed: number }>
  /** Runs a page's shell lines; throws for what does not do what the page says. */
  runShells(page: GuidePage): Promise<void>
}

/** Writes pages out so that they can be checked as a reader would: one folder a page, with the repository's packages installed. */
export function checkedGuide(repository: string, pages: readonly GuidePage[]): CheckedGuide {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'banyan-guide-')))
  const folder = workFolder(root, repository, pages)
  return {
    async typeProblems() {
      const compiler = path.join(repository, 'node_modules/typescript/bin/tsc')
      const { output, exitCode, problem } = await runNode([compiler, '--noEmit', '-p', root], { deadlineMs: TYPES_MS_MAX, cwd: root })
      return exitCode === 0 && problem === undefined ? '' : folder.told([problem, output].filter(Boolean).join('\n'))
    },
    async run() {
      const run = { name: 'guide', files: folder.tests, deadlineMs: TESTS_MS_MAX, testDeadlineMs: TEST_MS_MAX }
      const { failures, passed } = await runTests(run)
      return { failures: failures.map(({ name, detail }) => folder.told(`${name}: ${detail}`)), passed }
    },
    runShells: (page) => runShells(page, folder.folderOf(page)),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  }
}
