import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract } from '../../contract/index.ts'
import { createRuntime } from '../../kernel/index.ts'
import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { openStore } from '../../store/suite/store-harness.testsuite.ts'
import type { Store } from '../../store/store.ts'
import { define } from '../define/define.ts'
import { createNotifier } from '../handler/notifier.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'
import { createTimerPump } from './timer-pump.ts'

const { timer, definition } = define(contract('bells', { operations: {}, events: {} }))

/** A store whose list of due timers, once `holds` is set, arrives when `go` is called. */
function heldBack(store: Store) {
  const read = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const held = {
    holds: false,
    read: read.promise,
    go: gate.resolve,
    store: {
      transaction: (body: Parameters<Store['transaction']>[0]) => store.transaction(body),
      async read(body: Parameters<Store['read']>[0]) {
        const found = await store.read(body)
        if (!held.holds || !Array.isArray(found)) return found
        read.resolve()
        await gate.promise
        return found
      },
    },
  }
  return held
}

test('P11: a timer that ended while the due ones were read is not fired by what was read before', async () => {
  await using opened = await openStore(sqliteHarness)
  const held = heldBack(opened.store)
  const begun = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  let runs = 0
  const ring = timer('ring', async () => {
    runs++
    begun.resolve()
    await end.promise
  })
  const runtime = createRuntime()
  const parts = {
    name: 'bells',
    definition,
    store: held.store,
    runtime,
    clients: () => ({}),
    notifier: createNotifier(),
    resources: undefined,
  }
  const pump = createTimerPump(parts as unknown as ServiceRuntime, { timers: [ring], runtime: () => parts as unknown as ServiceRuntime })
  const now = runtime.clock.now()
  await opened.store.transaction((tx) =>
    tx.timers.schedule({ id: 'bell', name: 'ring', dueAt: now, data: '{}', attempts: 0, correlationId: 'c' }),
  )
  pump.start()
  await begun.promise
  held.holds = true
  pump.scheduled(now)
  await held.read
  end.resolve()
  while ((await opened.store.read((tx) => tx.timers.due(now, 10))).length > 0) await new Promise(setImmediate)
  held.go()
  await pump.stop()
  assert.equal(runs, 1)
})
