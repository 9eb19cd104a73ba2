// Moving money between two services that share nothing: the smallest saga that a crash can tear in two.
import { command, contract, define, query, service, store, Type } from 'banyan'

const Money = Type.Object({ account: Type.String(), minor: Type.Integer({ minimum: 1 }) })
const Balance = Type.Object({ minor: Type.Integer() })
const Move = Type.Object({ id: Type.String(), account: Type.String(), minor: Type.Integer() })

const migrations = [
  {
    id: '001-accounts',
    sql: `CREATE TABLE account (name TEXT NOT NULL PRIMARY KEY, minor BIGINT NOT NULL);
      CREATE TABLE move (id TEXT NOT NULL PRIMARY KEY, account TEXT NOT NULL, minor BIGINT NOT NULL, undone INTEGER NOT NULL);`,
  },
]

/** A bank: accounts, and each move of money once. A move that was undone before it came is never done. */
export const bank = contract('bank', {
  operations: {
    move: command('POST /api/bank/moves', { input: Move, output: Balance, access: 'internal', errors: { no_money: Balance } }),
    undo: command('POST /api/bank/undone', { input: Type.Object({ id: Type.String() }), output: Type.Object({}), access: 'internal' }),
    total: query('GET /api/bank/total', { input: Type.Object({}), output: Balance, access: 'public' }),
  },
})
const bankParts = define(bank, { store: store({ migrations, repository: () => ({}) }) })
const add = 'INSERT INTO account (name, minor) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET minor = account.minor + excluded.minor'

const move = bankParts.operation('move', async ({ id, account, minor }, { transaction, fail }) =>
  transaction(async ({ sql }) => {
    const isNew = await sql.run('INSERT INTO move VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING', id, account, minor)
    if (isNew) await sql.run(add, account, minor)
    const row = await sql.get<{ minor: number }>('SELECT minor FROM account WHERE name = ?', account)
    const balance = row?.minor ?? 0
    return balance < 0 ? fail('no_money', { minor: balance }) : { minor: balance }
  }),
)
const undo = bankParts.operation('undo', async ({ id }, { transaction }) =>
  transaction(async ({ sql }) => {
    // The tombstone comes first: a move that was given up and arrives after all finds that it has been undone. docs/testing.md says when that happens.
    if (await sql.run(`INSERT INTO move VALUES (?, '', 0, 1) ON CONFLICT DO NOTHING`, id)) return {}
    const undone = await sql.get<{ account: string; minor: number }>(
      'UPDATE move SET undone = 1 WHERE id = ? AND undone = 0 RETURNING account, minor',
      id,
    )
    if (undone) await sql.run(add, undone.account, -undone.minor)
    return {}
  }),
)
const total = bankParts.operation('total', async (_input, { read }) =>
  read(async ({ sql }) => (await sql.get<{ minor: number }>('SELECT COALESCE(SUM(minor), 0) AS minor FROM account')) ?? { minor: 0 }),
)
export const bankService = service(bankParts.definition, { operations: [move, undo, total] })

/** Wallets: what a customer has, and top-ups from the bank. */
export const wallets = contract('wallets', {
  operations: {
    topUp: command('POST /api/wallets/top-ups', { input: Money, output: Type.Object({ id: Type.String() }), access: 'public' }),
    balance: query('GET /api/wallets/balance', { input: Type.Object({}), output: Balance, access: 'public' }),
  },
})
const walletParts = define(wallets, { uses: [bank], store: store({ migrations, repository: () => ({}) }) })

/** What one customer's wallet may hold. */
const WALLET_MINOR_MAX = 80
/** A customer does not wait longer; what was taken goes back to the bank. */
const TOP_UP_DEADLINE = '2s'

/** Takes money from the bank, then puts it into the wallet; gives it back when the wallet may not hold so much, or when it takes too long. */
const topUpSaga = walletParts.saga(
  'top-up',
  async (s, { account, minor }) => {
    const { id } = s
    await s.step('take', {
      action: ({ call }) => call.bank.move({ id, account, minor: -minor }).then(() => null),
      compensation: ({ call }) => call.bank.undo({ id }),
    })
    const isPut = await s.step('put', {
      local: true,
      action: async ({ transaction }) =>
        transaction(async ({ sql }) => {
          const row = await sql.get<{ minor: number }>('SELECT minor FROM account WHERE name = ?', account)
          if ((row?.minor ?? 0) + minor > WALLET_MINOR_MAX) return false
          await sql.run(add, account, minor)
          return true
        }),
      // The deadline may pass when it is put and the saga does not know it yet.
      compensation: async ({ output, transaction }) =>
        transaction(async ({ sql }) => void (output === true && (await sql.run(add, account, -minor)))),
    })
    if (!isPut) s.rollback('the wallet may not hold so much')
  },
  { input: Money, deadline: TOP_UP_DEADLINE },
)
const topUp = walletParts.operation('topUp', async ({ account, minor }, { transaction, id }) =>
  transaction(async (tx) => {
    const topUpId = id()
    await tx.start(topUpSaga, { id: topUpId, input: { account, minor } })
    return { id: topUpId }
  }),
)
const balance = walletParts.operation('balance', async (_input, { read }) =>
  read(async ({ sql }) => (await sql.get<{ minor: number }>('SELECT COALESCE(SUM(minor), 0) AS minor FROM account')) ?? { minor: 0 }),
)
export const walletService = service(walletParts.definition, { operations: [topUp, balance], sagas: [topUpSaga] })
