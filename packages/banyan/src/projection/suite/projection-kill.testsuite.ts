import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CRASHES_MAX } from '../../events/reading/recovery.ts'
import { applied, openStore } from '../../events/suite/consumer.fixtures.ts'
import type { StoreHarness, StorePlace } from '../../store/suite/store.testsuite.ts'
import { inPairs } from '../../events/suite/in-pairs.testsuite.ts'
import { runProjection } from './projection-kill.fixtures.ts'
import { withoutCrashes } from '../../store/suite/store-harness.testsuite.ts'
import { withoutSql } from './projection.fixtures.ts'

const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `k${index % 3}`)

/** Totals by key that the last child found, and what is parked. */
async function outcome(place: StorePlace): Promise<{ readonly totals: number[]; readonly parked: number[] }> {
  const sink = await openStore(place, 'sink')
  try {
    const parked = await sink.read((tx) => tx.consumption.parked({ limit: 100 }))
    return { totals: await applied(sink), parked: parked.map(({ position }) => position) }
  } finally {
    await sink.close()
  }
}

/** A projection whose process is killed: each event is applied once all the same (P1, P2, P6). */
export function testProjectionKills(harness: StoreHarness): void {
  const skip = withoutSql(harness) || withoutCrashes(harness)
  test(`${harness.name}: a process killed while it fills a projection leaves every event applied once`, { skip }, async () => {
    const points = ['store.sink.before-commit', 'store.sink.after-commit']
    const faults = [1, 2, 3, 4].flatMap((hit) => points.map((point) => ({ point, hit })))
    await inPairs(faults, async (fault) => {
      await using place = await harness.createPlace()
      const stores = place.child
      const label = `${fault.point} ${fault.hit}`
      assert.ok(await runProjection({ stores, emit: keys(600), fault }), label)
      assert.equal(await runProjection({ stores, emit: keys(3) }), false)
      assert.deepEqual(await outcome(place), { totals: [201, 201, 201], parked: [] }, label)
    })
  })

  test(`${harness.name}: a process killed while it rebuilds a projection goes on with the rebuild`, { skip }, async () => {
    await inPairs([6, 7, 9, 11], async (hit) => {
      await using place = await harness.createPlace()
      const stores = place.child
      const fault = { point: 'store.sink.after-commit', hit }
      assert.ok(await runProjection({ stores, emit: keys(600), rebuild: true, fault }), `${hit}`)
      assert.equal(await runProjection({ stores, emit: keys(3), rebuild: true }), false)
      assert.deepEqual(await outcome(place), { totals: [201, 201, 201], parked: [] }, `${hit}`)
    })
  })

  test(`${harness.name}: an event that kills the process is parked after seven ends, with its key only`, { skip }, async () => {
    await using place = await harness.createPlace()
    const stores = place.child
    let kills = 0
    let emit = keys(12)
    while (await runProjection({ stores, emit, killer: 5 })) {
      emit = []
      assert.ok(++kills < 10, 'it goes on killing the process')
    }
    assert.equal(kills, 2 + CRASHES_MAX)
    assert.deepEqual(await outcome(place), { totals: [4, 1, 4], parked: [5, 8, 11] })
  })
}
