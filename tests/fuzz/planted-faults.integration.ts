// The fuzz against an API that breaks its own document in one way at a time: a proof that catches nothing proves nothing.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { apiOperations } from './api-document.ts'
import type { Caller } from './callers.ts'
import { type Finding, fuzzOperation, Tally, type Target } from './campaign.ts'
import { heapGrowth, medianSlope } from './heap-growth.ts'
import { KnownValues } from './known-values.ts'
import { INSPECTOR_ARGUMENTS, openHeap } from './live-heap.ts'
import { sendWrong, wrongShots } from './refusals.ts'
import { BYTES_PER_REQUEST_MAX } from './report.ts'
import { grownTables } from './table-rows.ts'
import { wireClient } from './wire-client.ts'

const RUNS = 60
const SEED = 7
/** The API answers at once; only the one that does not answer at all is not waited for. */
const ANSWER_MS_MAX = 30_000
const NO_ANSWER_MS = 500

/** Of each request in a round of the memory measurement. */
const TIMES = 3

interface FaultyApi extends Disposable {
  readonly target: Target
  errors(): string
}

async function faultyApi(fault: string, nodeArguments: readonly string[] = []): Promise<FaultyApi> {
  const child = spawn(process.execPath, [...nodeArguments, path.join(import.meta.dirname, 'faulty-api.fixture.ts'), fault])
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const url = await firstLine(child)
  const document = await (await fetch(`${url}/openapi.json`)).json()
  const caller = (name: string, token: string): Caller => ({
    name,
    stranger: token === '',
    headers: () => Promise.resolve(token === '' ? {} : { authorization: `Bearer ${token}` }),
  })
  const client = wireClient(url, fault === 'no answer' ? NO_ANSWER_MS : ANSWER_MS_MAX)
  const callers = [caller('admin', 'admin'), caller('nobody', '')]
  const target = {
    client,
    operations: apiOperations(document),
    callers,
    known: new KnownValues(),
    tally: new Tally(),
    renew: () => Promise.resolve(),
  }
  return {
    target,
    errors: () => errors,
    [Symbol.dispose]() {
      client[Symbol.dispose]()
      child.kill('SIGKILL')
    },
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
    child.once('exit', (code) => reject(new Error(`the API ended with ${code}`)))
  })
}

async function findingsIn(target: Target, operations = target.operations): Promise<Finding[]> {
  const found = await sendWrong(
    target,
    operations.flatMap((operation) => wrongShots(target, operation, SEED)),
  )
  for (const operation of operations) {
    const finding = await fuzzOperation(target, operation, { runs: RUNS, seed: SEED, msMax: 5_000 })
    if (finding) found.push(finding)
  }
  return found
}

test('finds nothing in an API that keeps its document', async () => {
  using api = await faultyApi('none')
  assert.deepEqual(await findingsIn(api.target), [])
  for (const { id } of api.target.operations) assert.ok(api.target.tally.succeeded(id), id)
})

const FAULTS: Readonly<Record<string, RegExp>> = {
  'undeclared status': /status 418 is not declared/,
  'internal error': /answered 500/,
  'undeclared code': /another shape than declared.*no_such_code/,
  'wrong shape': /another shape than declared/,
  'undeclared field': /not declared: \/passwordHash/,
  'wrong type': /sent as "text\/html"/,
  'no location': /lacks the declared header Location/,
  'no answer': /no answer within/,
  'broken connection': /no answer: /,
  'tells of the inside': /tells of the inside/,
  'checks no input': /must be refused \(body .*\), but was answered 201/,
  'takes the last of two names': /must be refused \(body: a name twice\), but was answered 201/,
  'does not look at media types': /must be refused \(body: sent as .*\), but was answered 201/,
  'lets strangers in': /a stranger was answered 201|must be refused \(authorization/,
}

for (const [fault, complaint] of Object.entries(FAULTS))
  test(`finds a fault: ${fault}`, async () => {
    using api = await faultyApi(fault)
    const found = await findingsIn(
      api.target,
      api.target.operations.filter(({ id }) => id === 'things.make'),
    )
    assert.ok(found.length > 0)
    assert.match(found.map((finding) => finding.complaint).join('\n'), complaint)
    for (const { requests } of found) assert.ok(requests.length <= 2, `a short sequence shows it: ${requests.join('\n')}`)
  })

test('finds a process that keeps something of each request', async () => {
  const growth = async (fault: string): Promise<number> => {
    using api = await faultyApi(fault, INSPECTOR_ARGUMENTS)
    using heap = await openHeap(api.errors())
    const shots = api.target.operations.flatMap((operation) => wrongShots(api.target, operation, SEED))
    const round = async (): Promise<number> => {
      for (let time = 0; time < TIMES; time++) await sendWrong(api.target, shots)
      return TIMES * shots.length
    }
    const { bytesPerRequest } = await heapGrowth(heap, { round, warmUp: 2, rounds: 4 })
    return bytesPerRequest
  }
  assert.ok((await growth('leak')) > BYTES_PER_REQUEST_MAX)
  const healthy = await growth('none')
  assert.ok(healthy < BYTES_PER_REQUEST_MAX, `${healthy} bytes a request`)
})

test('one odd round does not move the slope', () => {
  assert.equal(medianSlope([10, 10, 10, 900, 10, 10, 10]), 0)
  assert.equal(medianSlope([0, 5, 10, 15, 20]), 5)
})

test('names the tables that grew, not those that shrank', () => {
  const before = new Map([['orders.orders', 3]])
  const after = new Map([...before, ['orders.outbox', 2]])
  assert.deepEqual(grownTables(before, after), ['orders.outbox: 0 → 2'])
  assert.deepEqual(grownTables(after, before), [])
})
