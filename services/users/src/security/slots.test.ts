import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSlots } from './slots.ts'

function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { wait: promise, open: resolve }
}

test('runs at most the allowed number at once, in order', async () => {
  const slots = createSlots({ activeMax: 2, waitingMax: 10, retryAfterMs: 1 })
  const gates = [gate(), gate(), gate()]
  const started: number[] = []
  const runs = gates.map((one, index) =>
    slots.run(async () => {
      started.push(index)
      await one.wait
    }),
  )
  await Promise.resolve()
  assert.deepEqual(started, [0, 1])
  gates[0]?.open()
  await runs[0]
  await Promise.resolve()
  assert.deepEqual(started, [0, 1, 2])
  for (const one of gates) one.open()
  await Promise.all(runs)
})

test('refuses what is beyond the queue with overloaded', async () => {
  const slots = createSlots({ activeMax: 1, waitingMax: 0, retryAfterMs: 7 })
  const one = gate()
  const running = slots.run(() => one.wait)
  await assert.rejects(
    slots.run(async () => {}),
    { code: 'overloaded', retryAfterMs: 7 },
  )
  one.open()
  await running
})

test('gives the slot back when the work fails', async () => {
  const slots = createSlots({ activeMax: 1, waitingMax: 0, retryAfterMs: 1 })
  await assert.rejects(
    slots.run(() => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(await slots.run(async () => 'free'), 'free')
})
