import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CRASHES_MAX } from '../events/recovery.ts'
import { applied, openStore, tempDirectory } from '../events/consumer.fixtures.ts'
import { runProjection } from './projection-kill.fixtures.ts'

const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `k${index % 3}`)

/** Totals by key that the last child found, and what is parked. */
async function outcome(directory: string): Promise<{ readonly totals: number[]; readonly parked: number[] }> {
  const sink = await openStore(directory, 'sink')
  try {
    const parked = await sink.read((tx) => tx.consumption.parked({ limit: 100 }))
    return { totals: await applied(sink), parked: parked.map(({ position }) => position) }
  } finally {
    await sink.close()
  }
}

test('a process killed while it fills a projection leaves every event applied once', async () => {
  for (const hit of [1, 2, 3, 4]) {
    for (const point of ['store.sink.before-commit', 'store.sink.after-commit']) {
      using directory = tempDirectory()
      const { path } = directory
      assert.ok(await runProjection({ directory: path, emit: keys(600), fault: { point, hit } }), `${point} ${hit}`)
      assert.equal(await runProjection({ directory: path, emit: keys(3) }), false)
      assert.deepEqual(await outcome(path), { totals: [201, 201, 201], parked: [] }, `${point} ${hit}`)
    }
  }
})

test('a process killed while it rebuilds a projection goes on with the rebuild', async () => {
  for (const hit of [6, 7, 9, 11]) {
    using directory = tempDirectory()
    const { path } = directory
    const fault = { point: 'store.sink.after-commit', hit }
    assert.ok(await runProjection({ directory: path, emit: keys(600), rebuild: true, fault }), `${hit}`)
    assert.equal(await runProjection({ directory: path, emit: keys(3), rebuild: true }), false)
    assert.deepEqual(await outcome(path), { totals: [201, 201, 201], parked: [] }, `${hit}`)
  }
})

test('an event that kills the process is parked after seven ends, with its key only', async () => {
  using directory = tempDirectory()
  const { path } = directory
  let kills = 0
  let emit = keys(12)
  while (await runProjection({ directory: path, emit, killer: 5 })) {
    emit = []
    assert.ok(++kills < 10, 'it goes on killing the process')
  }
  assert.equal(kills, 2 + CRASHES_MAX)
  assert.deepEqual(await outcome(path), { totals: [4, 1, 4], parked: [5, 8, 11] })
})
