import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measureWaiting } from './growth-waiting.ts'

test('signals reach sagas among many that wait, and a process among them can be measured doing nothing', async () => {
  const { signalMs, burstMs, idleShare } = await measureWaiting(300, 50)
  assert.ok(signalMs > 0 && burstMs > 0 && idleShare >= 0 && idleShare < 4, `${signalMs} ms, ${burstMs} ms, ${idleShare}`)
})
