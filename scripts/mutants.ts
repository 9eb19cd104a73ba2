// Plants known mistakes, one at a time, in a copy of the repository and shows which test catches each. A proof that catches nothing
// proves nothing: a mutant that survives is a hole in the tests, and the command fails.
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { killAll } from './gate/run-process.ts'
import { CATALOGUE } from './mutants/catalogue.ts'
import type { Mutant } from './mutants/mutant.ts'
import { huntMutants } from './mutants/mutant-hunt.ts'
import { resultJson, resultLine, resultTable, tally } from './mutants/mutant-report.ts'
import { whenAskedToEnd } from './when-asked-to-end.ts'

const HELP = `npm run mutants -- [options]

Plants ${CATALOGUE.length} known mistakes, one at a time, in a copy of the repository and shows which test catches each.
Those that need PostgreSQL run when POSTGRES_URL is set; with CI=true a missing one is a failure.

  --only <name>  only this mutant; may be given more than once
  --list         show the mutants, run nothing
  --json         print the results as JSON
  --help         show this

The exit code is 0 if all were caught, 1 if one was not, 2 if the command could not be understood.`

/** Two, so that timing in the tests stays as on a machine of its own. */
const CONCURRENCY_MAX = 2

whenAskedToEnd(stop)

process.exitCode = await main()

async function main(): Promise<number> {
  const options = parsed()
  if (typeof options === 'string') {
    console.error(options)
    return 2
  }
  if (options.help) console.log(HELP)
  else if (options.list) for (const mutant of CATALOGUE) console.log(listed(mutant))
  else return run(options.mutants, options.json)
  return 0
}

async function run(mutants: readonly Mutant[], json: boolean): Promise<number> {
  const results = await huntMutants({
    repository: path.resolve(import.meta.dirname, '..'),
    mutants,
    concurrency: Math.min(CONCURRENCY_MAX, availableParallelism(), mutants.length),
    hasPostgres: Boolean(process.env.POSTGRES_URL),
    onResult: (result) => console.error(resultLine(result)),
  })
  const strict = process.env.CI === 'true'
  console.log(json ? resultJson(results, strict) : `\n${resultTable(results)}`)
  const { passed, failed } = tally(results, strict)
  const summary = `\n${passed} passed, ${failed} failed`
  const notRun = results.filter(({ outcome }) => outcome === 'not run').length
  if (notRun > 0) console.error(`\n${notRun} not run: set POSTGRES_URL to a server on which tests may create schemas`)
  if (json) console.error(summary)
  else console.log(summary)
  return failed === 0 && passed > 0 ? 0 : 1
}

interface Options {
  readonly mutants: readonly Mutant[]
  readonly help: boolean
  readonly list: boolean
  readonly json: boolean
}

/** The options, or what is wrong with them. */
function parsed(): Options | string {
  try {
    const flag = { type: 'boolean', default: false } as const
    const only = { type: 'string', multiple: true, default: [] as string[] } as const
    const { values } = parseArgs({ options: { only, list: flag, json: flag, help: flag } })
    const unknown = values.only.filter((name) => !CATALOGUE.some((mutant) => mutant.name === name))
    if (unknown.length > 0) return `there is no mutant ${unknown.join(', ')}; --list shows all`
    const mutants = values.only.length === 0 ? CATALOGUE : CATALOGUE.filter(({ name }) => values.only.includes(name))
    return { ...values, mutants }
  } catch (error) {
    return `${(error as Error).message}\n\n${HELP}`
  }
}

function listed({ name, mistake, promises, file, caughtBy }: Mutant): string {
  return `${name} (${promises.join(' ')})\n    ${mistake}\n    in ${file}, caught by ${caughtBy.file}${caughtBy.test ? `: ${caughtBy.test}` : ''}`
}

function stop(exitCode: number): never {
  killAll()
  process.exit(exitCode)
}
