import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inLanes, type LaneLimits, type Work } from './lanes.ts'

/** Runs pieces that take a few turns each; tells what ran, and how much of it at once at most. */
async function run(heavy: number, light: number, limits: LaneLimits) {
  const running = { heavy: 0, light: 0 }
  const most = { all: 0, heavy: 0 }
  const ended: string[] = []
  const piece =
    (kind: 'heavy' | 'light', number: number): Work =>
    async () => {
      running[kind]++
      most.heavy = Math.max(most.heavy, running.heavy)
      most.all = Math.max(most.all, running.heavy + running.light)
      for (let turn = 0; turn <= number % 3; turn++) await new Promise(setImmediate)
      running[kind]--
      ended.push(`${kind} ${number}`)
    }
  const pieces = (kind: 'heavy' | 'light', count: number): Work[] => Array.from({ length: count }, (_, number) => piece(kind, number))
  await inLanes({ heavy: pieces('heavy', heavy), light: pieces('light', light) }, limits)
  return { most, ended: ended.length, different: new Set(ended).size }
}

test('runs each piece once, with no more at a time than there are lanes, and no more heavy ones than may be', async () => {
  for (const limits of [
    { all: 1, heavy: 1 },
    { all: 2, heavy: 1 },
    { all: 8, heavy: 4 },
  ])
    for (const [heavy, light] of [
      [10, 30],
      [30, 10],
      [0, 9],
      [9, 0],
      [0, 0],
    ] as const) {
      const { most, ended, different } = await run(heavy, light, limits)
      assert.deepEqual([ended, different], [heavy + light, heavy + light])
      assert.ok(most.heavy <= limits.heavy && most.all <= limits.all, JSON.stringify({ limits, most }))
      if (heavy >= 30 || light >= 30) assert.equal(most.all, limits.all, 'no lane is idle while there is work for it')
    }
})

test('ends with the error of a piece that fails', async () => {
  const failing = async (): Promise<void> => Promise.reject(new Error('the disk is full'))
  await assert.rejects(inLanes({ heavy: [], light: [failing] }, { all: 2, heavy: 1 }), /the disk is full/)
})
