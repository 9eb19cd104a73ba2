import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { runNode } from '../gate/run-process.ts'
import type { ReportLine } from '../gate/test-reporter.ts'
import { parseReport } from '../gate/test-run.ts'
import type { MutantTest } from './mutant.ts'

/** What a test said. `broken`: it could not say anything, e.g. because a file does not load. */
export type TestVerdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed' | 'late' | 'broken'; readonly test: string; readonly error: string }

/** One test may take so long; the slowest takes six seconds, twenty times that on a machine that is busy with something else. */
const TEST_DEADLINE_MS = 120_000
/** The whole process may take so long. */
const RUN_DEADLINE_MS = 150_000
const ERROR_LENGTH_MAX = 160

/** Runs a test in the copy of the repository at `root`, one at a time. */
export async function testVerdict(root: string, { file, test }: MutantTest): Promise<TestVerdict> {
  const reportFile = path.join(root, 'mutant-report.ndjson')
  await rm(reportFile, { force: true })
  const args = [
    '--test',
    '--test-isolation=none',
    '--test-force-exit', // a mutant may leave anything behind; what it left open is not the question
    `--test-timeout=${TEST_DEADLINE_MS}`,
    ...(test === undefined ? [] : [`--test-name-pattern=${RegExp.escape(test)}`]),
    `--test-reporter=${path.join(import.meta.dirname, '..', 'gate', 'test-reporter.ts')}`,
    `--test-reporter-destination=${reportFile}`,
    file,
  ]
  const { problem, output } = await runNode(args, { deadlineMs: RUN_DEADLINE_MS, cwd: root })
  const report = parseReport(await readFile(reportFile, 'utf8').catch(() => ''))
  return judgeReport(file, report, problem ?? (output.trim().slice(-ERROR_LENGTH_MAX) || 'the process ended early'))
}

/** What an error looks like that a test made because something was not as it must be; with its cause, e.g. of a property that failed. */
const ASSERTION = /AssertionError/
/** What it looks like when something did not happen in time. */
const LATE = /deadline_exceeded|\btimed out\b|\bnot within \d+ ms\b|\bdid not settle\b/

/** Decides what a report says; `problem` is told when it does not reach its end. */
export function judgeReport(file: string, report: readonly ReportLine[], problem: string): TestVerdict {
  const failures = report.filter((line) => line.kind === 'failed' && line.name !== file)
  for (const [kind, pattern] of [
    ['failed', ASSERTION],
    ['late', LATE],
    ['broken', /(?:)/],
  ] as const) {
    const failure = failures.find((line) => line.kind === 'failed' && pattern.test(line.detail))
    if (failure?.kind === 'failed') return { kind, test: failure.name, error: firstLines(failure.detail) }
  }
  const unloaded = report.find((line) => line.kind === 'failed')
  if (unloaded?.kind === 'failed') return { kind: 'broken', test: file, error: firstLines(unloaded.detail) }
  if (!report.some(({ kind }) => kind === 'end')) return { kind: 'broken', test: file, error: firstLines(problem) }
  const ran = report.some((line) => line.kind === 'passed' && line.name !== file)
  return ran ? { kind: 'passed' } : { kind: 'broken', test: file, error: 'no test of this name ran' }
}

/** The beginning of an error in one line: its message, without the stack. */
function firstLines(detail: string): string {
  const [message = ''] = detail.split(/\n\s+at /)
  const text = message
    .replace(/^\w*Error(?: \[\w+\])?: /, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return text.length > ERROR_LENGTH_MAX ? `${text.slice(0, ERROR_LENGTH_MAX - 1)}…` : text
}
