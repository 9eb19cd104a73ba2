import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, define, event, query, service, type Sql, store, Type } from 'banyan'
import { eventually, testPlatform } from './index.ts'

const accounts = contract('accounts', {
  operations: {
    pay: command('POST /api/pay', {
      input: Type.Object({ from: Type.String(), to: Type.String(), amount: Type.Integer({ minimum: 1 }) }),
      output: Type.Object({ id: Type.String() }),
      access: 'public',
    }),
    move: command('POST /api/move', {
      input: Type.Object({ account: Type.String(), by: Type.Integer() }),
      output: Type.Object({ total: Type.Integer() }),
      access: 'internal',
      errors: { overdrawn: Type.Object({}) },
    }),
    total: query('GET /api/accounts/:account', {
      input: Type.Object({ account: Type.String() }),
      output: Type.Object({ total: Type.Integer() }),
      access: 'public',
    }),
  },
  events: { 'payment.made': event({ key: 'id', data: Type.Object({ id: Type.String(), amount: Type.Integer() }) }) },
})
const ledger = contract('ledger', {
  operations: {
    sum: query('GET /api/ledger', {
      input: Type.Object({}),
      output: Type.Object({ sum: Type.Integer(), count: Type.Integer() }),
      access: 'public',
    }),
  },
})
const bank = contract('bank', {
  operations: {
    transfer: command('POST /api/transfers', {
      input: Type.Object({ id: Type.String(), from: Type.String(), to: Type.String(), amount: Type.Integer() }),
      output: Type.Object({ status: Type.String() }),
      access: 'public',
    }),
    status: query('GET /api/transfers/:id', {
      input: Type.Object({ id: Type.String() }),
      output: Type.Object({ status: Type.String() }),
      access: 'public',
    }),
  },
})

const accountStore = store({
  migrations: [{ id: '001', sql: 'CREATE TABLE account (id TEXT PRIMARY KEY, total BIGINT NOT NULL)' }],
  repository: (sql: Sql) => ({
    accounts: {
      move: async (id: string, by: number) =>
        (
          await sql.get<{ total: number }>(
            'INSERT INTO account VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET total = account.total + excluded.total RETURNING total',
            id,
            by,
          )
        )?.total ?? 0,
      total: async (id: string) => (await sql.get<{ total: number }>('SELECT total FROM account WHERE id = ?', id))?.total ?? 0,
    },
  }),
})
const accountParts = define(accounts, { store: accountStore })
const accountService = service(accountParts.definition, {
  operations: [
    accountParts.operation('pay', async ({ from, to, amount }, { transaction, id }) =>
      transaction(async (tx) => {
        await tx.accounts.move(from, -amount)
        await tx.accounts.move(to, amount)
        const payment = { id: id(), amount }
        tx.emit('payment.made', payment)
        return { id: payment.id }
      }),
    ),
    accountParts.operation('move', async ({ account, by }, { transaction, fail }) =>
      transaction(async (tx) => {
        const total = await tx.accounts.move(account, by)
        if (total < 0) fail('overdrawn', {})
        return { total }
      }),
    ),
    accountParts.operation('total', async ({ account }, { read }) => read(async (tx) => ({ total: await tx.accounts.total(account) }))),
  ],
})

const ledgerParts = define(ledger, {
  listens: [accounts],
  store: store({
    migrations: [{ id: '001', sql: 'CREATE TABLE entry (id TEXT PRIMARY KEY, amount BIGINT NOT NULL)' }],
    repository: (sql: Sql) => ({
      entries: { add: (id: string, amount: number) => sql.run('INSERT INTO entry VALUES (?, ?)', id, amount) },
    }),
  }),
})
const ledgerService = service(ledgerParts.definition, {
  operations: [
    ledgerParts.operation('sum', async (_input, { read }) =>
      read(async (tx) => ({
        ...((await tx.sql.get<{ sum: number; count: number }>('SELECT COALESCE(SUM(amount), 0) AS sum, COUNT(*) AS count FROM entry')) ?? {
          sum: 0,
          count: 0,
        }),
      })),
    ),
  ],
  on: [
    ledgerParts.on('payment.made', async (made, { transaction }) => transaction((tx) => tx.entries.add(made.data.id, made.data.amount))),
  ],
})

const bankParts = define(bank, {
  uses: [accounts],
  store: store({
    migrations: [{ id: '001', sql: 'CREATE TABLE transfer (id TEXT PRIMARY KEY, status TEXT NOT NULL)' }],
    repository: (sql: Sql) => ({
      transfers: {
        set: (id: string, status: string) =>
          sql.run('INSERT INTO transfer VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET status = excluded.status', id, status),
        get: async (id: string) => (await sql.get<{ status: string }>('SELECT status FROM transfer WHERE id = ?', id))?.status,
      },
    }),
  }),
})
const moveMoney = bankParts.saga('move-money', async (s, order: { id: string; from: string; to: string; amount: number }) => {
  await s.step('take', {
    action: ({ call }) => call.accounts.move({ account: order.from, by: -order.amount }),
    compensation: ({ call, output }) => (output ? call.accounts.move({ account: order.from, by: order.amount }) : Promise.resolve()),
  })
  await s.step('give', {
    action: ({ call }) => call.accounts.move({ account: order.to, by: order.amount }),
    compensation: ({ call, output }) => (output ? call.accounts.move({ account: order.to, by: -order.amount }) : Promise.resolve()),
  })
  await s.commit()
  await s.step('done', {
    action: ({ transaction }) =>
      transaction(async (tx) => {
        await tx.transfers.set(order.id, 'done')
      }),
  })
})
const bankService = service(bankParts.definition, {
  operations: [
    bankParts.operation('transfer', async (input, { transaction }) =>
      transaction(async (tx) => {
        await tx.transfers.set(input.id, 'pending')
        await tx.start(moveMoney, { id: input.id, input })
        return { status: 'pending' }
      }),
    ),
    bankParts.operation('status', async ({ id }, { read }) => read(async (tx) => ({ status: (await tx.transfers.get(id)) ?? 'unknown' }))),
  ],
  sagas: [moveMoney],
})

const services = [accountService, ledgerService, bankService]

test('a call, an event and a saga work across services on files that vanish with the test', async () => {
  await using platform = await testPlatform({ services })
  const [pay, sum, transfers] = [platform.client(accounts), platform.client(ledger), platform.client(bank)]
  for (let time = 0; time < 50; time++) await pay.pay({ from: 'bank', to: `user-${time % 5}`, amount: 10 }, { key: `pay-${time % 25}` })
  await eventually(async () => assert.deepEqual(await sum.sum({}), { sum: 250, count: 25 }))
  await transfers.transfer({ id: 't1', from: 'user-1', to: 'user-2', amount: 5 })
  await eventually(async () => assert.deepEqual(await transfers.status({ id: 't1' }), { status: 'done' }))
  assert.deepEqual(await pay.total({ account: 'user-2' }), { total: 55 })
})

test('a saga whose later step is refused undoes the earlier one', async () => {
  await using platform = await testPlatform({ services })
  const [account, transfers] = [platform.client(accounts), platform.client(bank)]
  await account.move({ account: 'rich', by: 100 })
  await transfers.transfer({ id: 't1', from: 'rich', to: 'poor', amount: -50 })
  const [bankAdmin] = platform.admin.services.filter((one) => one.service === 'bank')
  await eventually(async () => assert.equal((await bankAdmin?.saga('t1'))?.saga.status, 'compensated'))
  assert.deepEqual(await account.total({ account: 'rich' }), { total: 100 })
})
