import assert from 'node:assert/strict'
import type { ParkedRecord } from '../records/consumption-records.ts'
import { SHOWN_BYTES_MAX, TOO_LARGE_TO_SHOW } from '../records/shown.ts'
import { anEvent, promise, readAll, type StoreHarness } from './store-harness.testsuite.ts'
import { aSaga } from './store-sagas.testsuite.ts'

/** JSON of so many bytes, in characters of two. */
const json = (bytes: number): string => JSON.stringify('ü'.repeat((bytes - 2) / 2))
const [FITS, LARGE] = [json(SHOWN_BYTES_MAX), json(SHOWN_BYTES_MAX + 2)]

/** S16: what is read for lists and looks is bounded by bytes, whatever the rows hold. */
export function testLists(harness: StoreHarness): void {
  promise(harness, 'S16 a list of sagas tells of large inputs and outputs, and each alone is whole', async ({ store }) => {
    await store.transaction(async ({ sagas }) => {
      await sagas.insert(aSaga({ id: 'a', input: FITS, output: LARGE }))
      await sagas.insert(aSaga({ id: 'b', input: LARGE }))
    })
    const listed = await store.read((tx) => tx.sagas.list({ limit: 10 }))
    assert.deepEqual(
      listed.map(({ input, output }) => [input, output]),
      [
        [FITS, TOO_LARGE_TO_SHOW],
        [TOO_LARGE_TO_SHOW, null],
      ],
    )
    assert.equal((await store.read((tx) => tx.sagas.find('b')))?.input, LARGE)
  })

  promise(
    harness,
    'S16 a brief list of parked events tells of large ones, and a list that is not brief has them whole',
    async ({ store }) => {
      await store.transaction(async ({ consumption }) => {
        await consumption.park(parked(1, FITS, 'redriving'))
        await consumption.park(parked(2, LARGE, 'redriving'))
        await consumption.park(parked(3, FITS, 'failed'))
      })
      await store.read(async ({ consumption }) => {
        const brief = await consumption.parked({ limit: 2, brief: true })
        assert.deepEqual(
          brief.map(({ event }) => event),
          [FITS, TOO_LARGE_TO_SHOW],
        )
        assert.equal((await consumption.parked({ limit: 2 }))[1]?.event, LARGE)
        assert.deepEqual((await consumption.redrivingKeys('main', 'orders', 10)).toSorted(), ['k1', 'k2'])
        assert.equal((await consumption.redrivingKeys('main', 'orders', 1)).length, 1)
      })
    },
  )

  promise(harness, 'S16 a flow for people tells of large data', async ({ store }) => {
    await store.transaction(async (tx) => {
      for (const data of [FITS, LARGE]) tx.emit({ ...anEvent('k'), data })
    })
    await readAll(store.feed, 2)
    const { events } = await store.read((tx) => tx.log.ofFlow('flow-1', 10))
    assert.deepEqual(
      events.map(({ data }) => data),
      [FITS, TOO_LARGE_TO_SHOW],
    )
  })

  promise(harness, 'S16 due timers come as far as their data fit, oldest first, and one always', async ({ store }) => {
    const timer = { name: 'remind', attempts: 0, correlationId: 'flow' }
    await store.transaction(async ({ timers }) => {
      for (let number = 1; number <= 9; number++)
        await timers.schedule({ ...timer, id: `t${number}`, dueAt: number, data: json(1_000_000) })
    })
    const due = async (limit: number): Promise<string[]> => (await store.read((tx) => tx.timers.due(100, limit))).map(({ id }) => id)
    assert.deepEqual(await due(1), ['t1'])
    assert.deepEqual(await due(3), ['t1', 't2', 't3'])
    assert.deepEqual(await due(100), ['t1', 't2', 't3', 't4', 't5'], 'four mebibytes and no more')
    await store.transaction((tx) => tx.timers.cancel('t1'))
    assert.deepEqual(await due(100), ['t2', 't3', 't4', 't5', 't6'])
  })
}

function parked(position: number, event: string, state: ParkedRecord['state']): ParkedRecord {
  return { consumer: 'main', source: 'orders', position, key: `k${position}`, event, state, attempts: 1, error: null, parkedAt: position }
}
