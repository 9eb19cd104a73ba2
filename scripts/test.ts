// The gate: everything that must hold before a commit. `npm test` and `npm run verify` run it; `npm run test:postgres` runs its
// PostgreSQL part. `npm test -- saga order` runs only the test files whose path contains one of the words, without static checks.
// The last line is always `N passed, N failed`; the exit code is 1 if anything failed.
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { inLanes } from './gate/lanes.ts'
import { printResult, printSummary, type Result } from './gate/result.ts'
import { killAll } from './gate/run-process.ts'
import { runStaticCheck, STATIC_CHECKS } from './gate/static-checks.ts'
import { INTEGRATION, JOURNEY, POSTGRES, testFiles, UNIT, wordsWithoutFile } from './gate/test-files.ts'
import { runTests, type TestRun } from './gate/test-run.ts'
import { whenAskedToEnd } from './when-asked-to-end.ts'

const UNIT_DEADLINE_MS = 180_000
const UNIT_TEST_DEADLINE_MS = 30_000 // a unit test takes 10 ms; this is for a machine that is doing something else
const FILE_DEADLINE_MS = 600_000 // a journey starts, kills and restarts real processes
const FILE_TEST_DEADLINE_MS = 540_000
/** A process for each core; journeys put load on the machine themselves. */
const LANES = { all: availableParallelism(), heavy: Math.max(1, Math.floor(availableParallelism() / 2)) }

process.chdir(path.resolve(import.meta.dirname, '..'))
whenAskedToEnd(stop)

const args = process.argv.slice(2)
const only = args.filter((argument) => !argument.startsWith('-'))
const postgres = args.includes('--postgres')
process.exitCode = refusal() ?? (await (postgres ? postgresGate() : gate()))

/** Refuses what would run nothing, or something else than was asked for. */
function refusal(): number | undefined {
  const unknown = args.find((argument) => argument.startsWith('-') && argument !== '--postgres')
  if (unknown !== undefined) return usage(`there is no option ${unknown}`)
  const [globs, kind] = postgres ? [[...POSTGRES, ...JOURNEY], 'PostgreSQL test'] : [[...UNIT, ...INTEGRATION, ...JOURNEY], 'test']
  const lost = wordsWithoutFile(globs, only)
  if (lost.length > 0) return usage(`no ${kind} file has ${lost.map((word) => `"${word}"`).join(' or ')} in its path`)
  return undefined
}

function usage(problem: string): number {
  console.error(`npm test: ${problem}; nothing was run.`)
  console.error('Words after -- choose test files by a part of their path, e.g. npm test -- saga orders/src')
  return 2
}

async function gate(): Promise<number> {
  const results: Result[] = []
  if (only.length === 0) for (const check of STATIC_CHECKS) results.push(show(await runStaticCheck(check)))
  const unit = testFiles(UNIT, only)
  const run = {
    name: `unit tests (${unit.length} files)`,
    files: unit,
    deadlineMs: UNIT_DEADLINE_MS,
    testDeadlineMs: UNIT_TEST_DEADLINE_MS,
  }
  if (unit.length > 0 || only.length === 0) results.push(show(await runTests(run)))
  results.push(...(await runEach({ light: testFiles(INTEGRATION, only), heavy: testFiles(JOURNEY, only) })))
  return finish(results)
}

async function postgresGate(): Promise<number> {
  if (!process.env.POSTGRES_URL) {
    console.error('POSTGRES_URL is not set: give the URL of a PostgreSQL whose user may create databases or schemas,')
    console.error('for example POSTGRES_URL=postgres://postgres@127.0.0.1:5432/postgres npm run test:postgres')
    return 2
  }
  const adapters = testFiles(POSTGRES, only)
  const journeys = testFiles(JOURNEY, only)
  return finish([...(await runEach({ heavy: adapters })), ...(await runEach({ heavy: journeys }, { BANYAN_STORE: 'postgres' }))])
}

/** Files by what they put on the machine, each of which gets a process of its own. */
interface FilesApart {
  readonly light?: readonly string[]
  readonly heavy: readonly string[]
}

async function runEach({ light = [], heavy }: FilesApart, env: NodeJS.ProcessEnv = {}): Promise<Result[]> {
  const results: Result[] = []
  const toWork = (file: string) => async (): Promise<void> => {
    const run: TestRun = { name: file, files: [file], deadlineMs: FILE_DEADLINE_MS, testDeadlineMs: FILE_TEST_DEADLINE_MS, env }
    results.push(show(await runTests(run)))
  }
  await inLanes({ heavy: heavy.map(toWork), light: light.map(toWork) }, LANES)
  return results
}

function show(result: Result): Result {
  printResult(result)
  return result
}

function finish(results: readonly Result[]): number {
  return printSummary(results, process.env.CI === 'true')
}

function stop(exitCode: number): never {
  killAll()
  process.exit(exitCode)
}
