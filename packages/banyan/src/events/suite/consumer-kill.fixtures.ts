import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Faults } from '../../kernel/faults.ts'
import type { Store } from '../../store/store.ts'
import { type ChildPlace, childStores } from '../../store/suite/test-store.testsuite.ts'
import { aConsumer, emitAll, openStore, soon, testRuntime, writeLedger } from './consumer.fixtures.ts'
import { createParkedAdmin } from '../parked-admin.ts'

/** What a child process does: emits events, consumes everything, stops; unless it is killed. */
export interface ChildPlan {
  /** How to open the stores. */
  readonly stores: ChildPlace
  /** Keys of the events to emit. */
  readonly emit?: readonly string[]
  /** Positions whose handler throws. */
  readonly poison?: readonly number[]
  /** Position whose handler kills the process, as running out of memory would. */
  readonly killer?: number
  /** Kills the process when the point is reached for the `hit`th time. */
  readonly fault?: { readonly point: string; readonly hit: number }
  /** Key to redrive. */
  readonly redrive?: string
}

/** Runs a child; resolves to whether it was killed. */
export function runChild(plan: ChildPlan): Promise<boolean> {
  return runScript(fileURLToPath(import.meta.url), plan)
}

/** Runs a script with a plan; resolves to whether it was killed. Rejects when it ended in any other way. */
export async function runScript(path: string, plan: object): Promise<boolean> {
  const child = spawn(process.execPath, [path, JSON.stringify(plan)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 30_000,
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (signal === 'SIGKILL') return true
  if (code === 0) return false
  throw new Error(`child ended with ${code ?? signal}: ${complaint}`)
}

function killMyself(): void {
  process.kill(process.pid, 'SIGKILL')
}

function killingFaults({ fault }: ChildPlan): Faults {
  let hits = 0
  return {
    at(name) {
      if (name === fault?.point && ++hits === fault.hit) killMyself()
    },
  }
}

async function consumeAll(plan: ChildPlan): Promise<void> {
  const runtime = testRuntime({ faults: killingFaults(plan) })
  const stores = await childStores(plan.stores)
  const source = await openStore(stores, 'source')
  const sink = await openStore(stores, 'sink', runtime)
  const handler = writeLedger(sink, ({ position }) => {
    if (position === plan.killer) killMyself()
    if (plan.poison?.includes(position)) throw new Error(`poison ${position}`)
  })
  const retry = { attemptsMax: 2, backoff: { firstMs: 1, maxMs: 2 } }
  const consumer = aConsumer(sink, source.feed, handler, { runtime, retry })
  await emitAll(
    source,
    (plan.emit ?? []).map((key) => ({ key })),
  )
  await consumer.start()
  const admin = createParkedAdmin({ store: sink, runtime, consumers: () => [consumer] })
  const key = { consumer: 'main', source: 'source', key: plan.redrive ?? '' }
  if (plan.redrive !== undefined) await admin.redrive(key, { actor: 'ann', reason: '' })
  await consumer.caughtUp(soon())
  while (await isRedriving(sink)) await new Promise(setImmediate)
  await consumer.stop()
  await sink.close()
  await source.close()
}

/** The first parked event of a key is `failed`, unless a redrive is under way. */
async function isRedriving(sink: Store): Promise<boolean> {
  const parked = await sink.read((tx) => tx.consumption.parked({ limit: 100 }))
  return parked.length > 0 && !parked.some(({ state }) => state === 'failed')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await consumeAll(JSON.parse(process.argv[2] as string) as ChildPlan)
