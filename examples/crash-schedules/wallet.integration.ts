import { readFileSync } from 'node:fs'
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
// end of the snippet

test('the documentation shows this very test', () => {
  const page = readFileSync(new URL('../../docs/testing.md', import.meta.url), 'utf8')
  const own = readFileSync(new URL(import.meta.url), 'utf8')
  const snippet = own.slice(own.indexOf('import assert'), own.indexOf('// end of the snippet')).trim()
  assert.ok(page.includes(snippet), 'docs/testing.md shows another text; copy the test there')
})
