import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { contract } from '../../contract/index.ts'
import { createRuntime } from '../../kernel/index.ts'
import { seededRandom } from '../../kernel/random.ts'
import { manualClock } from '../../saga/suite/manual-clock.testsuite.ts'
import type { Store } from '../../store/store.ts'
import { sqliteStores } from '../../store/sqlite/index.ts'
import { define } from '../define/define.ts'
import { createNotifier } from '../handler/notifier.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'
import { createTimerPump, type TimerPump } from './timer-pump.ts'

const { timer, definition } = define(contract('bells', { operations: {}, events: {} }))
const clock = manualClock()

/** One life of a process: a store and a pump. */
interface Life {
  readonly store: Store
  readonly pump: TimerPump
}

async function begin(directory: string, handler: () => Promise<unknown>): Promise<Life> {
  const runtime = createRuntime({ clock, random: seededRandom(7) })
  const store = await sqliteStores({ directory }).open({ service: 'bells', migrations: [], runtime })
  const parts = { name: 'bells', definition, store, runtime, clients: () => ({}), notifier: createNotifier(), resources: undefined }
  const pump = createTimerPump(parts as unknown as ServiceRuntime, {
    timers: [timer('ring', handler)],
    runtime: () => parts as unknown as ServiceRuntime,
  })
  pump.start()
  return { store, pump }
}

async function ringing(store: Store) {
  return (await store.read((tx) => tx.timers.due(Number.MAX_SAFE_INTEGER, 10)))[0]
}

test('P11: a timer whose handler ends the process is counted, and its pauses hold across restarts', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'banyan-timers-'))
  try {
    const first = await begin(directory, never)
    await first.store.transaction((tx) =>
      tx.timers.schedule({ id: 'bell', name: 'ring', dueAt: clock.now(), data: '{}', attempts: 0, correlationId: 'c' }),
    )
    await first.store.close() // dies: nothing of it stops
    let begun = 0
    for (let restart = 0; restart < 20; restart++) {
      const { store } = await begin(directory, () => (begun++, never()))
      await clock.advance(3_000)
      await store.close()
    }
    const last = await begin(directory, never)
    const bell = await ringing(last.store)
    assert.ok(begun >= 3 && begun <= 10, `${begun} attempts in a minute`)
    assert.ok((bell?.attempts ?? 0) >= begun - 1, `${bell?.attempts} counted of ${begun}`)
    await last.store.close()
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('after a clean stop a timer is fired without a count before it', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'banyan-timers-'))
  try {
    const first = await begin(directory, never)
    await clock.advance(100)
    await first.pump.stop()
    await first.store.close()
    const second = await begin(directory, never)
    await second.store.transaction((tx) =>
      tx.timers.schedule({ id: 'bell', name: 'ring', dueAt: clock.now(), data: '{}', attempts: 0, correlationId: 'c' }),
    )
    await clock.advance(2_000)
    assert.equal((await ringing(second.store))?.attempts, 0)
    await second.store.close()
  } finally {
    rmSync(directory, { recursive: true })
  }
})

function never(): Promise<never> {
  return new Promise<never>(() => {})
}
