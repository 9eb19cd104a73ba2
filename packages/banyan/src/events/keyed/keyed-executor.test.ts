import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { KeyedExecutor } from './keyed-executor.ts'

interface Item {
  readonly key: number
  readonly number: number
  attempts: number
}

const immediate = {
  setTimer(_delayMs: number, callback: () => void) {
    const handle = setImmediate(callback)
    return () => clearImmediate(handle)
  },
}

test('keeps the order of a key and the limit of keys at once, whatever is run again', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(5), { maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.boolean()),
      async (keys, concurrency, retries) => {
        const finished: Item[] = []
        const running = new Set<number>()
        const executor = new KeyedExecutor<Item>({
          clock: immediate,
          concurrency,
          run: async (item) => {
            assert.ok(!running.has(item.key))
            running.add(item.key)
            assert.ok(running.size <= concurrency)
            await new Promise(setImmediate)
            running.delete(item.key)
            if (retries[item.number] && item.attempts++ === 0) return 1
            finished.push(item)
            return undefined
          },
        })
        keys.forEach((key, number) => executor.push(String(key), { key, number, attempts: 0 }))
        while (finished.length < keys.length) await new Promise(setImmediate)
        for (const key of new Set(keys)) {
          const numbers = finished.filter((item) => item.key === key).map(({ number }) => number)
          assert.deepEqual(
            numbers,
            numbers.toSorted((a, b) => a - b),
          )
        }
        await executor.stop()
        assert.equal(executor.running, 0)
      },
    ),
    { numRuns: 50 },
  )
})

test('a key that waits for its next attempt does not hold a place, and does not make it busy', async () => {
  const timers: (() => void)[] = []
  const ran: string[] = []
  const clock = {
    setTimer(_delayMs: number, callback: () => void) {
      timers.push(callback)
      return () => {}
    },
  }
  const executor = new KeyedExecutor<string>({
    clock,
    concurrency: 1,
    run: async (item) => {
      ran.push(item)
      return item === 'again' && ran.length === 1 ? 1_000 : undefined
    },
  })
  executor.push('a', 'again')
  executor.push('a', 'behind it')
  executor.push('b', 'other')
  await executor.whenQuiet()
  assert.deepEqual(ran, ['again', 'other'])
  timers[0]?.()
  await executor.whenQuiet()
  assert.deepEqual(ran, ['again', 'other', 'again', 'behind it'])
})

test('a stop lets what runs end and starts nothing more', async () => {
  const gate = Promise.withResolvers<undefined>()
  const ran: string[] = []
  const executor = new KeyedExecutor<string>({
    clock: immediate,
    concurrency: 1,
    run: (item) => {
      ran.push(item)
      return gate.promise
    },
  })
  executor.push('a', 'first')
  executor.push('a', 'second')
  executor.push('b', 'third')
  let isStopped = false
  const stopped = executor.stop().then(() => (isStopped = true))
  await new Promise(setImmediate)
  assert.equal(isStopped, false)
  gate.resolve(undefined)
  await stopped
  executor.push('c', 'late')
  assert.deepEqual(ran, ['first'])
})
