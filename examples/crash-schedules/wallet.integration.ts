import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crashSchedules } from '@banyan/testing'
import { bank, bankService, wallets, walletService } from './wallet.ts'

test('no crash creates money or destroys it', async () => {
  await crashSchedules({
    schedules: 300,
    services: [bankService, walletService],
    prepare: async (world) => void (await world.client(bank).move({ id: 'salary', account: 'ann', minor: 120 }, { key: 'salary' })),
    workload: async (world) => {
      const topUps = [60, 30, 30, 30].map((minor, n) => world.client(wallets).topUp({ account: 'ann', minor }, { key: `top-up-${n}` }))
      await Promise.all(topUps)
    },
    check: async (world) => {
      const [atBank, inWallet] = [await world.client(bank).total({}), await world.client(wallets).balance({})]
      assert.equal(atBank.minor + inWallet.minor, 120)
    },
  })
})
