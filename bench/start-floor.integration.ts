import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchStartFloor } from './start-floor.ts'

test('the bare server answers the list and confirms every order, in less memory than a shop is allowed', async () => {
  const { firstAnswerMs, idleMb, loadedMb, runs } = await benchStartFloor({ clients: 4, orders: 100 })
  assert.deepEqual(runs[0]?.failures, {})
  assert.ok(firstAnswerMs > 0)
  assert.ok(idleMb > 20 && idleMb < 120, `${idleMb} MB when idle`)
  assert.ok(loadedMb > 20 && loadedMb < 200, `${loadedMb} MB after the orders`)
})
