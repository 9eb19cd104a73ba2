import { temporaryDirectory } from '@banyan/testing'
import fc from 'fast-check'
import { startShop } from '../support/shop-process.ts'
import { dropTestSchemas } from '../support/test-stores.ts'
import type { ApiOperation } from './api-document.ts'
import { CALLERS_ENVIRONMENT } from './callers.ts'
import { type Finding, fuzzOperation, send, type Shot, type Target } from './campaign.ts'
import { heapGrowth, type HeapGrowth } from './heap-growth.ts'
import { INSPECTOR_ARGUMENTS, openHeap } from './live-heap.ts'
import { sendWrong, wrongShots } from './refusals.ts'
import { FUZZ_ENVIRONMENT, shopTarget } from './shop-target.ts'
import { draftOf, steps } from './steps.ts'
import { type DataPlace, grownTables, quietTableRows } from './table-rows.ts'

/** How a shop is fuzzed. */
export interface FuzzShopOptions {
  /** Sequences for each operation. */
  readonly runs: number
  readonly seed: number
  /** Only operations whose id contains this, e.g. `orders.`. */
  readonly only?: string | undefined
  /** Time for the sequences of one operation. */
  readonly operationMsMax: number
  /** Rounds of the memory measurement after the warm-up. */
  readonly heapRounds: number
  readonly progress?: (text: string) => void
}

/** What the fuzz of a shop came to. */
export interface FuzzShopReport {
  readonly seed: number
  readonly operations: readonly OperationReport[]
  readonly requests: number
  readonly findings: readonly Finding[]
  /** Requests that were sent with one thing wrong. */
  readonly wrongRequests: number
  /** Tables that refused requests made grow. */
  readonly grownTables: readonly string[]
  readonly heap: HeapGrowth
  /** What the shop logged as an error of its own. */
  readonly loggedErrors: readonly string[]
}

/** Answers of one operation by status. */
interface OperationReport {
  readonly id: string
  readonly statuses: Readonly<Record<number, number>>
  readonly succeeded: boolean
}

const HEAP_WARM_UP = 3
/** Requests of a round at once: enough to keep the shop busy, too few to be turned away. */
const AT_ONCE = 8
/** Shots of each operation in a round of the memory measurement. */
const HEAP_SHOTS = 12
/** Requests of a round at least: with fewer, the heap's own noise looks like a leak. */
const HEAP_ROUND_MIN = 750
/** Each hashes a password, by design slower than everything else together. */
const COSTLY = /^users\.(?:login|register|changePassword)$/
/** Each that is right ends a caller's session, who then has to sign in again, which hashes a password too. */
const ENDS_SESSIONS = /^users\.(?:refresh|logout|logoutAll)$/

/** Starts a shop with data of its own, fuzzes every operation that its document names, and stops it. */
export async function fuzzShop(options: FuzzShopOptions): Promise<FuzzShopReport> {
  using directory = temporaryDirectory()
  const schemaPrefix = `fuzz_${process.pid}_`
  const shop = await startShop({
    directory: directory.path,
    environment: { BANYAN_SEED: 'off', ...FUZZ_ENVIRONMENT, ...CALLERS_ENVIRONMENT, BANYAN_POSTGRES_SCHEMA_PREFIX: schemaPrefix },
    nodeArguments: INSPECTOR_ARGUMENTS,
  })
  // Also when we are interrupted, nothing runs on and nothing is left.
  const endWithUs = (): void => {
    void shop.kill()
    directory[Symbol.dispose]()
  }
  process.once('exit', endWithUs)
  try {
    const target = await shopTarget(shop.url)
    using heap = await openHeap(shop.errors())
    const { POSTGRES_URL: url, BANYAN_STORE: store } = process.env
    const place: DataPlace = { directory: directory.path, ...(store === 'postgres' && url ? { postgres: { url, schemaPrefix } } : {}) }
    const report = await fuzzTarget(target, { ...options, place, heap })
    target.client[Symbol.dispose]()
    return {
      ...report,
      loggedErrors: shop
        .errors()
        .split('\n')
        .filter((line) => line.includes('"level":"error"')),
    }
  } finally {
    process.off('exit', endWithUs)
    await shop.stop()
    await dropTestSchemas(schemaPrefix)
  }
}

type Surroundings = FuzzShopOptions & { readonly place: DataPlace; readonly heap: Awaited<ReturnType<typeof openHeap>> }

async function fuzzTarget(target: Target, options: Surroundings): Promise<Omit<FuzzShopReport, 'loggedErrors'>> {
  const { seed, only = '', progress = () => {} } = options
  const operations = target.operations.filter(({ id }) => id.includes(only))
  if (operations.length === 0)
    throw new Error(`no operation contains "${only}"; there are ${target.operations.map(({ id }) => id).join(', ')}`)
  const wrong = operations.flatMap((operation) => wrongShots(target, operation, seed))
  progress(`${wrong.length} requests with one thing wrong …`)
  const before = await quietTableRows(options.place)
  const accepted = await sendWrong(target, wrong)
  const grown = grownTables(before, await quietTableRows(options.place))
  const random = await fuzzEach(target, operations, options)
  progress('the same requests again and again, for what memory keeps of them …')
  const growth = await growthOf(target, operations, wrong, options)
  return {
    seed,
    operations: operations.map(({ id }) => ({
      id,
      statuses: Object.fromEntries(target.tally.statuses(id)),
      succeeded: target.tally.succeeded(id),
    })),
    requests: target.tally.requests,
    findings: [...accepted, ...random],
    wrongRequests: wrong.length,
    grownTables: grown,
    heap: growth,
  }
}

async function fuzzEach(
  target: Target,
  operations: readonly ApiOperation[],
  { runs, seed, operationMsMax, progress = () => {} }: Surroundings,
): Promise<Finding[]> {
  const found: Finding[] = []
  for (const operation of operations) {
    progress(`${operation.id} …`)
    await target.renew()
    const finding = await fuzzOperation(target, operation, { runs, seed, msMax: operationMsMax })
    if (finding) found.push(finding)
  }
  return found
}

/** The same requests in each round: commands under a key answer as before, so what grows is a leak and not a shop that sells more. */
function growthOf(
  target: Target,
  operations: readonly ApiOperation[],
  wrong: readonly Shot[],
  { seed, heap, heapRounds }: Surroundings,
): Promise<HeapGrowth> {
  const refused = Map.groupBy(wrong, ({ operation }) => operation.id)
  const shots = operations
    .filter(({ id }) => !COSTLY.test(id))
    .flatMap((operation) => [
      ...evenly(refused.get(operation.id) ?? [], HEAP_SHOTS),
      ...(ENDS_SESSIONS.test(operation.id) ? [] : rightShots(target, operation, seed)),
    ])
  const times = Math.ceil(HEAP_ROUND_MIN / shots.length)
  const round = Array.from({ length: times }, () => shots).flat()
  return heapGrowth(heap, { round: () => volley(target, round), warmUp: HEAP_WARM_UP, rounds: heapRounds })
}

function rightShots(target: Target, operation: ApiOperation, seed: number): Shot[] {
  return fc
    .sample(steps(operation, target.callers, 0), { numRuns: HEAP_SHOTS, seed })
    .map((step) => ({ operation, caller: step.caller, draft: draftOf(step, target.known), wrong: undefined }))
}

function evenly<T>(items: readonly T[], count: number): T[] {
  const stride = Math.max(1, Math.floor(items.length / count))
  return items.filter((_, index) => index % stride === 0).slice(0, count)
}

async function volley(target: Target, shots: readonly Shot[]): Promise<number> {
  const waiting = [...shots]
  const work = async (): Promise<void> => {
    for (let shot = waiting.pop(); shot; shot = waiting.pop()) await send(target, shot)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return shots.length
}
