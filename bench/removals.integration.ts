import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareShop } from './growth.ts'
import { measureRemovals } from './removals.ts'

test('a shop that makes orders is measured until retention has removed every saga that ended long ago', async () => {
  using prepared = await prepareShop()
  const { without, during } = await measureRemovals(prepared, { sagas: 3_000, orders: 40 })
  assert.ok(without.length >= 3, `${without.length} runs of orders without removal`)
  for (const run of [...without, ...during]) assert.deepEqual(run.failures, {})
  for (const { removedPerSecond } of during) assert.ok(removedPerSecond > 0, String(removedPerSecond))
})
