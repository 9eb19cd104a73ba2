// One customer cannot hold the whole stock, nor hold and give back again and again; others buy on.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from '@banyan/testing'
import type { BanyanError } from 'banyan'
import type { OrderFlow } from '@shop/orders/contract'
import { paidWith, startShop } from './shop.fixture.ts'

/** Keeps orders open for as long as the test places more. */
const SLOW_PROVIDER = { BANYAN_FAKE_PROVIDER_SLOW_MS: '1500', BANYAN_PAYMENT_TIMEOUT_MS: '3000' }

for (const flow of ['orchestration', 'choreography'] satisfies OrderFlow[])
  describe(`quotas of a customer in ${flow}`, () => {
    test('of many orders placed at once no more than the quota are taken; others are not held up, and room comes back', async () => {
      await using shop = await startShop({ flow, environment: { ...SLOW_PROVIDER, BANYAN_CUSTOMER_OPEN_ORDERS_MAX: '4' } })
      await shop.sell('MUG', 100)
      const results = await Promise.allSettled(Array.from({ length: 12 }, () => shop.place(paidWith('tok_slow'), { waitMs: 0 })))
      const refused = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as BanyanError)
      assert.equal(refused.length, 8)
      for (const { code, status, data } of refused)
        assert.deepEqual(
          { code, status, data },
          { code: 'customer_quota', status: 429, data: { quota: 'open_orders', max: 4, current: 4 } },
        )
      assert.equal((await shop.place({}, { user: 'bob' })).status, 'confirmed')
      await eventually(async () => assert.equal((await shop.place({}, { waitMs: 0 })).userId, 'alice'))
      await shop.auditedAtRest()
    })

    test('the same order may be sent again with its key once there is room', async () => {
      await using shop = await startShop({ flow, environment: { ...SLOW_PROVIDER, BANYAN_CUSTOMER_OPEN_ORDERS_MAX: '1' } })
      await shop.sell('MUG', 100)
      await shop.place(paidWith('tok_slow'), { waitMs: 0 })
      await assert.rejects(shop.place({}, { key: 'again' }), { code: 'customer_quota' })
      await eventually(async () => assert.equal((await shop.place({}, { key: 'again' })).status, 'confirmed'))
    })

    test('units are limited over all open orders', async () => {
      await using shop = await startShop({ flow, environment: { ...SLOW_PROVIDER, BANYAN_CUSTOMER_OPEN_UNITS_MAX: '10' } })
      await shop.sell('MUG', 100)
      const mugs = (quantity: number) => ({ ...paidWith('tok_slow'), items: [{ sku: 'MUG', quantity }] })
      await shop.place(mugs(8), { waitMs: 0 })
      await assert.rejects(shop.place(mugs(3), { waitMs: 0 }), {
        code: 'customer_quota',
        data: { quota: 'open_units', max: 10, current: 8 },
      })
      await shop.place(mugs(2), { waitMs: 0 })
    })

    test('whoever cancels again and again gets no more orders for an hour', async () => {
      await using shop = await startShop({ flow, environment: { BANYAN_CUSTOMER_CANCELLATIONS_MAX: '2' } })
      await shop.sell('MUG', 10)
      for (let time = 0; time < 2; time++) await shop.cancel((await shop.place()).id)
      await assert.rejects(shop.place(), { code: 'customer_quota', data: { quota: 'cancellations', max: 2, current: 2 } })
      assert.equal((await shop.place({}, { user: 'bob' })).status, 'confirmed')
      await shop.sql('orders', 'UPDATE customer_order SET updated_at = updated_at - 3600001')
      assert.equal((await shop.place()).status, 'confirmed')
    })
  })
