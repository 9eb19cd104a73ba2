import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, define, query, service, store, Type } from 'banyan'
import { crashSchedules, ScheduleFailure } from './crash-schedules.ts'
import { type Scenario, scheduleRunner } from './run-schedule.ts'
import type { World } from './world.ts'

const Halves = Type.Object({ left: Type.Integer(), right: Type.Integer() })
const pairs = contract('pairs', {
  operations: {
    add: command('POST /api/pairs', { input: Type.Object({}), output: Halves, access: 'public' }),
    read: query('GET /api/pairs', { input: Type.Object({}), output: Halves, access: 'public' }),
  },
})
const migrations = [{ id: '001', sql: 'CREATE TABLE half (side TEXT NOT NULL)' }]
const { operation, definition } = define(pairs, { store: store({ migrations, repository: () => ({}) }) })
const COUNT = `SELECT COALESCE(SUM(side = 'left'), 0) AS left, COALESCE(SUM(side = 'right'), 0) AS right FROM half`
const NONE = { left: 0, right: 0 }

/** Adds a left and a right half; in one transaction, or, wrongly, in two. */
function pairService(isTorn: boolean) {
  const add = operation('add', async (_input, { checkpoint, transaction }) => {
    if (isTorn) await checkpoint(({ sql }) => sql.run(`INSERT INTO half VALUES ('left')`))
    return transaction(async ({ sql }) => {
      if (!isTorn) await sql.run(`INSERT INTO half VALUES ('left')`)
      await sql.run(`INSERT INTO half VALUES ('right')`)
      return (await sql.get<typeof NONE>(COUNT)) ?? NONE
    })
  })
  const read = operation('read', async (_input, context) => context.read(async ({ sql }) => (await sql.get<typeof NONE>(COUNT)) ?? NONE))
  return service(definition, { operations: [add, read] })
}

function scenario(isTorn: boolean): Scenario {
  return {
    services: [pairService(isTorn)],
    workload: async (world) => {
      for (const key of ['a', 'b', 'c']) await world.client(pairs).add({}, { key })
    },
    check: async (world) => assert.deepEqual(await world.client(pairs).read({}), { left: 3, right: 3 }),
  }
}

test('a handler that commits once survives every schedule', async () => {
  const report = await crashSchedules({ ...scenario(false), schedules: 100 })
  assert.equal(report.schedules, 100)
  assert.ok(report.crashes > 50, `${report.crashes} crashes`)
})

test('a handler that commits twice is found, with the crash that it takes and how to repeat it', async () => {
  const failure = await crashSchedules({ ...scenario(true), schedules: 100 }).catch((error: unknown) => error)
  assert.ok(failure instanceof ScheduleFailure)
  const { seed, faults: only, message } = failure
  assert.equal(only.length, 1, message)
  assert.match(message, new RegExp(`seed ${seed} fails`))
  assert.ok(message.includes(`repeat it with { seed: ${seed}, only: ${JSON.stringify(only)} }`), message)
  await assert.rejects(crashSchedules({ ...scenario(true), schedules: 1, seed, only }), ScheduleFailure)
  const withoutThem = await crashSchedules({ ...scenario(true), schedules: 1, seed, only: [] })
  assert.equal(withoutThem.faults, 0)
})

test('the same seed is the same run, also on another disk; its faults alone are the same run too', async () => {
  using one = await scheduleRunner(scenario(false))
  using other = await scheduleRunner(scenario(false))
  const [first, again, elsewhere] = [await one.run(7), await one.run(7), await other.run(7)]
  const listed = await one.run(
    7,
    first.faults.map(({ id }) => id),
  )
  for (const run of [again, elsewhere, listed]) assert.deepEqual(run, first)
  assert.notEqual((await one.run(8)).trace, first.trace)
})

test('the time of a fault counts from the beginning of its run, as the length of the run does', async () => {
  using runner = await scheduleRunner(scenario(false))
  const run = await runner.run(1, ['call-refused@client>pairs.add#1'])
  const [fault] = run.faults
  assert.ok(fault && fault.atMs <= 5, `the first call was refused at ${fault?.atMs} ms`)
})

test('a service that the world does not have is a mistake, with the names of those it has', async () => {
  const wrong = { ...scenario(false), check: (world: World) => world.readSql('pears', async () => {}) }
  await assert.rejects(crashSchedules({ ...wrong, schedules: 1 }), /no service "pears"; give one of pairs/)
})

test('a scenario that fails without any fault says so', async () => {
  const wrong = { ...scenario(false), check: async () => assert.fail('never right') }
  await assert.rejects(crashSchedules({ ...wrong, schedules: 1 }), /it fails without any fault: never right/)
})

test('work that never ends is a failure, not a test that hangs', async () => {
  let runs = 0
  const hanging = {
    ...scenario(false),
    workload: () => (runs++ === 0 ? Promise.resolve() : new Promise<never>(() => {})),
    check: async () => {},
  }
  await assert.rejects(crashSchedules({ ...hanging, schedules: 1 }), /the run hangs \(too-late\).*work may wait for nothing but/)
})
