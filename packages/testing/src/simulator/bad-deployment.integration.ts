// A deployment whose sagas are wrong, under crash schedules: what customers ordered is held, undone by nobody, and goes on with the next one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, define, service, type SagaControl, type Service, store, type StepContext, Type } from 'banyan'
import { crashSchedules } from './crash-schedules.ts'
import type { World } from './world.ts'

const Id = Type.Object({ id: Type.String() })
const Nothing = Type.Object({})
const migrations = [{ id: '001', sql: 'CREATE TABLE done (id TEXT NOT NULL, what TEXT NOT NULL)' }]

const stock = contract('stock', {
  operations: {
    take: command('POST /api/stock', { input: Id, output: Nothing, access: 'internal' }),
    giveBack: command('POST /api/stock/back', { input: Id, output: Nothing, access: 'internal' }),
  },
})
const stockParts = define(stock, { store: store({ migrations, repository: () => ({}) }) })
const noting = (name: 'take' | 'giveBack') =>
  stockParts.operation(name, async ({ id }, { transaction }) =>
    transaction(({ sql }) => sql.run('INSERT INTO done VALUES (?, ?)', id, name).then(() => ({}))),
  )
const stockService = service(stockParts.definition, { operations: [noting('take'), noting('giveBack')] })

const shop = contract('shop', {
  operations: { order: command('POST /api/orders', { input: Id, output: Nothing, access: 'public' }) },
})
type Parts = ReturnType<typeof shopParts>
type Control = SagaControl<StepContext<typeof shop, readonly [typeof stock], object, undefined>>
const shopParts = () => define(shop, { uses: [stock], store: store({ migrations, repository: () => ({}) }) })

/** Ways in which the first deployment is wrong, between two steps and inside of them. */
const MISTAKES: Record<string, (s: Control) => Promise<unknown>> = {
  'the function throws': async () => {
    throw new TypeError('lines is undefined')
  },
  'an action throws': (s) => s.step('write', { action: async () => Promise.reject(new ReferenceError('writer is not defined')) }),
  'a local action throws': (s) =>
    s.step('write', { local: true, action: ({ transaction }) => transaction(() => assert.fail('no amount')) }),
}

/** The shop; `isMended` tells which of the two deployments runs. */
function shopService(mistake: (s: Control) => Promise<unknown>, isMended: () => boolean): Service {
  const parts: Parts = shopParts()
  const order = parts.saga('order', async (s, { id }: { id: string }) => {
    await s.step('take', { action: ({ call }) => call.stock.take({ id }), compensation: ({ call }) => call.stock.giveBack({ id }) })
    if (!isMended()) await mistake(s)
    await s.step('write', {
      local: true,
      action: ({ transaction }) => transaction(({ sql }) => sql.run(`INSERT INTO done VALUES (?, 'write')`, id).then(() => null)),
    })
  })
  const place = parts.operation('order', async ({ id }, { transaction }) =>
    transaction(async (tx) => {
      await tx.start(order, { id, input: { id } })
      return {}
    }),
  )
  return service(parts.definition, { operations: [place], sagas: [order] })
}

const ORDERS = 4
/** Longer than the attempts of a step: by then the first deployment holds what it could not do. */
const UNTIL_MENDED_MS = 60_000

async function everyOrderWentOn(world: World): Promise<void> {
  const admin = world.running?.admin.services.find((each) => each.service === 'shop')
  const sagas = (await admin?.sagas({ limit: 100 })) ?? []
  assert.equal(sagas.length, ORDERS)
  for (const { id, status } of sagas) {
    const [taken, written] = await Promise.all(
      ['stock', 'shop'].map((name) =>
        world.readSql(name, (sql) => sql.all<{ what: string }>('SELECT what FROM done WHERE id = ? ORDER BY rowid LIMIT 9', id)),
      ),
    )
    const story = `${status}: ${[...(taken ?? []), ...(written ?? [])].map(({ what }) => what).join()}`
    assert.equal(story, 'completed: take,write', id)
  }
}

for (const [how, mistake] of Object.entries(MISTAKES))
  test(`P7: ${how} in the first deployment: the second one goes on with every order, and none is undone`, async () => {
    let mendedIn: World | undefined
    await crashSchedules({
      schedules: Number(process.env['BANYAN_SIM_RUNS'] ?? 12),
      seed: Number(process.env['BANYAN_TEST_SEED'] ?? 1),
      services: (world) => [stockService, shopService(mistake, () => mendedIn === world)],
      workload: async (world) => {
        const orders = Array.from({ length: ORDERS }, (_, index) => `order-${index}`)
        await Promise.all(orders.map((id) => world.client(shop, { name: id }).order({ id }, { key: id })))
        await world.sleep(UNTIL_MENDED_MS)
        mendedIn = world
        world.crash() // the second deployment replaces the first
      },
      check: everyOrderWentOn,
    })
  })
