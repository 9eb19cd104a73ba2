// An erased person leaves nothing in orders: neither in those that are settled, nor in those that were under way, which are finished first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually, readSql } from '@banyan/testing'
import { orders } from '@shop/orders/contract'
import { users } from '@shop/users/contract'
import { paidWith, type Shop, startShop } from './shop.fixture.ts'

/** Rows of a service's table that hold something personal. */
async function personalRows(shop: Shop, service: string, table: string, where = '1 = 1'): Promise<number> {
  const hosted = shop.platform.services.find(({ name }) => name === service)
  const row =
    hosted && (await readSql(hosted, (sql) => sql.get<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table} WHERE ${where}`)))
  return row?.count ?? Number.NaN
}

/** The order under way is still pending when the erasure begins, and is paid in the end. */
const SLOW_PROVIDER = { BANYAN_PAYMENT_TIMEOUT_MS: '3000', BANYAN_FAKE_PROVIDER_SLOW_MS: '2500' }

for (const flow of ['orchestration', 'choreography'] as const)
  describe(`an erased person in ${flow}`, () => {
    test('leaves nothing in orders, also in one that was under way', async () => {
      await using shop = await startShop({ flow, environment: SLOW_PROVIDER })
      await shop.sell('MUG', 10)
      const people = shop.platform.client(users)
      const { id: user } = await people.register({ email: 'ada@example.org', password: 'correct horse battery', name: 'Ada' })
      assert.equal((await shop.place({}, { user })).status, 'confirmed')
      const underWay = await shop.place(paidWith('tok_slow'), { user, waitMs: 0 })
      const others = await shop.place({}, { user: 'bob' })
      assert.equal(others.status, 'confirmed')
      await people.erase({ id: user })
      const personal = async () => [
        await personalRows(shop, 'orders', 'order_pii'),
        await personalRows(shop, 'shipping', 'destination'),
        await personalRows(shop, 'payments', 'payment', "token <> ''"),
      ]
      await eventually(async () => assert.deepEqual(await personal(), [1, 1, 1], 'what is left is somebody else’s'), { timeoutMs: 30_000 })
      assert.equal((await shop.get(underWay.id, { user })).status, 'confirmed', 'it was finished before')
      await shop.auditedAtRest()
    })

    test('has no note either, when an order is cancelled later', async () => {
      await using shop = await startShop({ flow })
      await shop.sell('MUG', 10)
      const people = shop.platform.client(users)
      const { id: user } = await people.register({ email: 'ada@example.org', password: 'correct horse battery', name: 'Ada' })
      const { id } = await shop.place({}, { user })
      await eventually(async () => assert.ok((await shop.get(id, { user })).settled))
      await people.erase({ id: user })
      await eventually(async () => assert.equal(await personalRows(shop, 'orders', 'order_pii'), 0))
      const staff = { user: 'eve', roles: ['support'] }
      for (const words of [{ note: 'Mrs Smith called' }, { reason: 'Mrs Smith called' }])
        await assert.rejects(shop.request(orders, 'cancel', { id, ...words }, staff), { code: 'order_erased', status: 409 })
      await shop.cancel(id, staff)
      await shop.auditedAtRest()
      assert.equal(await personalRows(shop, 'orders', 'order_note'), 0)
    })
  })
