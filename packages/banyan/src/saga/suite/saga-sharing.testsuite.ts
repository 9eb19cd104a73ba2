import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import { bookOf } from './book.testsuite.ts'
import { SagaChildren } from './saga-children.testsuite.ts'
import { withoutCrashes } from '../../store/suite/store-harness.testsuite.ts'

/** Longer than a lease and a poll, by far. */
const PATIENCE_MS = 60_000
const LOOK_MS = 50

/** P3 and P14 with processes that share a store: takes about a lease's time each. */
export function testSagaSharing(harness: StoreHarness): void {
  const skip = withoutCrashes(harness) || (harness.features.shared ? false : 'feature shared: one process owns this store')
  test(
    `${harness.name}: P14 a process is stopped for longer than its lease and goes on after another took over: it commits nothing`,
    { skip },
    async () => {
      await using children = await SagaChildren.create(harness)
      const stopped = children.start({ saga: 'slow', count: 1, until: 'told' })
      await until('the action runs', () => children.lines('ledger.txt').length === 1)
      stopped.process.kill('SIGSTOP')
      const successor = children.start({ saga: 'slow', until: 'told' })
      await until('another process runs the action', () => children.lines('ledger.txt').length === 2)
      writeFileSync(join(children.directory, 'go'), '')
      const store = await children.open()
      await until('the saga ends', async () => (await store.read((tx) => tx.sagas.find('s1')))?.status === 'completed')
      stopped.process.kill('SIGCONT')
      await stopped.said('refused fenced')
      for (const child of [stopped, successor]) child.process.stdin?.end()
      assert.deepEqual(await Promise.all([stopped.ended, successor.ended]), [0, 0])
      assert.deepEqual(await bookOf(store), ['s1:slow'], 'stale commits')
      await store.close()
    },
  )

  test(
    `${harness.name}: P3 two processes run sagas, one is killed under load: the other ends them all, each effect once`,
    { skip },
    async () => {
      await using children = await SagaChildren.create(harness)
      const victim = children.start({ name: 'a', count: 30, strike: { point: 'saga.sagas.order.after-action', visit: 40 } })
      const survivor = children.start({ name: 'b', count: 30, until: 'told' })
      assert.equal(await victim.ended, 'SIGKILL')
      const store = await children.open()
      await until('all sagas end', async () => {
        const counts = await store.read((tx) => tx.sagas.counts())
        return counts.every(({ status }) => status === 'completed' || status === 'compensated') && counts.length > 0
      })
      await store.close()
      survivor.process.stdin?.end()
      assert.equal(await survivor.ended, 0)
      await children.inspect()
    },
  )
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
    if (await holds()) return
    await pause(LOOK_MS)
  }
  assert.fail(`waited in vain until ${what}`)
}
