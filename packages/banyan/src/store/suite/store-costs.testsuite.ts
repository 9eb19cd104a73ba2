import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CountedDatabase, CountedRecords, StoreHarness } from './store-harness.testsuite.ts'

/** Moment at which the costs are counted, in epoch milliseconds; what rests is due later. */
export const COST_NOW = 1_000_000

/** S18: what runs by itself costs by what is due. A database is filled three times with what waits or has ended; rows or steps are compared, not times. */
export function testCosts({ name, costs }: StoreHarness): void {
  const skip = typeof costs === 'string' ? `feature costs: ${costs}` : false
  test(`${name}: S18 what runs by itself costs by what is due, however much waits or has ended`, { skip }, async () => {
    if (typeof costs === 'string') return
    await using database = await costs.open()
    await assertCostsByWhatIsDue(database, costs.exceptions ?? {})
  })
}

/** What runs by itself, with every request, or for every saga. Nothing here may cost more because more waits or has ended. */
const WORK: Readonly<Record<string, (records: CountedRecords) => Promise<unknown>>> = {
  'a look for due sagas': ({ sagas }) => sagas.claim('me', COST_NOW, 10, [KIND]),
  'when the next saga is due': ({ sagas }) => sagas.nextWake([KIND]),
  'the sagas that an instance has': ({ sagas }) => sagas.owned('me', 20),
  'a page of stuck sagas': ({ sagas }) => sagas.stuck(KIND, '', 10),
  'sagas after the clock was set back': ({ sagas }) => sagas.clockSetBack(COST_NOW, { name: 'order', version: 3 }),
  'how many sagas are open': ({ sagas }) => sagas.countOpen(),
  'a page of signals': ({ sagas }) => sagas.pruneSignals(COST_NOW, 10, 0),
  'taking a signal that is not there': ({ sagas }) => sagas.takeSignal('waiting-7', 'other'),
  'due timers': ({ timers }) => timers.due(COST_NOW, 10),
  'when the next timer is due': ({ timers }) => timers.nextDue(),
  'timers after the clock was set back': ({ timers }) => timers.clockSetBack(COST_NOW, 10),
  'expired answers': ({ idempotency }) => idempotency.prune(COST_NOW, 10),
  'sagas that ended long ago': ({ retention }) => retention.removeSagas(1, 10),
  'old entries of the audit trail': ({ retention }) => retention.removeAudit(1, 10),
  'old events': ({ retention }) => retention.removeEvents(9, 1, 10),
  'keys to be redriven': ({ consumption }) => consumption.redrivingKeys('c', 's', 10),
  'parked events of a key': ({ consumption }) => consumption.parked({ ...READER, key: 'key-7', limit: 10 }),
  'whether a key is parked': ({ consumption }) => consumption.isParked('c', 's', 'key-7'),
  'how many events are parked': ({ consumption }) => consumption.parkedCount('c', 's', 10),
  'keys that are redriven': ({ consumption }) => consumption.keysUnderway('c', 's', 10),
  'positions behind the cursor': ({ consumption }) => consumption.recorded('c', 's'),
  'the size of the store': ({ log }) => log.size(),
}

const KIND = { name: 'order', version: 2 }
const READER = { consumer: 'c', source: 's' }
/** Rows of each kind, at each look. PostgreSQL reads small tables through, whatever it has in the way of indexes. */
const SIZES = [500, 2_000, 8_000] as const
/** Four times as many rows may cost a level of a tree, and a little for how pages happen to be filled; not twice as much. */
const GROWTH_MAX = 1.5
/** Rows or steps that nobody has to explain. */
const SLACK = 100

async function assertCostsByWhatIsDue(database: CountedDatabase, exceptions: Readonly<Record<string, string>>): Promise<void> {
  const costs = new Map<string, number[]>()
  let rows = 0
  for (const size of SIZES) {
    await database.fill(rows + 1, size)
    rows = size
    for (const [name, work] of Object.entries(WORK)) costs.set(name, [...(costs.get(name) ?? []), await database.cost(work)])
  }
  const growing = [...costs].filter(([name, each]) => exceptions[name] === undefined && grows(each))
  assert.deepEqual(growing, [], `cost with ${SIZES.join(', ')} rows of each kind`)
  assert.ok([...costs.values()].filter((each) => Math.max(...each) > 0).length > costs.size / 2, 'statements are counted')
}

function grows(costs: readonly number[]): boolean {
  const [few = 0, , many = 0] = costs
  return many > few * GROWTH_MAX + SLACK
}
