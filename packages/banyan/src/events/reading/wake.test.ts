import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Wake } from './wake.ts'

/** A clock that moves when it is told to. */
function manualClock() {
  const timers = new Map<() => void, number>()
  let now = 0
  return {
    timers,
    clock: {
      monotonic: () => now,
      setTimer(delayMs: number, callback: () => void) {
        timers.set(callback, now + delayMs)
        return () => void timers.delete(callback)
      },
    },
    pass(ms: number): void {
      now += ms
      for (const [callback, at] of timers) if (at <= now && timers.delete(callback)) callback()
    },
  }
}

/** Starts a sleep and tells whether it has ended. */
function asleep(wake: Wake, delayMs: number): () => Promise<boolean> {
  let isOver = false
  void wake.sleep(delayMs).then(() => (isOver = true))
  return async () => {
    await new Promise(setImmediate)
    return isOver
  }
}

test('a sleep ends when its time is up, not before, whatever the sleeps before it were', async () => {
  const { clock, pass } = manualClock()
  const wake = new Wake(clock)
  const first = asleep(wake, 100)
  wake.wake()
  assert.equal(await first(), true)
  pass(50)
  const second = asleep(wake, 100) // the timer of the first fires in its middle
  pass(60)
  assert.equal(await second(), false)
  pass(40)
  assert.equal(await second(), true)
  const third = asleep(wake, 1_000)
  wake.wake()
  assert.equal(await third(), true)
  const fourth = asleep(wake, 10)
  pass(10)
  assert.equal(await fourth(), true)
})

test('a wake before the sleep ends it at once, unless it was cleared', async () => {
  const { clock } = manualClock()
  const wake = new Wake(clock)
  wake.wake()
  assert.equal(await asleep(wake, 100)(), true)
  wake.wake()
  wake.clear()
  assert.equal(await asleep(wake, 100)(), false)
})

test('sleeps that end early share a timer, and none is left at the end', async () => {
  const { clock, timers } = manualClock()
  const wake = new Wake(clock)
  for (let turn = 0; turn < 5; turn++) {
    const isOver = asleep(wake, 100)
    wake.wake()
    assert.equal(await isOver(), true)
    assert.equal(timers.size, 1)
  }
  wake.end()
  assert.equal(timers.size, 0)
})
