// The simulator of the shop: `npm run sim -- --seed 1 --runs 1000`. Exit codes: 0 all held, 1 a promise was broken, 2 wrong arguments.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { flowOf, type RunRequest, type RunResult, runCampaign } from './sim/campaign.ts'

const HELP = `Runs the whole shop on one thread per core in virtual time, under seeded crashes and faults, and checks what must hold.

  npm run sim -- [options]

  --seed N       first seed; default: a new one each time
  --runs K       how many seeds; default 500
  --flow F       orchestration or choreography; default: every other seed
  --only LIST    just these faults of the seed, separated by commas, as a failure prints them
  --threads T    default: one per core
  --json         the result as one line of JSON
  --help

Exit codes: 0 all held, 1 a promise was broken, 2 wrong arguments.`

const RUNS = 500
/** Seeds are drawn from so many; short ones are easier to pass on. */
const SEEDS = 1_000_000
const PROGRESS_MS = 2_000

class WrongArguments extends Error {}

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = read(args)
    if (options === 'help') {
      console.log(HELP)
      return 0
    }
    return await simulate(options)
  } catch (error) {
    if (!(error instanceof WrongArguments)) throw error
    console.error(`sim: ${error.message}; see npm run sim -- --help`)
    return 2
  }
}

interface Options {
  readonly seed: number
  readonly requests: readonly RunRequest[]
  readonly threads: number
  readonly isJson: boolean
}

function read(args: readonly string[]): Options | 'help' {
  const { help, json, ...values } = parsed(args)
  if (help) return 'help'
  const seed = values.seed === undefined ? Math.floor(Math.random() * SEEDS) : whole('--seed', values.seed, 0)
  const only = values.only?.split(',').filter(Boolean)
  if (only && values.seed === undefined) throw new WrongArguments('--only needs the --seed that it belongs to')
  const runs = only ? 1 : values.runs === undefined ? RUNS : whole('--runs', values.runs, 1)
  const { flow } = values
  if (flow !== undefined && flow !== 'orchestration' && flow !== 'choreography')
    throw new WrongArguments(`--flow is "${flow}"; use orchestration or choreography`)
  const requests = Array.from({ length: runs }, (_, index) => {
    const current = seed + index
    return { seed: current, flow: flow ?? flowOf(current), ...(only ? { only } : {}) }
  })
  const threads = values.threads === undefined ? availableParallelism() : whole('--threads', values.threads, 1)
  return { seed, requests, threads, isJson: json === true }
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = { seed: text, runs: text, flow: text, only: text, threads: text, json: flag, help: flag }
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new WrongArguments((error as Error).message)
  }
}

function whole(name: string, text: string, minimum: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < minimum) throw new WrongArguments(`${name} is "${text}"; give a whole number from ${minimum}`)
  return value
}

async function simulate({ seed, requests, threads, isJson }: Options): Promise<number> {
  const began = performance.now()
  const sum = { runs: 0, crashes: 0, faults: 0, events: 0, virtualSeconds: 0 }
  let shown = began
  const onResult = (result: RunResult): void => {
    sum.runs++
    sum.crashes += result.crashes
    sum.faults += result.faults
    sum.events += result.events
    sum.virtualSeconds += result.virtualMs / 1_000
    if (isJson || performance.now() - shown < PROGRESS_MS) return
    shown = performance.now()
    process.stderr.write(`${sum.runs} of ${requests.length} runs, ${sum.crashes} crashes, ${sum.faults} faults\n`)
  }
  if (!isJson) process.stderr.write(`seeds ${seed} to ${seed + requests.length - 1} on ${threads} threads\n`)
  const results = await runCampaign({ requests, threads, onResult })
  const seconds = (performance.now() - began) / 1_000
  const failures = results.flatMap(({ failure, ...result }) => (failure ? [{ ...result, ...failure }] : []))
  const figures = { seed, ...sum, virtualSeconds: Math.round(sum.virtualSeconds), seconds: Number(seconds.toFixed(1)) }
  const perMinute = Math.round((sum.runs / seconds) * 60)
  if (isJson) console.log(JSON.stringify({ ...figures, runsPerMinute: perMinute, failures }))
  else {
    for (const { message } of failures) console.log(`\n${message}\n`)
    console.log(
      `${sum.runs} runs (${perMinute} a minute), ${sum.crashes} crashes, ${sum.faults} faults, ${sum.events} events, ` +
        `${figures.virtualSeconds} s of virtual time in ${figures.seconds} s: ${failures.length === 0 ? 'everything held' : `${failures.length} failed`}`,
    )
  }
  return failures.length === 0 ? 0 : 1
}
