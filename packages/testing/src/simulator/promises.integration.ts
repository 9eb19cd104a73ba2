// The toolkit's own promises under crash schedules, with handlers that would show each broken one: they guard against nothing themselves.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, define, event, service, store, Type } from 'banyan'
import { crashSchedules } from './crash-schedules.ts'
import { type Scenario, scheduleRunner } from './run-schedule.ts'
import { FAULT_RATES } from './schedule.ts'
import type { World } from './world.ts'

const Id = Type.Object({ id: Type.String() })
const Nothing = Type.Object({})
const Told = Type.Object({ room: Type.String(), number: Type.Integer() })

/** A participant: a hold that was released is never held again. */
const holds = contract('holds', {
  operations: {
    hold: command('POST /api/holds', { input: Id, output: Nothing, access: 'internal' }),
    release: command('POST /api/holds/released', { input: Id, output: Nothing, access: 'internal' }),
  },
})
const holding = define(holds, {
  store: store({
    migrations: [
      {
        id: '001',
        sql: 'CREATE TABLE hold (id TEXT NOT NULL PRIMARY KEY, released INTEGER NOT NULL); CREATE TABLE call (id TEXT NOT NULL, what TEXT NOT NULL)',
      },
    ],
    repository: () => ({}),
  }),
})
const holdService = service(holding.definition, {
  operations: [
    holding.operation('hold', async ({ id }, { transaction }) =>
      transaction(async ({ sql }) => {
        await sql.run(`INSERT INTO call VALUES (?, 'hold')`, id)
        await sql.run('INSERT INTO hold VALUES (?, 0) ON CONFLICT DO NOTHING', id)
        return {}
      }),
    ),
    holding.operation('release', async ({ id }, { transaction }) =>
      transaction(async ({ sql }) => {
        await sql.run(`INSERT INTO call VALUES (?, 'release')`, id)
        await sql.run('INSERT INTO hold VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET released = 1', id)
        return {}
      }),
    ),
  ],
})

/** Visits: a saga each, which may be called off, and what happens in a room, told in order. */
const desk = contract('desk', {
  operations: {
    visit: command('POST /api/visits', { input: Id, output: Nothing, access: 'public' }),
    callOff: command('POST /api/visits/off', { input: Id, output: Nothing, access: 'public' }),
    tell: command('POST /api/told', { input: Type.Object({ room: Type.String() }), output: Told, access: 'public' }),
  },
  events: { 'desk.told': event({ key: 'room', data: Told }) },
})
const desking = define(desk, {
  uses: [holds],
  store: store({
    migrations: [
      {
        id: '001',
        sql: 'CREATE TABLE note (id TEXT NOT NULL, what TEXT NOT NULL); CREATE TABLE room (name TEXT NOT NULL PRIMARY KEY, told BIGINT NOT NULL)',
      },
    ],
    repository: () => ({}),
  }),
})
const visitSaga = desking.saga('visit', async (s, { id }: { id: string }) => {
  await s.step('hold', { action: ({ call }) => call.holds.hold({ id }), compensation: ({ call }) => call.holds.release({ id }) })
  await s.step('note', {
    local: true,
    action: async ({ transaction }) => transaction(({ sql }) => sql.run(`INSERT INTO note VALUES (?, 'came')`, id).then(() => null)),
    compensation: async ({ transaction }) => transaction(({ sql }) => sql.run(`INSERT INTO note VALUES (?, 'left')`, id).then(() => null)),
  })
  await s.commit()
  await s.step('end', {
    local: true,
    action: async ({ transaction }) => transaction(({ sql }) => sql.run(`INSERT INTO note VALUES (?, 'stayed')`, id).then(() => null)),
  })
})
const deskService = service(desking.definition, {
  operations: [
    desking.operation('visit', async ({ id }, { transaction }) =>
      transaction(async (tx) => {
        await tx.start(visitSaga, { id, input: { id } })
        return {}
      }),
    ),
    desking.operation('callOff', async ({ id }, { transaction }) =>
      transaction(async (tx) => {
        await tx.requestRollback(id, 'called off')
        return {}
      }),
    ),
    desking.operation('tell', async ({ room }, { transaction }) =>
      transaction(async (tx) => {
        const row = await tx.sql.get<{ told: number }>(
          'INSERT INTO room VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET told = room.told + 1 RETURNING told',
          room,
        )
        const told = { room, number: row?.told ?? 0 }
        tx.emit('desk.told', told)
        return told
      }),
    ),
  ],
  sagas: [visitSaga],
})

/** Listens, and writes down what it hears: twice if it is told twice. */
const listening = define(contract('ear', {}), {
  listens: [desk],
  store: store({
    migrations: [
      { id: '001', sql: 'CREATE TABLE heard (place INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT NOT NULL, number BIGINT NOT NULL)' },
    ],
    repository: () => ({}),
  }),
})
const earService = service(listening.definition, {
  on: [
    listening.on('desk.told', async ({ data: { room, number } }, { transaction }) =>
      transaction(({ sql }) => sql.run('INSERT INTO heard (room, number) VALUES (?, ?)', room, number)),
    ),
  ],
})

const VISITS = 5
const TOLD = 6
const ROOMS = ['red', 'blue']
/** From at once to long after a visit in good weather. */
const CALL_OFF_MS = { low: 0.05, high: 200 } as const

async function visit(world: World, id: string): Promise<void> {
  const client = world.client(desk, { name: id })
  await client.visit({ id }, { key: `visit-${id}` })
  if (world.random.next() < 0.3) return
  await world.sleep(CALL_OFF_MS.low * (CALL_OFF_MS.high / CALL_OFF_MS.low) ** world.random.next())
  await client.callOff({ id }, { key: `off-${id}` })
}

async function tell(world: World, room: string): Promise<void> {
  for (let count = 1; count <= TOLD; count++) {
    const told = await world.client(desk, { name: room }).tell({ room }, { key: `${room}-${count}` })
    assert.deepEqual(told, { room, number: count }, 'a key is carried out once')
  }
}

async function heardOnceInOrder(world: World): Promise<void> {
  for (const room of ROOMS) {
    const heard = await world.readSql('ear', (sql) =>
      sql.all<{ number: number }>('SELECT number FROM heard WHERE room = ? ORDER BY place LIMIT 100', room),
    )
    const numbers = heard.map(({ number }) => number)
    assert.deepEqual(
      numbers,
      Array.from({ length: TOLD }, (_, index) => index + 1),
      `${room} is heard once each and in order`,
    )
  }
}

async function visitsEnded(world: World): Promise<void> {
  const admin = world.running?.admin.services.find((each) => each.service === 'desk')
  const sagas = (await admin?.sagas({ limit: 100 })) ?? []
  assert.equal(sagas.length, VISITS)
  for (const { id, status } of sagas) {
    const notes = await world.readSql('desk', (sql) =>
      sql.all<{ what: string }>('SELECT what FROM note WHERE id = ? ORDER BY rowid LIMIT 9', id),
    )
    const hold = await world.readSql('holds', (sql) => sql.get<{ released: number }>('SELECT released FROM hold WHERE id = ?', id))
    const calls = await world.readSql('holds', (sql) => sql.all<{ what: string }>('SELECT what FROM call WHERE id = ? LIMIT 9', id))
    const kinds = calls.map(({ what }) => what)
    assert.equal(new Set(kinds).size, kinds.length, `each call of ${id} is carried out once: ${kinds.join()}`)
    const story = `${status}: ${notes.map(({ what }) => what).join()}; ${hold ? (hold.released ? 'released' : 'held') : 'never held'}`
    assert.ok(STORIES.has(story), `${id} ended as "${story}"`)
  }
}

/** How a visit may end. What was not begun is not undone; what was begun and may have happened is. */
const STORIES = new Set([
  'completed: came,stayed; held',
  'compensated: came,left; released',
  'compensated: left; released', // called off while the note was under way
  'compensated: ; released',
  'compensated: ; never held',
])

/** Each kind is on in a third of them or more. */
const KIND_SCHEDULES = 40

const scenario: Scenario = {
  services: [holdService, deskService, earService],
  workload: async (world) => {
    const visits = Array.from({ length: VISITS }, (_, index) => visit(world, `visitor-${index}`))
    await Promise.all([...visits, ...ROOMS.map((room) => tell(world, room))])
  },
  check: async (world) => {
    await heardOnceInOrder(world)
    await visitsEnded(world)
  },
}

test('handlers that guard against nothing: each event once and in order, each key once, each saga whole or undone', async () => {
  const report = await crashSchedules({
    schedules: Number(process.env['BANYAN_SIM_RUNS'] ?? 150),
    seed: Number(process.env['BANYAN_TEST_SEED'] ?? 1),
    ...scenario,
  })
  assert.ok(report.crashes > report.schedules, `${report.crashes} crashes in ${report.schedules} schedules`)
})

test('every kind of fault strikes in some schedule, and none that has no rate', async () => {
  using runner = await scheduleRunner(scenario)
  const struck = new Set<string | undefined>()
  for (let seed = 1; seed <= KIND_SCHEDULES; seed++) for (const { id } of (await runner.run(seed)).faults) struck.add(id.split('@')[0])
  assert.deepEqual(struck, new Set([...Object.keys(FAULT_RATES), 'crash']))
})
