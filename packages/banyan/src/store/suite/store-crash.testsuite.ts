import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createRuntime } from '../../kernel/runtime.ts'
import { CRASH_CONSUMER, CRASH_SOURCE, type CrashChildTask } from './store-crash-child.testsuite.ts'
import { counter, readAll, rejectsWith, SERVICE, type StoreHarness, type StorePlace, withoutCrashes } from './store-harness.testsuite.ts'
import { openTestStore } from './test-store.testsuite.ts'
import type { Store } from '../store.ts'

const CHILD = fileURLToPath(new URL('store-crash-child.testsuite.ts', import.meta.url))

/** Events each child has to consume: about twenty commits. */
const EVENTS = 60

/** Every boundary of a commit. */
const POINTS = ['before-begin', 'before-commit', 'after-commit'].map((name) => `store.${SERVICE}.${name}`)

/** Visits at which a point strikes: the very first, one in the middle of the work, and one near its end. */
const VISITS = [1, 8, 20]

/** S1, S2 and S10 under `kill -9`: a child consumes events and is killed, then another goes on, then everything is counted. */
export function testCrashes(harness: StoreHarness): void {
  const skip = withoutCrashes(harness)
  for (const point of POINTS) {
    for (const visit of VISITS) {
      test(
        `${harness.name}: S1 S2 killed at ${point}, visit ${visit}: state, consumed and outbox agree, what was acknowledged is there`,
        { skip },
        async () => {
          await killed(harness, { strike: { point, visit } })
        },
      )
    }
  }

  for (const acknowledged of [3, 17, 41]) {
    test(`${harness.name}: S1 S2 killed from outside under load, after ${acknowledged} answers: the same holds`, { skip }, async () => {
      await killed(harness, {}, acknowledged)
    })
  }

  const opener = `${harness.name}: S10 a second process is refused while the first lives, and gets in the moment it was killed`
  test(opener, { skip: harness.features.shared ? 'feature shared: several processes may share this store' : skip }, async () => {
    await using place = await harness.createPlace()
    const child = start(place, { mode: 'hold' })
    await child.heard('ready')
    const message = new RegExp(`process ${child.process.pid}`)
    await rejectsWith(open(place), 'unavailable', message)
    child.process.kill('SIGKILL')
    await child.ended
    await (await open(place)).close()
  })
}

/** Kills a child, checks what it left, lets another finish, and checks again. */
async function killed(harness: StoreHarness, task: Partial<CrashChildTask>, killAfter?: number): Promise<void> {
  await using place = await harness.createPlace()
  const victim = start(place, task, killAfter)
  assert.equal(await victim.ended, 'SIGKILL')
  await inspect(place, victim.acknowledged)
  const successor = start(place, {})
  assert.equal(await successor.ended, 0)
  const positions = await inspect(place, [...victim.acknowledged, ...successor.acknowledged])
  assert.deepEqual(
    positions.toSorted((a, b) => a - b),
    Array.from({ length: EVENTS }, (_, index) => index + 1),
  )
}

/** The invariant: effects = consumed = emitted, each position once, and every acknowledged one among them. Returns the positions. */
async function inspect(place: StorePlace, acknowledged: readonly number[]): Promise<number[]> {
  const store = await open(place)
  try {
    const consumed = await consumedPositions(store)
    const effects = await counter(store, 'effects')
    const events = await readAll(store.feed, effects)
    const emitted = events.map(({ data }) => (JSON.parse(data) as { position: number }).position)
    assert.equal(await store.feed.head(), effects)
    assert.equal(consumed.size, effects)
    assert.deepEqual(new Set(emitted), consumed)
    assert.equal(new Set(emitted).size, emitted.length, 'no position has two effects')
    for (const position of acknowledged) assert.ok(consumed.has(position), `position ${position} was answered and is gone`)
    return emitted
  } finally {
    await store.close()
  }
}

async function consumedPositions(store: Store): Promise<Set<number>> {
  return store.read(async (tx) => {
    const [cursor] = await tx.consumption.cursors()
    const upToCursor = Array.from({ length: cursor?.position ?? 0 }, (_, index) => index + 1)
    return new Set([...upToCursor, ...(await tx.consumption.recorded(CRASH_CONSUMER, CRASH_SOURCE))])
  })
}

function open(place: StorePlace): Promise<Store> {
  return openTestStore(place, { service: SERVICE, runtime: createRuntime() })
}

interface Child {
  readonly process: ChildProcess
  readonly acknowledged: readonly number[]
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  heard(line: string): Promise<void>
}

function start(place: StorePlace, task: Partial<CrashChildTask>, killAfter = Number.POSITIVE_INFINITY): Child {
  const argument: CrashChildTask = { ...place.child, mode: 'consume', events: EVENTS, ...task }
  const child = spawn(execPath, [CHILD, JSON.stringify(argument)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const acknowledged: number[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    if (!line.startsWith('ack ')) return
    acknowledged.push(Number(line.slice(4)))
    if (acknowledged.length === killAfter) child.kill('SIGKILL')
  })
  const closed = once(lines, 'close')
  const ended = once(child, 'exit').then(async ([code, signal]: (number | string | null)[]) => {
    await closed // the last lines may still be on their way
    return signal ?? code ?? -1
  })
  return {
    process: child,
    acknowledged,
    ended,
    async heard(expected) {
      for await (const [line] of on(lines)) if (line === expected) return
    },
  }
}

async function* on(lines: ReturnType<typeof createInterface>): AsyncGenerator<[string]> {
  for (;;) yield (await once(lines, 'line')) as [string]
}
