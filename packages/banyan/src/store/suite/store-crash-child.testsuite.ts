// Run as a process of its own by store-crash.testsuite.ts, which kills it. Argument: JSON of CrashChildTask.
import { writeSync } from 'node:fs'
import { argv, kill, pid, stdin } from 'node:process'
import { createRuntime } from '../../kernel/runtime.ts'
import { anEvent, SERVICE } from './store-harness.testsuite.ts'
import { type ChildPlace, childStores, openTestStore } from './test-store.testsuite.ts'
import { stateOf } from './test-variants.testsuite.ts'
import type { Store } from '../store.ts'

/** What a child does. */
export interface CrashChildTask extends ChildPlace {
  /** `consume`: handle positions up to `events`. `hold`: open the store and wait. */
  readonly mode: 'consume' | 'hold'
  readonly events: number
  /** Where to die, and at which visit. */
  readonly strike?: { readonly point: string; readonly visit: number }
}

export const [CRASH_CONSUMER, CRASH_SOURCE] = ['crash', 'numbers']

/** Deliveries at once, so that several share a commit. */
const CONCURRENCY = 5

/** How far before the cursor delivery starts again: a broker that repeats what was not acknowledged. */
const REPEATED = 7

if (import.meta.main) await main(JSON.parse(argv[2] as string) as CrashChildTask)

async function main(task: CrashChildTask): Promise<void> {
  const runtime = createRuntime({ faults: { at: striker(task.strike) } })
  const store = await openTestStore(await childStores(task), { service: SERVICE, runtime })
  say('ready')
  if (task.mode === 'hold') await new Promise((resolve) => stdin.once('end', resolve).resume())
  else await consumeAll(store, task.events)
  await store.close()
}

function striker(strike: CrashChildTask['strike']): (name: string) => void {
  let visits = 0
  return (name) => {
    if (name !== strike?.point || ++visits < strike.visit) return
    kill(pid, 'SIGKILL')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000) // dies in here
  }
}

async function consumeAll(store: Store, events: number): Promise<void> {
  const cursor = (await store.transaction((tx) => tx.consumption.takeOver(CRASH_CONSUMER, CRASH_SOURCE))).value
  const first = Math.max(1, cursor.position - REPEATED)
  for (let start = first; start <= events; start += CONCURRENCY) {
    const positions = Array.from({ length: Math.min(CONCURRENCY, events - start + 1) }, (_, index) => start + index)
    await Promise.all(positions.map((position) => consume(store, position, cursor.epoch)))
    const last = positions.at(-1) as number
    await store.transaction((tx) => tx.consumption.advance(CRASH_CONSUMER, CRASH_SOURCE, last, cursor.epoch))
  }
}

async function consume(store: Store, position: number, epoch: number): Promise<void> {
  await store.transaction(async (tx) => {
    if (!(await tx.consumption.record(CRASH_CONSUMER, CRASH_SOURCE, { position, id: `e${position}` }, epoch))) return
    await stateOf(tx).counters.add('effects')
    tx.emit(anEvent(`k${position % 3}`, { position }))
  })
  say(`ack ${position}`)
}

/** At once, not through a buffer that dies with the process. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}
