// The example of money between two services, behind a gateway and against a client that wants some.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateway } from '@banyan/gateway'
import { eventually, testPlatform } from '@banyan/testing'
import { bank, bankService, wallets, walletService } from '../examples/crash-schedules/wallet.ts'

test('a client that sends an id of its own with each top-up makes no money', async () => {
  await using platform = await testPlatform({ services: [bankService, walletService], gateway: gateway() })
  await platform.client(bank).move({ id: 'salary', account: 'ann', minor: 100 }, { key: 'salary' })
  const ids = new Set<string>()
  for (let time = 0; time < 5; time++) {
    const answer = await fetch(`http://127.0.0.1:${platform.port}/api/wallets/top-ups`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ account: 'ann', minor: 20, id: 'EVIL' }),
    })
    assert.equal(answer.status, 200)
    ids.add(((await answer.json()) as { id: string }).id)
  }
  assert.equal(ids.size, 5)
  assert.ok(!ids.has('EVIL'))
  const held = await eventually(async () => {
    const [wallet] = platform.admin.services.filter(({ service }) => service === 'wallets')
    const counts = (await wallet?.sagaCounts()) ?? []
    assert.ok(
      counts.every(({ status }) => status === 'completed' || status === 'compensated'),
      JSON.stringify(counts),
    )
    return { bank: (await platform.client(bank).total({})).minor, wallet: (await platform.client(wallets).balance({})).minor }
  })
  assert.deepEqual(held, { bank: 20, wallet: 80 })
})
