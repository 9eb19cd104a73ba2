import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError, command, contract, define, query, service, Type } from 'banyan'
import { eventually } from './eventually.ts'
import { testPlatform } from './test-platform.ts'
import { virtualClock } from './virtual-clock.ts'

// What a step's last error says of itself ("nothing happened") must not hide what an attempt did before it (P8).

const Account = Type.Object({ id: Type.String() })
const bank = contract('bank', {
  operations: {
    hold: command('POST /api/bank/holds', { input: Account, output: Type.Null(), access: 'internal' }),
    holdInStages: command('POST /api/bank/staged-holds', { input: Account, output: Type.Null(), access: 'internal' }),
    refuse: command('POST /api/bank/refusals', { input: Account, output: Type.Null(), access: 'internal' }),
    look: query('GET /api/bank/holds/:id', { input: Account, output: Type.Null(), access: 'internal' }),
  },
})
const bankParts = define(bank, {})
const diskIsFull = (): never => {
  throw new BanyanError('storage_full', 'the disk is full; nothing was changed')
}
const bankService = service(bankParts.definition, {
  operations: [
    bankParts.operation('hold', async () => null),
    bankParts.operation('holdInStages', async (_input, { checkpoint }) => {
      await checkpoint(() => null)
      return diskIsFull()
    }),
    bankParts.operation('refuse', async (_input, { transaction }) => transaction(diskIsFull)),
    bankParts.operation('look', async () => null),
  ],
})

const shop = contract('shop', {
  operations: { order: command('POST /api/orders', { input: Type.Object({ id: Type.String() }), output: Type.Null(), access: 'public' }) },
})
const shopParts = define(shop, { uses: [bank] })
const undone: string[] = []
const STEP = { attemptsMax: 2 }
const pay = shopParts.saga('pay', async (s, { id }: { id: string }) => {
  const compensation = async () => undone.push(id)
  const attempts = {
    'callee failed after a checkpoint': () =>
      s.step('pay', { ...STEP, compensation, action: ({ call }) => call.bank.holdInStages({ id }) }),
    'own transaction failed after a command': () =>
      s.step('pay', {
        ...STEP,
        compensation,
        action: async ({ call, checkpoint }) => {
          await call.bank.hold({ id })
          await checkpoint(diskIsFull)
        },
      }),
    'own transaction failed after nobody knows what': () =>
      s.step('pay', { ...STEP, compensation, action: async ({ transaction }) => transaction(diskIsFull) }),
    'refused after a command': () =>
      s.step('pay', {
        ...STEP,
        compensation,
        action: async ({ call }) => {
          await call.bank.hold({ id })
          throw new BanyanError('failed_precondition', 'the limit is reached')
        },
      }),
    'callee did nothing': () => s.step('pay', { ...STEP, compensation, action: ({ call }) => call.bank.refuse({ id }) }),
    'callee did nothing, only asked before': () =>
      s.step('pay', {
        ...STEP,
        compensation,
        action: async ({ call }) => {
          await call.bank.look({ id })
          await call.bank.refuse({ id })
        },
      }),
    'local transaction failed': () =>
      s.step('pay', { ...STEP, compensation, local: true, action: async ({ transaction }) => transaction(diskIsFull) }),
  }
  await attempts[id as keyof typeof attempts]()
})
const shopService = service(shopParts.definition, {
  operations: [
    shopParts.operation('order', async (input, { transaction }) =>
      transaction(async (tx) => {
        await tx.start(pay, { id: input.id, input })
        return null
      }),
    ),
  ],
  sagas: [pay],
})

for (const [id, state] of [
  ['callee failed after a checkpoint', 'compensated'],
  ['own transaction failed after a command', 'compensated'],
  ['own transaction failed after nobody knows what', 'compensated'],
  ['refused after a command', 'compensated'],
  ['callee did nothing', 'failed'],
  ['callee did nothing, only asked before', 'failed'],
  ['local transaction failed', 'failed'],
] as const)
  test(`P8: a step is undone if something of it stands: ${id} → ${state}`, async () => {
    const clock = virtualClock()
    await using platform = await testPlatform({ services: [bankService, shopService], runtime: { clock } })
    await platform.client(shop).order({ id })
    const [, admin] = platform.admin.services
    await eventually(async () => {
      await clock.advance(1_000)
      assert.equal((await admin?.saga(id))?.saga.status, 'compensated')
    })
    const shown = await admin?.saga(id)
    assert.deepEqual(
      shown?.steps.map((step) => step.state),
      [state],
    )
    assert.equal(undone.includes(id), state === 'compensated')
  })
