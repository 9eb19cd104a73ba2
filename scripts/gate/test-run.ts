// Runs test files in one process and judges the report. A test file that runs no test, a runner that ends early and a
// non-zero exit without a failed test are failures: silence is never a pass.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Failure, Result, Skip } from './result.ts'
import { type Ended, runNode } from './run-process.ts'
import type { ReportLine } from './test-reporter.ts'

/** Which files to run in one process, and how long they may take. */
export interface TestRun {
  readonly name: string
  readonly files: readonly string[]
  /** For all the files together. */
  readonly deadlineMs: number
  /** For one test. */
  readonly testDeadlineMs: number
  readonly env?: NodeJS.ProcessEnv
}

/** Runs the files in one process, one after the other. */
export async function runTests(run: TestRun): Promise<Result> {
  if (run.files.length === 0) return judge(run, { exitCode: 0, output: '', durationMs: 0, problem: 'there are no such test files' }, [])
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-gate-'))
  try {
    const reportFile = path.join(folder, 'report.ndjson')
    const reporter = path.join(import.meta.dirname, 'test-reporter.ts')
    const ended = await runNode(
      [
        '--test',
        '--test-isolation=none',
        `--test-timeout=${run.testDeadlineMs}`,
        `--test-reporter=${reporter}`,
        `--test-reporter-destination=${reportFile}`,
        ...run.files,
      ],
      { deadlineMs: run.deadlineMs, ...(run.env ? { env: run.env } : {}) },
    )
    return judge(run, ended, parseReport(await readFile(reportFile, 'utf8').catch(() => '')))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Reads a report; a last line cut off by a killed process is left out. */
export function parseReport(text: string): ReportLine[] {
  const complete = text.slice(0, text.lastIndexOf('\n') + 1)
  return complete
    .split('\n')
    .filter(Boolean)
    .map((line): ReportLine => JSON.parse(line))
}

/** Decides what a run came to, from how its process ended and what its report says. */
export function judge(run: TestRun, ended: Ended, report: readonly ReportLine[]): Result {
  const failures: Failure[] = []
  const skips: Skip[] = []
  let passed = 0
  for (const line of report) {
    if (line.kind === 'failed') failures.push({ name: line.name, detail: `${line.detail}\n${line.where}` })
    else if (line.kind === 'skipped' && line.reason) skips.push({ name: line.name, reason: line.reason })
    else if (line.kind === 'skipped') failures.push({ name: line.name, detail: 'is skipped without a reason; say why: { skip: "..." }' })
    else if (line.kind === 'passed' && run.files.includes(line.name)) failures.push({ name: line.name, detail: 'ran no test' })
    else if (line.kind === 'passed') passed++
  }
  const trouble = runnerTrouble(ended, report, failures.length, passed + skips.length)
  if (trouble) failures.push({ name: run.name, detail: trouble })
  const leak = LEAK.exec(ended.output)
  if (leak)
    failures.push({
      name: run.name,
      detail: `listeners leak: ${leak[0]}; run the file with node --trace-warnings to see where they are added`,
    })
  const [first] = failures
  if (first && ended.output.trim())
    failures[0] = { ...first, detail: `${first.detail}\n\noutput of the process:\n${ended.output.trim().slice(-OUTPUT_SHOWN_MAX)}` }
  return { name: run.name, passed, failures, skips, durationMs: ended.durationMs }
}

/** What Node says once when listeners were added to one object again and again, and none was removed. */
const LEAK = /MaxListenersExceededWarning: .*/

const OUTPUT_SHOWN_MAX = 8_000 // characters: two or three screens

function runnerTrouble(ended: Ended, report: readonly ReportLine[], failed: number, ran: number): string | undefined {
  if (ended.problem) return ended.problem
  const end = report.find((line) => line.kind === 'end')
  if (!end) return `the test process ended early, with exit code ${ended.exitCode}; tests after that point did not run`
  if (failed > 0) return undefined
  if (ended.exitCode !== 0) {
    const notes = report.filter((line) => line.kind === 'note').map((line) => line.detail)
    return [`exit code ${ended.exitCode} although no test failed: an error after the end of a test?`, ...notes].join('\n')
  }
  return ran === 0 ? 'ran no test' : undefined
}
