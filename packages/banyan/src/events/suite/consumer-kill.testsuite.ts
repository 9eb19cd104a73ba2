import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ParkedRecord } from '../../store/records/consumption-records.ts'
import { CRASHES_MAX } from '../reading/recovery.ts'
import type { StoreHarness, StorePlace } from '../../store/suite/store.testsuite.ts'
import { applied, openStore } from './consumer.fixtures.ts'
import { inPairs } from './in-pairs.testsuite.ts'
import { runChild } from './consumer-kill.fixtures.ts'
import { withoutCrashes } from '../../store/suite/store-harness.testsuite.ts'

const POINTS = [
  'consumer.sink.main.before-handler',
  'consumer.sink.main.after-handler',
  'store.sink.before-begin',
  'store.sink.before-commit',
  'store.sink.after-commit',
]

async function outcome(place: StorePlace): Promise<{ readonly applied: readonly number[]; readonly parked: readonly ParkedRecord[] }> {
  const sink = await openStore(place, 'sink')
  try {
    return { applied: await applied(sink), parked: await sink.read((tx) => tx.consumption.parked({ limit: 100 })) }
  } finally {
    await sink.close()
  }
}

const cases = (hits: readonly number[]): { point: string; hit: number }[] => POINTS.flatMap((point) => hits.map((hit) => ({ point, hit })))

/** A consumer whose process is killed: each event is applied once all the same, and one that kills is set aside (P1, P2, P6). */
export function testConsumerKills(harness: StoreHarness): void {
  const skip = withoutCrashes(harness)
  test(
    `${harness.name}: a process killed while it handles and parks events applies each once, in order, and parks the same`,
    { skip },
    async () => {
      await inPairs(cases([1, 3]), async (fault) => {
        await using place = await harness.createPlace()
        const stores = place.child
        const label = JSON.stringify(fault)
        // position 2 fails: its key (a: 1 2 4 6) waits behind it, b (3 5) flows
        const plan = { stores, poison: [2] }
        assert.ok(await runChild({ ...plan, emit: ['a', 'a', 'b', 'a', 'b', 'a'], fault }), `not reached: ${label}`)
        assert.equal(await runChild(plan), false)
        const after = await outcome(place)
        assert.deepEqual(
          after.applied.toSorted((a, b) => a - b),
          [1, 3, 5],
          label,
        )
        assert.ok(after.applied.indexOf(3) < after.applied.indexOf(5), label)
        const states = after.parked.map(({ position, state }) => [position, state])
        assert.deepEqual(
          states,
          [
            [2, 'failed'],
            [4, 'waiting'],
            [6, 'waiting'],
          ],
          label,
        )
      })
    },
  )

  test(
    `${harness.name}: a process killed during a redrive finishes it after its restart, in order, each event once`,
    { skip },
    async () => {
      await inPairs(cases([2, 4]), async (fault) => {
        await using place = await harness.createPlace()
        const stores = place.child
        const label = JSON.stringify(fault)
        await runChild({ stores, emit: ['a', 'a', 'a', 'b'], poison: [1] })
        assert.ok(await runChild({ stores, emit: ['a'], redrive: 'a', fault }), `not reached: ${label}`)
        const isMarked = (await outcome(place)).parked.every(({ state }) => state !== 'failed')
        // killed before the mark was durable: nobody has been told that it will happen
        assert.equal(await runChild({ stores, ...(isMarked ? {} : { redrive: 'a' }) }), false)
        const after = await outcome(place)
        assert.deepEqual(after.parked, [], label)
        assert.deepEqual(after.applied, [4, 1, 2, 3, 5], label)
      })
    },
  )

  test(`${harness.name}: an event whose handler kills the process is parked after seven ends; nothing else is`, { skip }, async () => {
    await using place = await harness.createPlace()
    const stores = place.child
    let kills = 0
    let emit: readonly string[] = Array.from({ length: 30 }, (_, index) => `k${index % 5}`)
    while (await runChild({ stores, emit, killer: 13 })) {
      emit = []
      assert.ok(++kills < 10, 'it goes on killing the process')
    }
    assert.equal(kills, 2 + CRASHES_MAX)
    const after = await outcome(place)
    assert.deepEqual(
      after.parked.map(({ position, state }) => [position, state]),
      [
        [13, 'failed'],
        [18, 'waiting'],
        [23, 'waiting'],
        [28, 'waiting'],
      ],
    )
    assert.match(after.parked[0]?.error ?? '', new RegExp(`the process ended ${CRASHES_MAX} times`))
    assert.equal(after.applied.length, 26)
    assert.equal(new Set(after.applied).size, 26)
  })

  test(`${harness.name}: an event that kills the process during its redrive is counted too, and is set aside again`, { skip }, async () => {
    await using place = await harness.createPlace()
    const stores = place.child
    await runChild({ stores, emit: ['a', 'a', 'b'], poison: [1] })
    assert.ok(await runChild({ stores, redrive: 'a', killer: 1 }))
    let kills = 1
    while (await runChild({ stores, killer: 1 })) assert.ok(++kills < 10, 'it goes on killing the process')
    assert.equal(kills, 2) // attemptsMax of the child
    const after = await outcome(place)
    assert.deepEqual(
      after.parked.map(({ position, state }) => [position, state]),
      [
        [1, 'failed'],
        [2, 'waiting'],
      ],
    )
    assert.deepEqual(after.applied, [3])
  })
}
