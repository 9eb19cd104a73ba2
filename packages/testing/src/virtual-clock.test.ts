import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, define, query, service, type Sql, store, Type } from 'banyan'
import { eventually, faultPlan, testPlatform, virtualClock } from './index.ts'

const reminders = contract('reminders', {
  operations: {
    set: command('POST /api/reminders', {
      input: Type.Object({ id: Type.String(), inMs: Type.Integer() }),
      output: Type.Null(),
      access: 'public',
    }),
    fired: query('GET /api/reminders/:id', {
      input: Type.Object({ id: Type.String() }),
      output: Type.Object({ times: Type.Integer() }),
      access: 'public',
    }),
  },
})
const { operation, timer, definition } = define(reminders, {
  store: store({
    migrations: [{ id: '001', sql: 'CREATE TABLE fired (id TEXT PRIMARY KEY, times BIGINT NOT NULL)' }],
    repository: (sql: Sql) => ({
      fired: {
        add: (id: string) => sql.run('INSERT INTO fired VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET times = fired.times + 1', id),
        times: async (id: string) => (await sql.get<{ times: number }>('SELECT times FROM fired WHERE id = ?', id))?.times ?? 0,
      },
    }),
  }),
})
let failures = 0
const remind = timer('remind', async ({ id }: { id: string }, { transaction }) =>
  transaction(async (tx) => {
    await tx.fired.add(id)
    if (failures-- > 0) throw new Error('not yet')
  }),
)
const reminderService = service(definition, {
  operations: [
    operation('set', async ({ id, inMs }, { transaction, now }) =>
      transaction(async (tx) => {
        await tx.schedule(remind, { id, at: now() + inMs, data: { id } })
        return null
      }),
    ),
    operation('fired', async ({ id }, { read }) => read(async (tx) => ({ times: await tx.fired.times(id) }))),
  ],
  timers: [remind],
})

test('a durable timer fires once, when ten virtual minutes have passed and not before (P11)', async () => {
  const clock = virtualClock()
  await using platform = await testPlatform({ services: [reminderService], runtime: { clock } })
  const client = platform.client(reminders)
  await client.set({ id: 'tea', inMs: 600_000 })
  await clock.advance(599_000)
  assert.deepEqual(await client.fired({ id: 'tea' }), { times: 0 })
  await clock.advance(2_000)
  assert.deepEqual(await client.fired({ id: 'tea' }), { times: 1 })
  await clock.advance(300_000)
  assert.deepEqual(await client.fired({ id: 'tea' }), { times: 1 })
})

test('a timer whose handler fails fires again later, and its failed attempts leave nothing', async () => {
  const clock = virtualClock()
  failures = 3
  await using platform = await testPlatform({ services: [reminderService], runtime: { clock } })
  const client = platform.client(reminders)
  await client.set({ id: 'cake', inMs: 1_000 })
  await clock.advance(60_000)
  assert.deepEqual(await client.fired({ id: 'cake' }), { times: 1 })
})

test('a timer that became due while nothing ran fires after the start', async () => {
  const clock = virtualClock()
  await using first = await testPlatform({ services: [reminderService], runtime: { clock } })
  await first.client(reminders).set({ id: 'late', inMs: 10_000 })
  await first.stop()
  clock.jumpWallTime(60_000)
  await using second = await testPlatform({ services: [reminderService], runtime: { clock }, directory: first.directory })
  await clock.advance(1_000)
  assert.deepEqual(await second.client(reminders).fired({ id: 'late' }), { times: 1 })
})

test('a fault at a commit fails the call and leaves nothing', async () => {
  const faults = faultPlan()
  await using platform = await testPlatform({ services: [reminderService], runtime: { faults } })
  faults.failAt('store.reminders.before-commit', new Error('pulled the plug'))
  await assert.rejects(platform.client(reminders).set({ id: 'x', inMs: 0 }), { code: 'internal' })
  assert.ok((faults.reached().get('store.reminders.before-commit') ?? 0) > 0)
  assert.deepEqual(await platform.client(reminders).fired({ id: 'x' }), { times: 0 })
})

test('eventually fails with what it last saw', async () => {
  await assert.rejects(
    eventually(() => assert.equal(1, 2, 'one is not two'), { timeoutMs: 20 }),
    /not within 20 ms .*one is not two/,
  )
})
