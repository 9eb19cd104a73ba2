// What inventory, payments and shipping promise to whoever drives an order, one participant at a time: once per order, all or nothing,
// and nothing that comes after it was called off.
import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { eventually } from '@banyan/testing'
import { inventory } from '@shop/inventory/contract'
import { payments } from '@shop/payments/contract'
import { systemClock } from 'banyan/kernel'
import { anOrder, type Shop, shopPlace, startShop } from './shop.fixture.ts'
import { readBook } from '@shop/payments/fake-provider'

const LINES = [{ sku: 'MUG', qty: 2 }]
const ADMIN = { user: 'root', roles: ['admin'] }

function aPayment(overrides: { token?: string; amountMinor?: number; orderId?: string } = {}) {
  return { orderId: 'o1', userId: 'alice', amountMinor: 1_000, currency: 'EUR', provider: 'fake', token: 'tok_ok', ...overrides } as const
}
function aConsignment(orderId = 'o1') {
  const { shippingAddress: address } = anOrder()
  return { orderId, userId: 'alice', shippingMethod: 'standard', address, lines: [{ lineId: '1', sku: 'MUG', qty: 2 }] }
}
async function available(shop: Shop): Promise<number> {
  return (await shop.inventory.getStock({ sku: 'MUG' })).available
}

describe('inventory', () => {
  test('holds an order once, commits it once, releases it once', async () => {
    await using shop = await startShop()
    await shop.sell('MUG', 5)
    const held = await shop.inventory.reserve({ orderId: 'o1', lines: LINES })
    assert.deepEqual(await shop.inventory.reserve({ orderId: 'o1', lines: LINES }), held)
    assert.equal(await available(shop), 3)
    const committed = await shop.inventory.commit({ orderId: 'o1' })
    assert.deepEqual([committed.status, committed.expiresAt], ['committed', null])
    assert.deepEqual(await shop.inventory.commit({ orderId: 'o1' }), committed)
    const { releasedLines } = await shop.inventory.release({ orderId: 'o1', reason: 'test' })
    assert.deepEqual(releasedLines, [{ sku: 'MUG', qty: 2, locationId: 'main' }])
    assert.deepEqual((await shop.inventory.release({ orderId: 'o1', reason: 'test' })).releasedLines, [])
    assert.equal(await available(shop), 5)
    await shop.auditedAtRest()
  })

  test('refuses a reservation that comes after its release', async () => {
    await using shop = await startShop()
    await shop.sell('MUG', 5)
    await shop.inventory.release({ orderId: 'o1', reason: 'test' })
    const refused = { code: 'reservation_closed', data: { orderId: 'o1', status: 'released' } }
    await assert.rejects(shop.inventory.reserve({ orderId: 'o1', lines: LINES }), refused)
    await assert.rejects(shop.inventory.commit({ orderId: 'o1' }), refused)
    assert.equal(await available(shop), 5)
  })

  test('holds all lines or none, and says everything that is short', async () => {
    await using shop = await startShop()
    await shop.sell('MUG', 5)
    await shop.sell('CAP', 1)
    await shop.sell('TEE', 1)
    const lines = [...LINES, { sku: 'CAP', qty: 2 }, { sku: 'TEE', qty: 3 }]
    const shortages = [
      { sku: 'CAP', requested: 2, available: 1 },
      { sku: 'TEE', requested: 3, available: 1 },
    ]
    await assert.rejects(shop.inventory.reserve({ orderId: 'o1', lines }), { code: 'insufficient_stock', data: { lines: shortages } })
    await assert.rejects(shop.inventory.reserve({ orderId: 'o1', lines: [...LINES, { sku: 'NOPE', qty: 1 }] }), { code: 'unknown_sku' })
    assert.equal(await available(shop), 5)
    await shop.inventory.reserve({ orderId: 'o1', lines: LINES })
    await shop.inventory.release({ orderId: 'o1', reason: 'test' })
    await shop.auditedAtRest()
  })

  test('gives a hold back when its time is up, also over a restart, and never takes it up again', async () => {
    await using place = shopPlace()
    let aheadMs = 0
    const clock = systemClock()
    const runtime = { clock: { ...clock, now: () => clock.now() + aheadMs } }
    {
      await using shop = await startShop({ place, runtime })
      await shop.sell('MUG', 5)
      await shop.inventory.reserve({ orderId: 'o1', lines: LINES })
      assert.equal(await available(shop), 3)
    }
    aheadMs = 16 * 60_000
    await using shop = await startShop({ place, runtime })
    await eventually(async () => assert.equal(await available(shop), 5))
    await assert.rejects(shop.inventory.commit({ orderId: 'o1' }), {
      code: 'reservation_closed',
      data: { orderId: 'o1', status: 'expired' },
    })
    await assert.rejects(shop.inventory.reserve({ orderId: 'o1', lines: LINES }), { code: 'reservation_closed' })
    await shop.auditedAtRest()
  })

  test('corrects stock by people with the right, never below what is reserved', async () => {
    await using shop = await startShop()
    await shop.sell('MUG', 5)
    await shop.inventory.reserve({ orderId: 'o1', lines: LINES })
    const adjust = (input: object, options: object = ADMIN) =>
      shop.request(inventory, 'adjust', { sku: 'MUG', reason: 'count', ...input }, { key: 'k', ...options })
    await assert.rejects(adjust({ setTo: 9 }, { roles: ['customer'] }), { code: 'permission_denied' })
    await assert.rejects(adjust({ setTo: 9 }, { ...ADMIN, key: undefined }), { code: 'idempotency_key_required' })
    await assert.rejects(adjust({ setTo: 1 }), { code: 'below_reserved', data: { sku: 'MUG', onHand: 5, reserved: 2, wanted: 1 } })
    await assert.rejects(adjust({}, { ...ADMIN, key: 'none' }), { code: 'invalid_argument' })
    await assert.rejects(adjust({ delta: 1, setTo: 1 }, { ...ADMIN, key: 'both' }), { code: 'invalid_argument' })
    const adjusted = (await adjust({ delta: 4 }, { ...ADMIN, key: 'up' })) as { onHand: number; available: number }
    assert.deepEqual([adjusted.onHand, adjusted.available], [9, 7])
    assert.deepEqual(await adjust({ delta: 4 }, { ...ADMIN, key: 'up' }), adjusted, 'the same key is the same correction')
    assert.equal(await available(shop), 7)
    await shop.inventory.release({ orderId: 'o1', reason: 'test' })
    await shop.auditedAtRest()
  })

  test('tells staff what runs low, page by page', async () => {
    await using shop = await startShop()
    for (const [sku, stock] of [
      ['A', 1],
      ['B', 90],
      ['C', 3],
    ] as const)
      await shop.sell(sku, stock)
    const page = async (input: object) =>
      (await shop.request(inventory, 'listStock', input, ADMIN)) as { items: { sku: string }[]; nextCursor: string | null }
    const low = await page({ low: true })
    assert.deepEqual([low.items.map(({ sku }) => sku), low.nextCursor], [['A', 'C'], null])
    const first = await page({ limit: 2 })
    const second = await page({ limit: 2, cursor: first.nextCursor })
    assert.deepEqual(
      [...first.items, ...second.items].map(({ sku }) => sku),
      ['A', 'B', 'C'],
    )
    await assert.rejects(shop.request(inventory, 'listStock', {}), { code: 'permission_denied' })
  })
})

describe('payments', () => {
  test('authorises and captures an order once', async () => {
    await using shop = await startShop()
    const authorized = await shop.payments.authorize(aPayment())
    assert.deepEqual([authorized.status, authorized.authorizedMinor], ['authorized', 1_000])
    assert.deepEqual(await shop.payments.authorize(aPayment()), authorized)
    const captured = await shop.payments.capture({ orderId: 'o1' })
    assert.deepEqual([captured.status, captured.capturedMinor], ['captured', 1_000])
    assert.deepEqual(await shop.payments.capture({ orderId: 'o1' }), captured)
    assert.equal(book(shop).length, 1)
  })

  test('refuses an authorisation that comes after its cancellation', async () => {
    await using shop = await startShop()
    assert.deepEqual(await shop.payments.cancel({ orderId: 'o1', reason: 'test' }), { orderId: 'o1', voidedMinor: 0, refundedMinor: 0 })
    await assert.rejects(shop.payments.authorize(aPayment()), { code: 'payment_closed' })
    assert.deepEqual(book(shop), [])
  })

  test('voids what is authorised, refunds what is captured, once', async () => {
    await using shop = await startShop()
    await shop.payments.authorize(aPayment())
    const voided = { orderId: 'o1', voidedMinor: 1_000, refundedMinor: 0 }
    assert.deepEqual(await shop.payments.cancel({ orderId: 'o1', reason: 'test' }), voided)
    assert.deepEqual(await shop.payments.cancel({ orderId: 'o1', reason: 'test' }), voided)
    await assert.rejects(shop.payments.capture({ orderId: 'o1' }), { code: 'payment_closed' })
    await shop.payments.authorize(aPayment({ orderId: 'o2' }))
    await shop.payments.capture({ orderId: 'o2' })
    assert.deepEqual(await shop.payments.cancel({ orderId: 'o2', reason: 'test' }), { orderId: 'o2', voidedMinor: 0, refundedMinor: 1_000 })
    assert.deepEqual(
      book(shop).map(({ orderId, voided: isVoided, capturedMinor, refundedMinor }) => [orderId, isVoided, capturedMinor - refundedMinor]),
      [
        ['o1', true, 0],
        ['o2', false, 0],
      ],
    )
    const balance = (await shop.request(payments, 'ledgerBalance', {}, ADMIN)) as {
      balanced: boolean
      accounts: { debitMinor: number; creditMinor: number }[]
    }
    assert.equal(balance.balanced, true)
    for (const { debitMinor, creditMinor } of balance.accounts) assert.deepEqual([debitMinor, creditMinor], [1_000, 1_000])
  })

  test('voids an authorisation that is cancelled while the provider is at it', async () => {
    await using shop = await startShop({ environment: { BANYAN_FAKE_PROVIDER_SLOW_MS: '400', BANYAN_PAYMENT_TIMEOUT_MS: '1000' } })
    const authorizing = shop.payments.authorize(aPayment({ token: 'tok_slow' }))
    await eventually(async () => assert.equal((await shop.payments.list({ orderId: 'o1' })).items.length, 1))
    const cancelling = eventually(() => shop.payments.cancel({ orderId: 'o1', reason: 'test' }))
    await assert.rejects(authorizing, { code: 'payment_closed' })
    await cancelling
    assert.deepEqual(
      book(shop).map(({ voided }) => voided),
      [true],
    )
  })

  test('says why a payment is declined and does not try again', async () => {
    await using shop = await startShop()
    const declined = { code: 'payment_declined', status: 402, data: { declineCode: 'insufficient_funds', retryable: true } }
    await assert.rejects(shop.payments.authorize(aPayment({ token: 'tok_insufficient_funds' })), declined)
    await assert.rejects(shop.payments.authorize(aPayment({ token: 'tok_insufficient_funds' })), declined)
    await assert.rejects(shop.payments.authorize(aPayment({ orderId: 'o2', token: 'tok_nonsense' })), {
      code: 'payment_declined',
      data: { declineCode: 'invalid_token', retryable: false },
    })
  })

  test('asks no provider for an order that costs nothing', async () => {
    await using shop = await startShop()
    assert.equal((await shop.payments.authorize(aPayment({ amountMinor: 0 }))).status, 'authorized')
    assert.equal((await shop.payments.capture({ orderId: 'o1' })).status, 'captured')
    assert.deepEqual(book(shop), [])
  })

  test('gives the money back when an attempt that was given up succeeds after all', async () => {
    await using shop = await startShop({ environment: { BANYAN_FAKE_PROVIDER_SLOW_MS: '400', BANYAN_PAYMENT_TIMEOUT_MS: '1000' } })
    const authorizing = shop.payments.authorize(aPayment({ token: 'tok_slow' }))
    await eventually(async () => assert.equal((await shop.payments.list({ orderId: 'o1' })).items.length, 1))
    await shop.sql('payments', `UPDATE payment_attempt SET state = 'declined', error_code = 'provider_timeout'`)
    await shop.sql('payments', `UPDATE payment SET status = 'declined', decline_code = 'provider_timeout'`)
    await assert.rejects(authorizing, { code: 'payment_closed' })
    assert.deepEqual(
      book(shop).map(({ voided }) => voided),
      [true],
    )
    assert.equal((await shop.payments.list({ orderId: 'o1' })).items[0]?.status, 'voided')
  })

  test('looks an attempt up whose sender died, without anybody asking', async () => {
    await using place = shopPlace()
    const settings = { place, environment: { BANYAN_FAKE_PROVIDER_SLOW_MS: '300', BANYAN_PAYMENT_TIMEOUT_MS: '1000' } }
    {
      await using shop = await startShop(settings)
      await shop.payments.authorize(aPayment())
      // As a crash leaves it: the provider has done it, the attempt is open, and nobody works on it any more.
      await shop.sql('payments', `UPDATE payment_attempt SET state = 'sent', sent_at = 0, resolved_at = NULL`)
      await shop.sql('payments', `UPDATE payment SET status = 'created', authorized_minor = 0, provider_ref = NULL`)
    }
    await using shop = await startShop(settings)
    await eventually(async () => {
      const { items } = await shop.payments.list({ orderId: 'o1' })
      assert.deepEqual([items[0]?.status, items[0]?.authorizedMinor], ['authorized', 1_000])
    })
    assert.equal(book(shop).length, 1)
  })
})

describe('shipping', () => {
  test('ships an order once and calls its parcel back', async () => {
    await using shop = await startShop()
    const shipment = await shop.shipping.createShipment(aConsignment())
    assert.equal(shipment.status, 'label_created')
    assert.match(shipment.trackingNumber ?? '', /^BY[0-9A-F]{14}$/)
    assert.deepEqual(await shop.shipping.createShipment(aConsignment()), shipment)
    assert.deepEqual(await shop.shipping.cancelShipment({ orderId: 'o1', reason: 'test' }), { orderId: 'o1', cancelled: true })
    await assert.rejects(shop.shipping.createShipment(aConsignment()), { code: 'shipment_closed' })
  })

  test('refuses a shipment that comes after it was called back', async () => {
    await using shop = await startShop()
    assert.deepEqual(await shop.shipping.cancelShipment({ orderId: 'o1', reason: 'test' }), { orderId: 'o1', cancelled: false })
    await assert.rejects(shop.shipping.createShipment(aConsignment()), { code: 'shipment_closed' })
  })

  test('does not call a parcel back that the carrier has; the order goes on as confirmed', async () => {
    await using shop = await startShop()
    await shop.sell('MUG', 5)
    const placed = await shop.place()
    await shop.sql('shipping', `UPDATE shipment SET status = 'in_transit'`)
    const order = await shop.cancel(placed.id)
    assert.deepEqual([order.status, order.settled, order.paymentStatus], ['confirmed', true, 'captured'])
    await shop.auditedAtRest()
  })
})

/** What the provider itself has booked, by order. */
function book(shop: Shop) {
  const reader = readBook(path.join(shop.files, 'payments', 'fake-provider.db'))
  try {
    return reader.charges({ after: '', upTo: undefined })
  } finally {
    reader.close()
  }
}
