import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../kernel/random.ts'
import { batchSize, BATCH_MS_MAX } from '../handler/batch-size.ts'
import { jobClock } from '../suite/job-clock.testsuite.ts'
import { removalTurns, SHARE_MAX } from './removal-turns.ts'

/** A process whose clock moves by what batches take and by the pauses behind them. */
function aProcess() {
  const clock = jobClock()
  let slept = 0
  const runtime = {
    random: seededRandom(3),
    clock: {
      ...clock,
      soon: setImmediate,
      monotonic: () => slept,
      setTimer: (delayMs: number, callback: () => void) => {
        setImmediate(() => {
          slept += delayMs
          callback()
        })
        return () => {}
      },
    },
  }
  return { runtime, now: () => slept, work: (ms: number) => (slept += ms) }
}

test('removal takes its share of a process, however many services have a backlog', async () => {
  const { runtime, now, work } = aProcess()
  const services = Array.from({ length: 7 }, () => removalTurns(runtime))
  const { signal } = new AbortController()
  let held = 0
  const batch = async (): Promise<number> => {
    held += 8
    work(8)
    return 8
  }
  await Promise.all(Array.from({ length: 280 }, (_, index) => services[index % 7]!.run(batch, signal)))
  assert.ok(held / now() < SHARE_MAX * 1.1, `${held} of ${now()} ms`)
  assert.ok(held / now() > SHARE_MAX * 0.8, `${held} of ${now()} ms`)
})

test('one batch runs at a time, also behind one that failed or was given up', async () => {
  const turns = removalTurns(aProcess().runtime)
  const stopping = new AbortController()
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const ran: string[] = []
  const first = turns.run(async () => {
    await gate
    ran.push('first')
    throw new Error('disk full')
  }, new AbortController().signal)
  const givenUp = turns.run(async () => 0, stopping.signal)
  const last = turns.run(async () => ran.push('last'), new AbortController().signal)
  stopping.abort(new Error('the service stops'))
  await assert.rejects(givenUp, /the service stops/)
  assert.deepEqual(ran, [])
  open()
  await assert.rejects(first, /disk full/)
  await last
  assert.deepEqual(ran, ['first', 'last'])
})

test('a batch grows while it finds a backlog and takes little time, and shrinks when it holds the store too long', () => {
  const size = batchSize(20)
  for (let batch = 0; batch < 10; batch++) size.took(true, 1)
  assert.equal(size.rows, 500)
  size.took(true, 4 * BATCH_MS_MAX)
  assert.equal(size.rows, 125)
  size.took(false, 1)
  assert.equal(size.rows, 20)
  size.took(true, 1_000)
  assert.equal(size.rows, 20)
})
