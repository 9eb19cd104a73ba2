import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emitAll, eventually, keys, withStores } from '../../events/suite/consumer.fixtures.ts'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import type { Store } from '../../store/store.ts'
import type { ProjectionRunner } from '../projection-runner.ts'
import { aRunner, content, counts, upToHead, withoutSql } from './projection.fixtures.ts'

/** Events that a runner's readers see. */
async function sum(store: Store, runner: ProjectionRunner): Promise<number> {
  return (await content(store, runner.table('counts'))).reduce((all, { total }) => all + total, 0)
}

/** A projection of which several instances share the store. */
export function testProjectionSharing(harness: StoreHarness): void {
  const name = 'two instances on a shared store: whichever rebuilds while events arrive, both serve the new tables, and no reader goes back'
  const skip = withoutSql(harness) || (harness.features.shared ? false : 'feature shared: one process owns this store')

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
      for (const { runner } of instances) await upToHead(runner, stores)
      let isDone = false
      const write = async (): Promise<void> => {
        while (!isDone) {
          await emitAll(stores.source, keys(6, 6))
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }
      const read = async ({ sink, runner }: (typeof instances)[number]): Promise<void> => {
        for (let seen = 0; !isDone;) {
          const now = await sum(sink, runner)
          assert.ok(now >= seen, `${runner.table('counts')} contains ${now} events, but ${seen} were seen before`)
          seen = now
          await new Promise(setImmediate)
        }
      }
      const traffic = Promise.all([write(), ...instances.map(read)])
      try {
        for (const [index, { runner }] of instances.entries()) {
          await Promise.race([runner.rebuild(), traffic])
          const following = eventually('both serve the new tables', () =>
            instances.every(({ runner }) => runner.table('counts') === `counts_g${index + 2}`),
          )
          await Promise.race([following, traffic])
        }
      } finally {
        isDone = true
        await traffic
      }
      for (const { runner, sink } of instances) {
        await upToHead(runner, stores)
        assert.equal(await sum(sink, runner), await stores.source.feed.head())
      }
    })
  })
}
