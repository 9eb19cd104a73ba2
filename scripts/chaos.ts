// `npm run chaos`: kills the shop again and again while customers order, and compares all books. The last lines are the result; the exit
// code is 1 if a promise was broken.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { describeMachine } from '../bench/machine.ts'
import { type ChaosReport, reportMarkdown, type StoreName, totals } from '../tests/chaos/chaos-report.ts'
import { CAMPAIGNS_AT_ONCE, runChaos } from '../tests/chaos/chaos-run.ts'
import { type Flow, FLOWS } from '../tests/chaos/points.ts'
import { parseScenario } from '../tests/chaos/scenario.ts'
import { findPostgres } from '../tests/support/postgres-programs.ts'
import { whenAskedToEnd } from './when-asked-to-end.ts'

const HELP = `Usage: npm run chaos -- [options]

Runs the shop as real processes, lets customers order with every payment fault, and kills it: at every named point, at random under load,
while it recovers. It also stops it for longer than a lease, restarts PostgreSQL underneath, cuts its connections and fills its disk.
Afterwards every promise that a customer was given is compared with all books.

  --store sqlite|postgres|both   where the shop keeps its data (default sqlite)
  --flow orchestration|choreography|both   how orders are driven (default both)
  --instances 1|2    2: a second instance serves on the same PostgreSQL while the first is struck, and is killed, too (default 1)
  --kills N          kills in all (default 40, about a minute; the record has 1000)
  --at-once N        campaigns that run side by side: one for each store and flow, and for each small disk (default 2, or the cores)
  --minutes M        end earlier after so long, with a last comparison (default 10)
  --seed N           repeats a run's scenarios (default: a new one, which is printed)
  --only LIST        only these kinds: point, load, recovery, pause, database, connections, refuse, blackhole, lock, prepared, disk;
                     or exact scenarios as a violation names them, e.g. point:store.orders.before-commit:3
  --disk auto|only|none   campaigns on a small disk that is filled up (default auto: from 100 kills on; needs root on Linux)
  --record FILE      write the result to FILE, as Markdown (.md) or JSON (.json); may be given twice
  --json             print the result as JSON; progress goes to standard error
  --help             this

PostgreSQL: servers of its own are made and broken, if PostgreSQL's programs are installed. If POSTGRES_URL is set, databases on that
server are used instead, and it is not restarted.

Exit codes: 0 no violation, 1 a violation, 2 wrong options, 130 ended by Ctrl-C.`

const OPTIONS = {
  store: { type: 'string', default: 'sqlite' },
  flow: { type: 'string', default: 'both' },
  kills: { type: 'string', default: '40' },
  instances: { type: 'string', default: '1' },
  'at-once': { type: 'string', default: String(CAMPAIGNS_AT_ONCE) },
  minutes: { type: 'string', default: '10' },
  seed: { type: 'string' },
  only: { type: 'string', multiple: true },
  disk: { type: 'string', default: 'auto' },
  record: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

const stop = new AbortController()
whenAskedToEnd(interrupt)

process.exitCode = await main()

async function main(): Promise<number> {
  const plan = readOptions()
  if (plan === undefined) return 2
  if (plan.help) {
    console.log(HELP)
    return 0
  }
  const started = performance.now()
  const timeUp = AbortSignal.timeout(plan.minutes * 60_000)
  const progress = (line: string): void => {
    const seconds = String(Math.round((performance.now() - started) / 1_000)).padStart(4)
    ;(plan.json ? console.error : console.log)(`${seconds} s  ${line}`)
  }
  progress(`seed ${plan.seed}, ${plan.kills} kills on ${plan.stores.join(' and ')}, ${plan.flows.join(' and ')}`)
  try {
    const postgresUrl = process.env['POSTGRES_URL'] || undefined
    const result = await runChaos({ ...plan, postgresUrl, timeUp, stop: stop.signal, progress })
    if (stop.signal.aborted) return 130
    return finish(plan, { ...result, seconds: (performance.now() - started) / 1_000 })
  } catch (error) {
    if (stop.signal.aborted) return 130
    console.error(`chaos: ${error instanceof Error ? error.stack : String(error)}`)
    return 1
  }
}

function finish(plan: Options, result: Pick<ChaosReport, 'campaigns' | 'leftOut' | 'seconds'>): number {
  const { load: _, fdatasyncMs, ...machine } = describeMachine()
  const report: ChaosReport = {
    command: `npm run chaos -- ${process.argv.slice(2).join(' ')}`.replace(/ --record[ =]\S+/g, '').trim(),
    date: new Date().toISOString(),
    seed: plan.seed,
    machine: { ...machine, 'fdatasync p50 ms': fdatasyncMs.p50.toFixed(2) },
    complete: result.campaigns.reduce((kills, campaign) => kills + campaign.kills, 0) >= plan.kills,
    ...result,
  }
  for (const file of plan.record)
    writeFileSync(file, file.endsWith('.json') ? `${JSON.stringify(report, null, 2)}\n` : reportMarkdown(report))
  if (plan.json) console.log(JSON.stringify({ ...report, totals: totals(report) }, null, 2))
  else printResult(report)
  return totals(report).violations > 0 ? 1 : 0
}

function printResult(report: ChaosReport): void {
  for (const { name, violations } of report.campaigns)
    for (const { scenario, what, data, repeat, repeatAlone } of violations)
      console.log(
        `\nVIOLATION in ${name}, seed ${report.seed}, ${scenario}\n${what}\n  data    ${data}\n  repeat  ${repeat}\n  alone   ${repeatAlone}`,
      )
  const { kills, orders, violations, recoverMs, quietMs, pointsStruck } = totals(report)
  for (const what of report.leftOut) console.log(`left out: ${what}`)
  if (!report.complete) console.log('ended before all kills that were asked for')
  console.log(
    `\ntime to recover      p50 ${recoverMs?.p50 ?? '–'} ms, p99 ${recoverMs?.p99 ?? '–'} ms, from a kill to the next accepted order`,
  )
  console.log(`time until quiet     p50 ${quietMs?.p50 ?? '–'} ms, p99 ${quietMs?.p99 ?? '–'} ms, until nothing was under way any more`)
  console.log(`${kills} kills at ${pointsStruck} named points and otherwise, ${orders} orders, ${violations} violations`)
}

type Options = Exclude<ReturnType<typeof readOptions>, undefined>

/** Reads the command line; undefined, after saying why, when it is wrong. */
function readOptions() {
  try {
    const { values } = parseArgs({ options: OPTIONS })
    const { store, flow, record = [], only = [], json, help } = values
    const stores = choose(store, ['sqlite', 'postgres'] satisfies StoreName[], 'store')
    const postgres = stores.includes('postgres') && !process.env['POSTGRES_URL'] ? findPostgres() : undefined
    if (typeof postgres === 'string') throw new Error(`${postgres}; install it, set POSTGRES_URL, or use --store sqlite`)
    const instances = instancesOf(values.instances)
    if (instances === 2 && store !== 'postgres') throw new Error('--instances 2 needs --store postgres: files belong to one process')
    const disk =
      choose(instances === 2 && values.disk === 'auto' ? 'none' : values.disk, ['auto', 'only', 'none'], 'disk')[0] ?? ('auto' as const)
    const wanted = only.flatMap((list) => list.split(',')).map(parseScenario)
    if (disk !== 'only' && wanted.some((scenario) => scenario === 'disk' || (typeof scenario === 'object' && scenario.kind === 'disk')))
      throw new Error('--only disk needs campaigns on a small disk: add --disk only')
    return {
      stores,
      flows: choose<Flow>(flow, FLOWS, 'flow'),
      kills: count(values.kills, 'kills'),
      instances,
      atOnce: Math.max(1, count(values['at-once'], 'at-once')),
      minutes: count(values.minutes, 'minutes'),
      seed: values.seed === undefined ? Math.floor(Math.random() * 1e6) : count(values.seed, 'seed'),
      only: wanted,
      disk,
      record,
      json,
      help,
    }
  } catch (error) {
    console.error(`chaos: ${error instanceof Error ? error.message : String(error)}\nTry: npm run chaos -- --help`)
    return undefined
  }
}

function choose<T extends string>(text: string, choices: readonly T[], name: string): readonly T[] {
  if (text === 'both' && choices.length === 2) return choices
  const chosen = choices.filter((choice) => choice === text)
  if (chosen.length === 0)
    throw new Error(`--${name} is "${text}"; it must be ${choices.join(', ')}${choices.length === 2 ? ' or both' : ''}`)
  return chosen
}

function instancesOf(text: string): 1 | 2 {
  if (text !== '1' && text !== '2') throw new Error(`--instances is "${text}"; it must be 1, 2`)
  return text === '2' ? 2 : 1
}

function count(text: string, name: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} is "${text}"; it must be a whole number`)
  return value
}

function interrupt(): void {
  if (stop.signal.aborted) process.exit(130)
  console.error('chaos: ending every process that was started; once more ends at once')
  stop.abort()
}
