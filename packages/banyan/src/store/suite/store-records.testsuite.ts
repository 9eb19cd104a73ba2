import assert from 'node:assert/strict'
import { ANSWER_BYTES_MAX, INLINE_ANSWER_BYTES_MAX } from '../records/bounds.ts'
import type { IdempotencyRecord } from '../records/idempotency-records.ts'
import type { TimerRecord } from '../records/timer-records.ts'
import { promise, START_MS, type StoreHarness } from './store-harness.testsuite.ts'
import type { Store } from '../store.ts'

const DAY_MS = 86_400_000

/** Idempotency records (P15), timers (P11) and the audit trail. */
export function testRecords(harness: StoreHarness): void {
  testIdempotency(harness)
  testTimers(harness)

  promise(harness, 'audit: entries are listed newest first, with everything that was said', async ({ store }) => {
    const entry = (at: number) => ({ at, actor: 'ann', action: 'events.skip', subject: `orders/${at}`, reason: 'sent twice' })
    await store.transaction((tx) => tx.audit.append(entry(5)))
    await store.transaction((tx) => tx.audit.append(entry(3)))
    assert.deepEqual(await store.read((tx) => tx.audit.list(10)), [entry(3), entry(5)])
    assert.deepEqual(await store.read((tx) => tx.audit.list(1)), [entry(3)])
  })
}

function aRecord(overrides: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  return {
    scope: 'pay',
    key: 'k1',
    fingerprint: 'f1',
    state: 'succeeded',
    reply: '{"n":1}',
    permits: null,
    expiresAt: START_MS + DAY_MS,
    ...overrides,
  }
}

function testIdempotency(harness: StoreHarness): void {
  const save = async (store: Store, record: IdempotencyRecord) => (await store.transaction((tx) => tx.idempotency.save(record))).value
  const find = (store: Store, scope: string, key: string) => store.read((tx) => tx.idempotency.find(scope, key))

  promise(harness, 'idempotency: a final record is kept as it was saved, and is not replaced', async ({ store }) => {
    assert.equal(await find(store, 'pay', 'k1'), undefined)
    assert.equal(await save(store, aRecord()), true)
    assert.equal(await save(store, aRecord({ fingerprint: 'f2', reply: 'other' })), false)
    assert.deepEqual(await find(store, 'pay', 'k1'), { ...aRecord(), replyBytes: 7 })
  })

  promise(harness, 'idempotency: a started record is replaced by the final one', async ({ store }) => {
    const final = aRecord({ state: 'failed', reply: '{"code":"x"}', permits: '[{"roles":["support"]}]' })
    assert.equal(await save(store, aRecord({ state: 'started', reply: null })), true)
    assert.equal(await save(store, final), true)
    assert.deepEqual(await find(store, 'pay', 'k1'), { ...final, replyBytes: 12 })
  })

  promise(harness, 'idempotency: a large reply is found by its size, and read only when it is asked for', async ({ store, clock }) => {
    const reply = (key: string) => store.read((tx) => tx.idempotency.reply('pay', key))
    const sizes: readonly (readonly [string, number])[] = [
      ['x', INLINE_ANSWER_BYTES_MAX],
      ['x', INLINE_ANSWER_BYTES_MAX + 1],
      ['ü', INLINE_ANSWER_BYTES_MAX / 2 + 1],
      ['x', ANSWER_BYTES_MAX],
    ]
    for (const [index, [letter, length]] of sizes.entries()) {
      const key = `size ${index}`
      const text = letter.repeat(length)
      const replyBytes = Buffer.byteLength(text)
      await save(store, aRecord({ key, reply: text }))
      const inline = replyBytes <= INLINE_ANSWER_BYTES_MAX ? text : null
      assert.deepEqual(await find(store, 'pay', key), { ...aRecord({ key, reply: inline }), replyBytes })
      assert.equal(await reply(key), text)
    }
    await save(store, aRecord({ state: 'started', reply: null }))
    assert.deepEqual(await find(store, 'pay', 'k1'), { ...aRecord({ state: 'started', reply: null }), replyBytes: 0 })
    assert.equal(await reply('k1'), null)
    clock.set(START_MS + DAY_MS)
    assert.equal(await reply('size 0'), null)
  })

  promise(harness, 'idempotency: scopes and keys are told apart', async ({ store }) => {
    await save(store, aRecord())
    assert.equal(await find(store, 'refund', 'k1'), undefined)
    assert.equal(await save(store, aRecord({ scope: 'refund' })), true)
    assert.equal(await save(store, aRecord({ key: 'k2' })), true)
  })

  promise(harness, 'idempotency: of many concurrent requests with one key, one saves its reply', async ({ store }) => {
    const saved = await Promise.all(Array.from({ length: 10 }, (_, n) => save(store, aRecord({ reply: String(n) }))))
    assert.equal(saved.filter(Boolean).length, 1)
    assert.equal((await find(store, 'pay', 'k1'))?.reply, String(saved.indexOf(true)))
  })

  promise(
    harness,
    'idempotency: an expired record counts as absent, and is pruned a limited number at a time',
    async ({ store, clock }) => {
      for (const key of ['k1', 'k2', 'k3']) await save(store, aRecord({ key }))
      await save(store, aRecord({ key: 'later', expiresAt: START_MS + 2 * DAY_MS }))
      clock.set(START_MS + DAY_MS)
      assert.equal(await find(store, 'pay', 'k1'), undefined)
      assert.equal(await save(store, aRecord({ reply: 'again', expiresAt: START_MS + 9 * DAY_MS })), true)
      const prune = async () => (await store.transaction((tx) => tx.idempotency.prune(clock.now(), 1))).value
      assert.deepEqual([await prune(), await prune(), await prune()], [1, 1, 0])
      assert.equal((await find(store, 'pay', 'k1'))?.reply, 'again')
      assert.equal((await find(store, 'pay', 'later'))?.reply, '{"n":1}')
    },
  )
}

function aTimer(overrides: Partial<TimerRecord> = {}): TimerRecord {
  return { id: 't1', name: 'remind', dueAt: START_MS + 1_000, data: '{"a":1}', attempts: 0, correlationId: 'flow', ...overrides }
}

function testTimers(harness: StoreHarness): void {
  const schedule = (store: Store, timer: TimerRecord) => store.transaction((tx) => tx.timers.schedule(timer))
  const due = (store: Store, now: number, limit = 10) => store.read((tx) => tx.timers.due(now, limit))

  promise(harness, 'timers: a timer is due from its time on, never before', async ({ store }) => {
    await schedule(store, aTimer())
    assert.deepEqual(await due(store, START_MS + 999), [])
    assert.deepEqual(await due(store, START_MS + 1_000), [aTimer()])
    assert.equal(await store.read((tx) => tx.timers.nextDue()), START_MS + 1_000)
  })

  promise(harness, 'timers: due ones come oldest first, up to the limit, also after a jump of the clock', async ({ store }) => {
    for (const [id, dueAt] of [
      ['c', 30],
      ['a', 10],
      ['b', 20],
    ] as const)
      await schedule(store, aTimer({ id, dueAt }))
    const ids = async (now: number, limit?: number) => (await due(store, now, limit)).map(({ id }) => id)
    assert.deepEqual(await ids(25), ['a', 'b'])
    assert.deepEqual(await ids(9_999_999), ['a', 'b', 'c'], 'after an hour of downtime')
    assert.deepEqual(await ids(9_999_999, 2), ['a', 'b'])
    assert.deepEqual(await ids(5), [], 'after the clock was set back')
  })

  promise(harness, 'timers: a clock that is set back begins waits anew, and moves no appointment (P11)', async ({ store }) => {
    const [then, now] = [START_MS, START_MS - 1_800_000]
    const clockSetBack = () => store.transaction((tx) => tx.timers.clockSetBack(now, 10)).then(({ value }) => value)
    await schedule(store, aTimer({ id: 'appointment', dueAt: then + 10_000 }))
    await schedule(store, aTimer({ id: 'wait', dueAt: then + 10_000, waitsSince: then }))
    await schedule(store, aTimer({ id: 'older', dueAt: now + 10_000, waitsSince: now - 5_000 }))
    assert.equal(await clockSetBack(), 1)
    assert.equal(await clockSetBack(), 0)
    assert.deepEqual(
      (await due(store, then + 10_000)).map(({ id, dueAt, waitsSince }) => [id, dueAt, waitsSince]),
      [
        ['older', now + 10_000, now - 5_000],
        ['wait', now + 10_000, now],
        ['appointment', then + 10_000, undefined],
      ],
    )
    await schedule(store, aTimer({ id: 'wait', dueAt: then }))
    assert.equal((await due(store, then, 9)).find(({ id }) => id === 'wait')?.waitsSince, undefined)
  })

  promise(harness, 'timers: scheduling an id again replaces it', async ({ store }) => {
    await schedule(store, aTimer())
    await schedule(store, aTimer({ dueAt: START_MS + 5_000, attempts: 2, data: '{}' }))
    assert.deepEqual(await due(store, START_MS + 9_999), [aTimer({ dueAt: START_MS + 5_000, attempts: 2, data: '{}' })])
  })

  promise(harness, 'timers: of two that fire the same timer, one has the effect', async ({ store }) => {
    await schedule(store, aTimer())
    const fired = await Promise.all([1, 2].map(() => store.transaction((tx) => tx.timers.cancel('t1'))))
    assert.deepEqual(
      fired.map(({ value }) => Number(value)).toSorted((a, b) => a - b),
      [0, 1],
    )
    assert.equal(await store.read((tx) => tx.timers.nextDue()), undefined)
  })

  promise(harness, 'timers: a timer survives when the transaction of its effect fails', async ({ store, open }) => {
    await schedule(store, aTimer())
    const failed = store.transaction(async (tx) => {
      assert.equal(await tx.timers.cancel('t1'), true)
      throw new Error('no')
    })
    await assert.rejects(failed, /no/)
    await store.close()
    assert.equal((await due(await open(), START_MS + 1_000)).length, 1)
  })
}
