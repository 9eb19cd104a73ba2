// Every operation of the shop through the gateway with generated requests, right and wrong: short here, `npm run fuzz` runs longer.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type FuzzShopReport, fuzzShop } from './fuzz/fuzz-shop.ts'
import { BYTES_PER_REQUEST_MAX, problemsOf } from './fuzz/report.ts'

const SEED = Number(process.env['BANYAN_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** Sequences for each operation. */
const RUNS = 15
/** Share of the operations that a short run must have brought to a success; a saga that is stuck or an event that is parked is rare. */
const SUCCEEDED_SHARE_MIN = 0.6

let report: FuzzShopReport

before(async () => {
  report = await fuzzShop({ runs: RUNS, seed: SEED, operationMsMax: 1_000, heapRounds: 4 })
})

test('each answer is declared in status, type and shape; none is 500; what is wrong is refused', (t) => {
  const problems = problemsOf({ ...report, grownTables: [], heap: { ...report.heap, bytesPerRequest: 0 } })
  t.diagnostic(`BANYAN_TEST_SEED=${SEED}: ${report.requests} requests, ${report.wrongRequests} of them with each rule broken once`)
  assert.deepEqual(problems, [], `again: npm run fuzz -- --seed ${SEED}`)
})

test('covers every operation of the document, and gets through to the handlers', () => {
  assert.ok(report.operations.length >= 40, `${report.operations.length} operations`)
  for (const { id, statuses } of report.operations) assert.ok(Object.keys(statuses).length >= 2, `${id} ${JSON.stringify(statuses)}`)
  const never = report.operations.filter(({ succeeded }) => !succeeded).map(({ id }) => id)
  assert.ok(never.length <= report.operations.length * (1 - SUCCEEDED_SHARE_MIN), `never answered with success: ${never.join(', ')}`)
})

test('a refused request adds no row to any table', () => {
  assert.deepEqual(report.grownTables, [])
})

test('memory keeps nothing of a request', (t) => {
  const { bytesPerRequest, liveBytes } = report.heap
  t.diagnostic(`${bytesPerRequest.toFixed(1)} bytes a request; live bytes by round: ${liveBytes.join(', ')}`)
  assert.ok(bytesPerRequest < BYTES_PER_REQUEST_MAX, `${bytesPerRequest} bytes a request: ${liveBytes.join(', ')}`)
})
