import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measureWaiting } from './waiting.ts'

test('signals reach sagas among many that wait, and a process among them can be measured doing nothing', async () => {
  const figures = await measureWaiting(300, 50)
  const { signalMs, signalCpuMs, burstMs, burstCpuMs, idleShare } = figures
  for (const value of [signalMs, signalCpuMs, burstMs, burstCpuMs]) assert.ok(value > 0, JSON.stringify(figures))
  assert.ok(idleShare >= 0 && idleShare < 4, JSON.stringify(figures))
})
