import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aSaga, remote, SagaWorld } from '../suite/saga-world.testsuite.ts'

/** A saga that asks three systems outside; the second one does what it is asked and loses its answer. */
const order = aSaga('order', async (s) => {
  await s.step('reserve', remote('reserve'))
  await s.step('charge', { ...remote('charge'), timeout: 200 })
  await s.step('ship', remote('ship'))
})

/** What the systems outside saw when the process crashed at the given point: requests of each key. */
async function seen(crashAt: number): Promise<{ readonly requests: ReadonlyMap<string, number>; readonly points: number }> {
  await using world = new SagaWorld()
  world.participants.script('charge', 'lost')
  let started = false
  for (const crash of [crashAt, Number.POSITIVE_INFINITY]) {
    const process = await world.open([order], { crashAt: crash })
    if (!started && !process.dead) await process.start(order, 's1')
    started ||= !process.dead
    const saga = await process.settled('s1', 3_600_000).catch((error: unknown) => {
      if (!process.dead) throw error
      return process.crash()
    })
    if (!saga) continue
    assert.equal(saga.status, 'completed', `crashed at ${crashAt}`)
    const requests = Map.groupBy(world.participants.requests, (request) => request)
    return { requests: new Map([...requests].map(([key, all]) => [key, all.length])), points: process.points.length }
  }
  throw new Error('the last process crashed')
}

test('P16: wherever the process crashes, systems outside see each step at least once, and always under one key', async () => {
  const { points } = await seen(Number.POSITIVE_INFINITY)
  const repeated = new Set<string>()
  for (let crashAt = 1; crashAt <= points; crashAt++) {
    const { requests } = await seen(crashAt)
    assert.deepEqual([...requests.keys()].toSorted(), ['do s1:charge', 'do s1:reserve', 'do s1:ship'], `crashed at ${crashAt}`)
    for (const [key, count] of requests) if (count > 1) repeated.add(key)
  }
  // Otherwise no request was ever repeated, and one key for all of them would prove nothing.
  assert.deepEqual([...repeated].toSorted(), ['do s1:charge', 'do s1:reserve', 'do s1:ship'])
})
