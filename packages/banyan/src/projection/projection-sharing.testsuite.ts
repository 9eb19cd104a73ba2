import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emitAll, eventually, keys, withStores } from '../events/consumer.fixtures.ts'
import type { StoreHarness } from '../store/store.testsuite.ts'
import { aRunner, content, counts, upToHead } from './projection.fixtures.ts'

/** A projection of which several instances share the store. */
export function testProjectionSharing(harness: StoreHarness): void {
  const name = 'two instances on a shared store: whichever rebuilds while events arrive, both serve the new tables, and they are complete'
  const skip = harness.features.shared ? false : 'feature shared: one process owns this store'

  test(`${harness.name}: ${name}`, { skip }, async () => {
    await withStores(harness, async (stores) => {
      await emitAll(stores.source, keys(600, 6))
      const instances = await Promise.all(
        ['one', 'two'].map(async (instance) => {
          const sink = await stores.openSinkAgain()
          return { sink, runner: aRunner({ ...stores, sink }, counts(), { instance }) }
        }),
      )
      for (const { runner } of instances) await runner.start()
      let isDone = false
      let emitted = 600
      const write = async (): Promise<void> => {
        for (; !isDone; emitted += 6) {
          await emitAll(stores.source, keys(6, 6))
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }
      const traffic = write()
      try {
        for (const [index, { runner }] of instances.entries()) {
          const table = `counts_g${index + 2}`
          await runner.rebuild()
          assert.equal(runner.table('counts'), table)
          await eventually('the other serves them too', () => instances.every(({ runner: each }) => each.table('counts') === table))
        }
      } finally {
        isDone = true
        await traffic
      }
      for (const { runner, sink } of instances) {
        await upToHead(runner, stores)
        const rows = await content(sink, runner.table('counts'))
        assert.deepEqual(
          rows.map(({ total }) => total),
          Array.from({ length: 6 }, () => emitted / 6),
        )
      }
    })
  })
}
