// One thread of the simulator: runs the seeds that it is sent, one after another. Needs nothing else of the process.
import { parentPort } from 'node:worker_threads'
import { scheduleRunner, type ScheduleRunner, shrunkFailure } from '@banyan/testing'
import type { OrderFlow } from '@shop/orders/contract'
import { shopScenario } from '../../tests/simulator/shop-scenario.ts'
import type { RunRequest, RunResult } from './campaign.ts'

/** A run that did not begin. */
const NOTHING = { faults: 0, crashes: 0, events: 0, virtualMs: 0, trace: '' } as const

const runners = new Map<OrderFlow, Promise<ScheduleRunner>>()

/** What nobody caught: it would have ended a real process. */
let uncaught: Error | undefined
process.on('unhandledRejection', (reason) => (uncaught ??= new Error(`nobody caught: ${String(reason)}`, { cause: reason })))

/** Takes what nobody caught for a failure of the run. */
async function watchedRunner(flow: OrderFlow): Promise<ScheduleRunner> {
  const runner = await scheduleRunner(shopScenario(flow))
  return {
    async run(seed, only) {
      uncaught = undefined
      const ended = await runner.run(seed, only)
      return { ...ended, failure: ended.failure ?? uncaught }
    },
    [Symbol.dispose]: () => runner[Symbol.dispose](),
  }
}

function runnerOf(flow: OrderFlow): Promise<ScheduleRunner> {
  const known = runners.get(flow) ?? watchedRunner(flow)
  runners.set(flow, known)
  return known
}

async function run({ seed, flow, only }: RunRequest): Promise<RunResult> {
  const runner = await runnerOf(flow).catch((error: unknown) => error as Error)
  if (runner instanceof Error) return { ...NOTHING, seed, flow, failure: { message: `${flow}: ${runner.message}`, only: [] } }
  const ended = await runner.run(seed, only)
  const { failure, faults, crashes, events, virtualMs, trace } = ended
  const result = { seed, flow, faults: faults.length, crashes, events, virtualMs, trace }
  if (!failure) return result
  process.stderr.write(`seed ${seed} fails: looking for the faults that it needs, for two minutes at most\n`)
  const shrunk = await shrunkFailure(runner, ended, (_seed, kept) => `repeat it with\n  ${replayCommand({ seed, flow, only: kept })}`)
  return { ...result, failure: { message: shrunk.message, only: shrunk.faults } }
}

function replayCommand({ seed, flow, only }: RunRequest): string {
  return `npm run sim -- --seed ${seed} --flow ${flow} --only '${only?.join(',')}'`
}

parentPort?.on('message', (request: RunRequest | 'end') => {
  if (request === 'end') void end()
  else void answer(request)
})

async function answer(request: RunRequest): Promise<void> {
  const result = await run(request)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(result)
}

async function end(): Promise<void> {
  for (const runner of runners.values()) (await runner)[Symbol.dispose]()
  parentPort?.close()
}
