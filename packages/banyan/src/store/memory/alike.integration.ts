// The records say the same in SQL and in documents: the same calls, in the same order, are answered alike, with the same errors.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BanyanError } from '../../kernel/error.ts'
import { SAGA_STATUSES, STEP_STATES } from '../records/saga-records.ts'
import { PARKED_STATES } from '../records/consumption-records.ts'
import { sqliteHarness } from '../sqlite/sqlite-harness.testsuite.ts'
import type { Store, StoreTransaction } from '../store.ts'
import { openStore, START_MS } from '../suite/store-harness.testsuite.ts'
import { aSaga, aStep } from '../suite/store-sagas.testsuite.ts'
import { memoryHarness } from './memory-harness.testsuite.ts'

/** One call of a record family, by the words with which a failure is told. */
type Call = readonly [string, (tx: StoreTransaction) => Promise<unknown>]

const at = fc.integer({ min: -2, max: 6 })
const time = at.map((offset) => START_MS + offset)
const limit = fc.integer({ min: 1, max: 4 })
const name = fc.constantFrom('a', 'b')
const kinds = fc.constantFrom(
  [{ name: 'a', version: 1 }],
  [
    { name: 'a', version: 1 },
    { name: 'b', version: 1 },
  ],
)
const owner = fc.constantFrom('o1', 'o2')
const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null })
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
const called = (words: string, ...given: readonly unknown[]): string => `${words} ${JSON.stringify(given)}`

function call<A extends readonly unknown[]>(
  words: string,
  given: { readonly [K in keyof A]: fc.Arbitrary<A[K]> },
  run: (tx: StoreTransaction, ...args: A) => Promise<unknown>,
): fc.Arbitrary<Call> {
  const args = fc.tuple(...(given as unknown as fc.Arbitrary<unknown>[]))
  return args.map((values) => [called(words, ...values), (tx) => run(tx, ...(values as unknown as A))])
}

const sagaStatus = fc.constantFrom(...SAGA_STATUSES)
const change = fc.record(
  { status: sagaStatus, wakeAt: nullable(time), owner: nullable(owner), updatedAt: time, committed: fc.boolean(), output: nullable(name) },
  { requiredKeys: [], noNullPrototype: true },
)
const saga = fc.record({
  id: name,
  name,
  status: sagaStatus,
  wakeAt: nullable(time),
  owner: nullable(owner),
  updatedAt: time,
  correlationId: name,
})
const epoch = fc.integer({ min: 0, max: 2 })

const SAGAS: readonly fc.Arbitrary<Call>[] = [
  call('insert', [saga.map(({ ...fields }) => aSaga(fields))], ({ sagas }, one) => sagas.insert(one)),
  call('find', [name], ({ sagas }, id) => sagas.find(id)),
  call(
    'list',
    [optional(name), optional(sagaStatus), optional(name), optional(name), limit],
    ({ sagas }, named, status, correlationId, after, most) =>
      sagas.list({
        ...(named && { name: named }),
        ...(status && { status }),
        ...(correlationId && { correlationId }),
        ...(after && { after }),
        limit: most,
      }),
  ),
  call('counts', [], async ({ sagas }) => [await sagas.counts(), await sagas.countOpen()]),
  call('update', [name, epoch, change], ({ sagas }, id, of, fields) => sagas.update(id, of, fields)),
  call('updateAny', [name, change], ({ sagas }, id, fields) => sagas.updateAny(id, fields)),
  call('claim', [owner, time, kinds], async ({ sagas }, by, now, of) => (await sagas.claim(by, now, 10, of)).toSorted(byId)),
  call('claimOne', [name, owner, time], ({ sagas }, id, by, now) => sagas.claimOne(id, by, now)),
  call('owned', [owner], async ({ sagas }, by) => (await sagas.owned(by, 10)).toSorted()),
  call('nextWake', [kinds], ({ sagas }, of) => sagas.nextWake(of)),
  call('stuck', [name, fc.constantFrom('', 'a'), limit], ({ sagas }, of, after, most) =>
    sagas.stuck({ name: of, version: 1 }, after, most),
  ),
  call('clockSetBack', [time, name], ({ sagas }, now, of) => sagas.clockSetBack(now, { name: of, version: 1 })),
  call('saveSteps', [name, name, at, fc.constantFrom(...STEP_STATES)], ({ sagas }, sagaId, step, number, state) =>
    sagas.saveSteps([aStep({ sagaId, name: step, number, state })]),
  ),
  call('addSignal', [name, name, name, time], ({ sagas }, sagaId, signal, signalId, receivedAt) =>
    sagas.addSignal({ sagaId, name: signal, signalId, data: '1', consumed: false, receivedAt }),
  ),
  call('takeSignal', [name, name], ({ sagas }, sagaId, signal) => sagas.takeSignal(sagaId, signal)),
  call('pruneSignals', [time], async ({ sagas }, before) => (await sagas.pruneSignals(before, 10, 0)).removed),
  call('removeSagas', [time, limit], ({ retention }, before, most) => retention.removeSagas(before, most)),
  call('renew', [owner, time, time], ({ leases }, by, until, now) => leases.renew(by, until, now)),
  call('others', [owner], async ({ leases }, by) => (await leases.others(by)).toSorted((a, b) => (a.instance < b.instance ? -1 : 1))),
  call('end', [owner, time], ({ leases }, by, until) => leases.end(by, until)),
  call('release', [owner], ({ leases }, by) => leases.release(by)),
]

const state = fc.constantFrom(...PARKED_STATES)
const mark = at.map((position) => ({ position, id: `e${position}` }))

const CONSUMPTION: readonly fc.Arbitrary<Call>[] = [
  call('cursor', [name, at], ({ consumption }, consumer, start) => consumption.cursor(consumer, 's', start)),
  call('takeOver', [name, at], ({ consumption }, consumer, start) => consumption.takeOver(consumer, 's', start)),
  call('record', [name, mark, epoch], ({ consumption }, consumer, event, of) => consumption.record(consumer, 's', event, of)),
  call('recorded', [name], ({ consumption }, consumer) => consumption.recorded(consumer, 's')),
  call('advance', [name, at, epoch, optional(mark)], ({ consumption }, consumer, to, of, read) =>
    consumption.advance(consumer, 's', to, of, read),
  ),
  call('lastRead', [name], ({ consumption }, consumer) => consumption.lastRead(consumer, 's')),
  call('rewind', [name, mark], ({ consumption }, consumer, to) => consumption.rewind(consumer, 's', to)),
  call('cursors', [], ({ consumption }) => consumption.cursors()),
  call('forget', [name], ({ consumption }, consumer) => consumption.forget(consumer)),
  call('countAttempt', [name, at, time], ({ consumption }, consumer, of, next) => consumption.countAttempt(consumer, 's', of, next)),
  call('attempts', [name, limit], ({ consumption }, consumer, most) => consumption.attempts(consumer, 's', most)),
  call('clearAttempts', [name, at], ({ consumption }, consumer, of) => consumption.clearAttempts(consumer, 's', of)),
  call('park', [name, at, name, state], ({ consumption }, consumer, position, key, as) =>
    consumption.park({ consumer, source: 's', position, key, event: '{}', state: as, attempts: 1, error: null, parkedAt: 1 }),
  ),
  call('unpark', [name, at], ({ consumption }, consumer, of) => consumption.unpark(consumer, 's', of)),
  call(
    'parked',
    [optional(name), optional(fc.constant('s')), optional(name), optional(state), optional(at), name, limit],
    ({ consumption }, consumer, source, key, as, after, afterConsumer, most) =>
      consumption.parked({
        ...(consumer && { consumer }),
        ...(source && { source }),
        ...(key && { key }),
        ...(as && { state: as }),
        ...(after === undefined ? {} : { after: { position: after, consumer: afterConsumer, source: 's' } }),
        limit: most,
      }),
  ),
  call('parkedKeys', [name, limit], ({ consumption }, consumer, most) => consumption.parkedKeys(consumer, 's', most)),
  call('isParked', [name, name], ({ consumption }, consumer, key) => consumption.isParked(consumer, 's', key)),
  call('parkedCount', [name, limit], ({ consumption }, consumer, most) => consumption.parkedCount(consumer, 's', most)),
  call('underway', [name], async ({ consumption }, consumer) => (await consumption.keysUnderway(consumer, 's', 9)).toSorted()),
  call('redriving', [name], async ({ consumption }, consumer) => (await consumption.redrivingKeys(consumer, 's', 9)).toSorted()),
  call('markParked', [name, name, state], ({ consumption }, consumer, key, as) => consumption.markParked(consumer, 's', key, as)),
]

const answer = fc.record({
  scope: name,
  key: name,
  fingerprint: name,
  state: fc.constantFrom('started' as const, 'succeeded' as const, 'failed' as const),
  reply: nullable(name),
  permits: nullable(name),
  expiresAt: time,
})

const OTHERS: readonly fc.Arbitrary<Call>[] = [
  call('save', [answer], ({ idempotency }, record) => idempotency.save({ ...record })),
  call('findAnswer', [name, name], async ({ idempotency }, scope, key) => [
    await idempotency.find(scope, key),
    await idempotency.reply(scope, key),
  ]),
  call('prune', [time, limit], ({ idempotency }, now, most) => idempotency.prune(now, most)),
  call('schedule', [name, time, optional(time)], ({ timers }, id, dueAt, waitsSince) =>
    timers.schedule({ id, name: 't', dueAt, data: '1', attempts: 0, correlationId: 'c', waitsSince }),
  ),
  call('cancel', [name], ({ timers }, id) => timers.cancel(id)),
  call('due', [time, limit], async ({ timers }, now, most) => [await timers.due(now, most), await timers.nextDue()]),
  call('timersSetBack', [time, limit], ({ timers }, now, most) => timers.clockSetBack(now, most)),
  call('hold', [name, owner, time, time], ({ holds }, of, by, expiresAt, now) => holds.hold({ name: of, owner: by, expiresAt }, now)),
  call('holder', [name], ({ holds }, of) => holds.find(of)),
  call('takeFrom', [name, owner, time, owner, time], ({ holds }, of, other, otherUntil, by, until) =>
    holds.takeFrom({ name: of, owner: other, expiresAt: otherUntil }, { name: of, owner: by, expiresAt: until }),
  ),
  call('letGo', [name, owner], ({ holds }, of, by) => holds.release(of, by)),
  call('append', [time, name], ({ audit }, happened, by) =>
    audit.append({ at: happened, actor: by, action: 'a', subject: 's', reason: 'r' }),
  ),
  call('audit', [limit], ({ audit }, most) => audit.list(most)),
  call('removeAudit', [time, limit], ({ retention }, before, most) => retention.removeAudit(before, most)),
  call('removeEvents', [at, time, limit], ({ retention }, upTo, before, most) => retention.removeEvents(upTo, before, most)),
  call('emit', [time, name], async (tx, happened, key) => {
    const about = { type: 'x', version: 1, data: '{}', correlationId: key, causationId: 'c', traceparent: 't' }
    tx.emit({ ...about, id: `00000000-0000-7000-8000-${String(happened)}`, key, time: happened })
  }),
  call('log', [name, limit], async ({ log }, flow, most) => {
    const { events, oldestEventAt } = await log.size()
    return [await log.ofFlow(flow, most), await log.newestId(), events, oldestEventAt]
  }),
  call('acknowledge', [name, fc.uniqueArray(name), at, time], ({ readers }, service, consumers, position, now) =>
    readers.acknowledge(
      service,
      consumers.map((consumer) => ({ consumer, position })),
      now,
    ),
  ),
  call('forgetReader', [name, name, time], ({ readers }, service, consumer, now) => readers.forget(service, consumer, now)),
  call('readers', [], ({ readers }) => readers.list()),
]

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1
}

for (const [family, calls] of Object.entries({ sagas: SAGAS, consumption: CONSUMPTION, others: OTHERS }))
  test(`records of ${family} in documents answer as those in SQL do, whatever is asked of them in whatever order`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...calls), { minLength: 100, maxLength: 150 }), async (story) => {
        await using inSql = await openStore(sqliteHarness)
        await using inDocuments = await openStore(memoryHarness)
        for (const [words, run] of story) assert.deepEqual(await told(inDocuments.store, run), await told(inSql.store, run), words)
      }),
      { numRuns: 15, endOnFailure: false },
    )
  })

/** The answer of a call in a transaction of its own, or the code of its error. */
async function told(store: Store, run: Call[1]): Promise<unknown> {
  try {
    return (await store.transaction(run)).value
  } catch (thrown) {
    if (thrown instanceof BanyanError) return { failed: thrown.code }
    throw thrown
  }
}
