import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSlots, type SlotCaller, type SlotOptions } from './slots.ts'

const OPTIONS: SlotOptions = { activeMax: 1, waitingMax: 10, workMs: 100, monotonic: () => 0 }

function caller(origin?: string, more: Partial<SlotCaller> = {}): SlotCaller {
  return { origin, remainingMs: () => 10_000, abandoned: () => false, ...more }
}

/** Slots whose only slot is taken, work that notes that it began, and how to let everything go on. */
function busy(options: Partial<SlotOptions> = {}) {
  const slots = createSlots({ ...OPTIONS, ...options })
  const { promise, resolve } = Promise.withResolvers<void>()
  const began: string[] = []
  const running = slots.run(caller('busy'), () => promise)
  return {
    began,
    ask: (name: string, who: SlotCaller = caller(name)) => slots.run(who, async () => void began.push(name)),
    async finish(): Promise<void> {
      resolve()
      await running
    },
  }
}

test('runs at most the allowed number at once, in order', async () => {
  const line = busy()
  const asked = ['a', 'b', 'c'].map((name) => line.ask(name, caller('same')))
  assert.deepEqual(line.began, [])
  await line.finish()
  await Promise.all(asked)
  assert.deepEqual(line.began, ['a', 'b', 'c'])
})

test('lets addresses take turns, so that who asks a lot waits for itself', async () => {
  const line = busy()
  const loud = ['l1', 'l2', 'l3', 'l4'].map((name) => line.ask(name, caller('loud')))
  const quiet = ['q1', 'q2'].map((name) => line.ask(name, caller('quiet')))
  await line.finish()
  await Promise.all([...loud, ...quiet])
  assert.deepEqual(line.began, ['l1', 'q1', 'l2', 'q2', 'l3', 'l4'])
})

test('begins nothing for which nobody waits any more, or that comes too late', async () => {
  const line = busy()
  let gone = false
  let leftMs = 10_000
  const hungUp = line.ask('hung up', caller('a', { abandoned: () => gone }))
  const late = line.ask('late', caller('b', { remainingMs: () => leftMs }))
  const patient = line.ask('patient')
  gone = true
  leftMs = 0
  const refused = Promise.all([assert.rejects(hungUp, { code: 'cancelled' }), assert.rejects(late, { code: 'overloaded', retry: 'safe' })])
  await line.finish()
  await Promise.all([patient, refused])
  assert.deepEqual(line.began, ['patient'])
})

test('refuses at once what it could not do in time, and says when to come again', async () => {
  const line = busy({ workMs: 1_000 })
  const first = line.ask('first', caller('same'))
  await assert.rejects(line.ask('second', caller('same', { remainingMs: () => 2_900 })), { code: 'overloaded', retryAfterMs: 2_000 })
  const other = line.ask('other', caller('other', { remainingMs: () => 3_100 }))
  await line.finish()
  await Promise.all([first, other])
})

test('a full line refuses whoever has most in it, not the newcomer', async () => {
  const line = busy({ waitingMax: 3 })
  const loud = ['l1', 'l2', 'l3'].map((name) => line.ask(name, caller('loud')))
  const displaced = assert.rejects(loud[2] as Promise<void>, { code: 'overloaded' })
  const quiet = line.ask('quiet')
  await displaced
  await assert.rejects(line.ask('l4', caller('loud')), { code: 'overloaded' })
  await line.finish()
  await Promise.all([...loud.slice(0, 2), quiet])
  assert.deepEqual(line.began, ['l1', 'quiet', 'l2'])
})

test('a full line forgets those who hung up before it refuses anybody', async () => {
  const line = busy({ waitingMax: 1 })
  const dead = assert.rejects(line.ask('dead', caller('a', { abandoned: () => true })), { code: 'cancelled' })
  const alive = line.ask('alive')
  await line.finish()
  await Promise.all([dead, alive])
  assert.deepEqual(line.began, ['alive'])
})

test('learns how long the work takes', async () => {
  let now = 0
  const slots = createSlots({ ...OPTIONS, monotonic: () => now })
  for (let round = 0; round < 50; round++) await slots.run(caller(), async () => void (now += 3_000))
  const { promise, resolve } = Promise.withResolvers<void>()
  const running = slots.run(caller(), () => promise)
  await assert.rejects(
    slots.run(caller('a', { remainingMs: () => 5_000 }), async () => {}),
    { code: 'overloaded' },
  )
  resolve()
  await running
})

test('gives the slot back when the work fails', async () => {
  const slots = createSlots({ ...OPTIONS, waitingMax: 0 })
  await assert.rejects(
    slots.run(caller(), () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(await slots.run(caller(), async () => 'free'), 'free')
})
