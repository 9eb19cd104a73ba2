// `npm run fuzz`: every operation of the shop through the gateway with generated right and wrong requests; see --help.
import { parseArgs } from 'node:util'
import { whenAskedToEnd } from '../../scripts/when-asked-to-end.ts'
import { type FuzzShopReport, fuzzShop } from './fuzz-shop.ts'
import { problemsOf } from './report.ts'

const HELP = `Usage: npm run fuzz -- [--runs 300] [--seed N] [--only orders.place] [--heap-rounds 12] [--json]

Starts the shop on data of its own and sends requests to every operation in its /openapi.json: right ones, ones with one
thing wrong (each rule of the contract is broken once), and random sequences of both, by customers, staff and strangers.
Each answer must be declared in status, type and shape, and never be 500; a wrong request must be refused, add no row to any
table, and leave nothing in memory.

  --runs N         random sequences for each operation (default 300)
  --seed N         the same requests again (default: random, printed)
  --only TEXT      only operations whose id contains TEXT
  --heap-rounds N  rounds of the memory measurement (default 12)
  --json           the report as one JSON document

Exit code: 0 when nothing was found, 1 when something was, 2 for wrong arguments.
BANYAN_STORE=postgres and POSTGRES_URL run the shop on PostgreSQL.`

/** Time for the random sequences of one operation: a password takes a tenth of a second. */
const OPERATION_MS_MAX = 120_000
/** Seeds of fast-check are 32-bit integers. */
const SEED_MAX = 2 ** 31

const SUCCESS = 0
const FOUND = 1
const WRONG_ARGUMENTS = 2

whenAskedToEnd((exitCode) => process.exit(exitCode)) // a listener of `exit` clears the shop and its data away
process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  const options = readArguments(args)
  if (options === undefined) return WRONG_ARGUMENTS
  if (options.help) {
    console.log(HELP)
    return SUCCESS
  }
  const { runs, seed, only, heapRounds, json } = options
  const progress = json ? () => {} : (text: string) => console.error(text)
  const report = await fuzzShop({ runs, seed, only, heapRounds, operationMsMax: OPERATION_MS_MAX, progress })
  const problems = problemsOf(report)
  if (json) console.log(JSON.stringify({ ...report, problems }, null, 2))
  else print(report, problems)
  return problems.length === 0 ? SUCCESS : FOUND
}

function readArguments(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        runs: { type: 'string', default: '300' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * SEED_MAX)) },
        only: { type: 'string' },
        'heap-rounds': { type: 'string', default: '12' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const [runs, seed, heapRounds] = [values.runs, values.seed, values['heap-rounds']].map(Number) as [number, number, number]
    if (![runs, seed, heapRounds].every(Number.isSafeInteger) || runs < 1 || heapRounds < 3 || seed < 0)
      throw new Error('--runs and --seed must be whole numbers, --heap-rounds one of at least 3')
    return { runs, seed, heapRounds, only: values.only, json: values.json, help: values.help }
  } catch (error) {
    console.error(`fuzz: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
    return undefined
  }
}

function print({ seed, operations, requests, wrongRequests, heap }: FuzzShopReport, problems: readonly string[]): void {
  for (const { id, statuses } of operations) {
    const counts = Object.entries(statuses).map(([status, count]) => `${status} × ${count}`)
    console.log(`${id.padEnd(34)} ${counts.join(', ')}`)
  }
  const never = operations.filter(({ succeeded }) => !succeeded).map(({ id }) => id)
  console.log(
    `\n${requests} requests to ${operations.length} operations, ${wrongRequests} of them with each rule broken once; seed ${seed}`,
  )
  console.log(`never answered with success: ${never.join(', ') || 'none'}`)
  console.log(
    `memory: ${heap.bytesPerRequest.toFixed(1)} bytes a request over ${heap.liveBytes.length - 1} rounds of ${heap.requestsPerRound}`,
  )
  for (const problem of problems) console.log(`\n✖ ${problem}`)
  console.log(problems.length === 0 ? '\nnothing found' : `\n${problems.length} found; again: npm run fuzz -- --seed ${seed}`)
}
