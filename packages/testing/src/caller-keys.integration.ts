import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, define, service, store, Type } from 'banyan'
import { READY_AT, type SagaRecord, sqlOf } from 'banyan/store'
import { eventually, testPlatform, type TestPlatform } from './index.ts'

const By = Type.Object({ by: Type.String() })
const stock = contract('stock', {
  operations: {
    reserve: command('POST /api/reserve', { input: By, output: By, access: 'internal' }),
    release: command('POST /api/release', { input: By, output: By, access: 'internal' }),
  },
})
const stockParts = define(stock, {
  store: store({ migrations: [{ id: '001', sql: 'CREATE TABLE asked (operation TEXT, key TEXT)' }], repository: () => ({}) }),
})
const reserve = stockParts.operation('reserve', async ({ by }, { transaction, key }) =>
  transaction(async (tx) => {
    await tx.sql.run("INSERT INTO asked VALUES ('reserve', ?)", key ?? null)
    return { by }
  }),
)
const release = stockParts.operation('release', async ({ by }, { transaction, key }) =>
  transaction(async (tx) => {
    await tx.sql.run("INSERT INTO asked VALUES ('release', ?)", key ?? null)
    return { by }
  }),
)
const stockService = service(stockParts.definition, { operations: [reserve, release] })

/** A service that asks for stock: at once under a key of its own choice, and in a saga. */
function asking(name: string) {
  const own = contract(name, {
    operations: {
      ask: command(`POST /api/${name}/ask`, { input: Type.Object({}), output: By, access: 'public', idempotency: 'none' }),
      begin: command(`POST /api/${name}/begin`, { input: Type.Object({}), output: Type.Object({}), access: 'public', idempotency: 'none' }),
    },
  })
  const parts = define(own, { uses: [stock] })
  const order = parts.saga('order', async (s, _input: { n: number }) => {
    await s.step('reserve', {
      action: ({ call }) => call.stock.reserve({ by: 'saga' }).then(() => null),
      compensation: ({ call }) => call.stock.release({ by: 'saga' }),
    })
    await s.step('own', { action: ({ call }) => call.stock.reserve({ by: 'saga' }, { key: 'chosen' }).then(() => null) })
  })
  const whole = service(parts.definition, {
    operations: [
      parts.operation('ask', async (_input, { call }) => call.stock.reserve({ by: 'same' }, { key: 'k' })),
      parts.operation('begin', async (_input, { transaction }) =>
        transaction(async (tx) => {
          await tx.start(order, { id: 's2', input: { n: 1 } })
          return {}
        }),
      ),
    ],
    sagas: [order],
  })
  return { contract: own, service: whole }
}

async function asked({ services }: TestPlatform): Promise<readonly string[]> {
  const { store: kept } = services.find(({ name }) => name === 'stock')!
  const rows = await kept.read((tx) => sqlOf(tx).all<{ operation: string; key: string }>('SELECT operation, key FROM asked'))
  return rows.map(({ operation, key }) => `${operation} ${key}`)
}

test('P15: two services that choose the same key never share an answer', async () => {
  const [first, second] = [asking('first'), asking('second')]
  await using running = await testPlatform({ services: [stockService, first.service, second.service] })
  for (let n = 0; n < 2; n++) {
    await running.client(first.contract).ask({})
    await running.client(second.contract).ask({})
  }
  assert.deepEqual(await asked(running), ['reserve service:first:k', 'reserve service:second:k'])
})

test('P8: a saga that an earlier release began goes on with the keys under which its calls were sent; a new one carries its service', async () => {
  const { contract: own, service: orders } = asking('orders')
  await using running = await testPlatform({ services: [stockService, orders] })
  const { store: kept } = running.services.find(({ name }) => name === 'orders')!
  const old: SagaRecord = {
    id: 's1',
    name: 'order',
    version: 1,
    status: 'running',
    input: '{"n":1}',
    output: null,
    failure: null,
    committed: false,
    rollbackRequested: null,
    wakeAt: READY_AT,
    deadlineAt: null,
    owner: null,
    epoch: 0,
    callerKeys: false,
    correlationId: 's1',
    traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
    createdAt: 1,
    updatedAt: 1,
  }
  await kept.transaction((tx) => tx.sagas.insert(old))
  await eventually(async () => assert.equal((await kept.read((tx) => tx.sagas.find('s1')))?.status, 'completed'))
  assert.deepEqual(await asked(running), ['reserve s1:reserve', 'reserve chosen'])
  await running.client(own).begin({})
  await eventually(async () => assert.equal((await kept.read((tx) => tx.sagas.find('s2')))?.status, 'completed'))
  assert.deepEqual((await asked(running)).slice(2), ['reserve service:orders:s2:reserve', 'reserve service:orders:chosen'])
})

test('sagas that a release without caller keys stored are known as such', async () => {
  await using running = await testPlatform({ services: [stockService] })
  const [{ store: kept } = assert.fail()] = running.services
  await kept.transaction((tx) =>
    sqlOf(tx).run(
      `INSERT INTO banyan_saga (id, name, version, status, input, committed, epoch, correlation_id, traceparent, created_at, updated_at)
       VALUES ('old', 'order', 1, 'stuck', '{}', 0, 1, 'old', '', 1, 1)`,
    ),
  )
  assert.equal((await kept.read((tx) => tx.sagas.find('old')))?.callerKeys, false)
})
