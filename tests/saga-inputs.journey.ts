// What the shop's sagas are started with: each says it by a schema, and one that an earlier release began is read by it and goes on.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from '@banyan/testing'
import { schemaCheck } from 'banyan/contract'
import { READY_AT, type SagaRecord } from 'banyan/store'
import platform from '../platform.ts'
import { type Shop, startShop } from './shop.fixture.ts'

const SAGAS = platform.services.flatMap(({ name, parts }) => parts.sagas.map((saga) => ({ at: `${name}/${saga.name}`, saga })))
/** A field that no saga declares, with what must not be written where it stays. */
const UNDECLARED = { note: 'my aunt is ill' }

/** A saga of orders that another process began and left. */
function left(id: string, name: string, input: object): SagaRecord {
  const open = { status: 'running', output: null, failure: null, committed: false, rollbackRequested: null, deadlineAt: null } as const
  const free = { wakeAt: READY_AT, owner: null, epoch: 0, callerKeys: false, createdAt: 0, updatedAt: 0 }
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  return { id, name, version: 1, input: JSON.stringify(input), correlationId: 'c', traceparent, ...open, ...free }
}

async function goesOn(shop: Shop, saga: SagaRecord): Promise<void> {
  const { store } = shop.platform.services.find(({ name }) => name === 'orders')!
  await store.transaction((tx) => tx.sagas.insert(saga))
  await eventually(async () => assert.equal((await store.read((tx) => tx.sagas.find(saga.id)))?.status, 'completed', saga.id))
}

describe('inputs of sagas', () => {
  test('every saga of the shop declares its input, field by field', () => {
    assert.ok(SAGAS.length >= 3, `${SAGAS.length} sagas`)
    for (const { at, saga } of SAGAS) {
      const { input } = saga.options
      assert.ok(input, `${at} has no schema of its input`)
      assert.deepEqual(schemaCheck(input).declared(UNDECLARED), {}, at)
    }
  })

  test('an input of an earlier release, with fields and reasons that are no more, is read and its saga ends', async () => {
    await using shop = await startShop()
    await shop.sell('MUG', 10)
    const { id: orderId, userId } = await shop.place()
    await shop.cancel(orderId)
    await eventually(async () => assert.equal((await shop.get(orderId)).settled, true))
    await goesOn(shop, left('cancel:old', 'cancel-order', { orderId, reason: 'my aunt is ill', ...UNDECLARED }))
    await goesOn(shop, left('give-up:old', 'give-up-order', { orderId, reason: 'deadline', ...UNDECLARED }))
    assert.equal((await shop.get(orderId)).status, 'cancelled')

    const { id, lines } = await shop.place()
    const shipped = lines.map(({ lineId, sku, quantity: qty }) => ({ lineId, sku, qty, title: 'Product MUG' }))
    const placed = { orderId: id, userId, currency: 'EUR', totalMinor: 1_490, shippingMethod: 'standard', lines: shipped }
    await goesOn(shop, left('place:old', 'place-order', { ...placed, ...UNDECLARED }))
    assert.deepEqual([(await shop.get(id)).status, (await shop.get(id)).settled], ['confirmed', true])
    await shop.auditedAtRest()
  })
})
