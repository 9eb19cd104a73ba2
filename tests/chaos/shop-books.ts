import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ShopClient } from '../support/shop-client.ts'
import type { EndedIntent, OrderAnswer, OrderIntent } from './order-intent.ts'

// Compares what customers were told with every book of the shop. Says nothing that the shop's own auditor says; it is here so that a
// mistake that both the shop and its auditor make is found too.

/** Units of one sku. */
interface StockItem {
  readonly sku: string
  readonly onHand: number
  readonly reserved: number
}

interface ChargeRow {
  readonly orderId: string
  readonly authorized: number
  readonly captured: number
  readonly refunded: number
  readonly voided: number
}

/**
 * A saga gives a step up after some attempts, and a killed attempt is one, as is one that found a store full or away: so a few orders may
 * be rejected for that.
 */
const GIVEN_UP: ReadonlySet<string> = new Set(['outcome_unknown', 'unavailable', 'storage_full', 'overloaded', 'deadline_exceeded'])
/** Share of all orders that may be given up, unless a campaign kills the same orders on purpose again and again. */
export const GIVEN_UP_SHARE_MAX = 0.05

/** Asserts that each order ended as its customer and its means of payment decided; returns how many were given up. */
export function assertOutcomes(ended: readonly EndedIntent[], givenUpShareMax: number): number {
  const ids = new Set(ended.map(({ order }) => order.id))
  assert.equal(ids.size, ended.length, 'each key has an order of its own')
  // a provider whose own disk is full charges nothing and cannot say so: the payment is given up after its horizon
  const isGivenUp = ({ intent, order: { status, failure } }: EndedIntent): boolean =>
    status === 'rejected' &&
    (GIVEN_UP.has(failure?.reason ?? '') || (failure?.declineCode === 'provider_timeout' && !reasons(intent).includes('payment_declined')))
  const givenUp = ended.filter(isGivenUp)
  assert.ok(
    givenUp.length <= ended.length * givenUpShareMax,
    `${givenUp.length} of ${ended.length} orders were given up: ${JSON.stringify(givenUp)}`,
  )
  for (const { intent, order } of ended) {
    if (isGivenUp({ intent, order })) continue
    const { status, paymentStatus } = order
    const seen = `${intent.token} × ${intent.quantity} of ${intent.sku}, cancellation ${intent.cancellation}: ${JSON.stringify(order)}`
    if (intent.cancellation === 'accepted') assert.equal(status, 'cancelled', seen)
    else if (status === 'confirmed') assert.ok(paymentStatus === 'captured' && isPayable(intent), seen)
    else assert.ok(status === 'rejected' && reasons(intent).includes(order.failure?.reason ?? ''), seen)
  }
  return givenUp.length
}

/** Asserts that confirmed orders have the numbers from 1 on, without gaps. */
export function assertOrderNumbers(orders: readonly OrderAnswer[]): void {
  const numbers = orders.flatMap(({ orderNumber }) => (orderNumber === null ? [] : [orderNumber])).toSorted((a, b) => a - b)
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
    'order numbers count without gaps',
  )
}

/** Asserts that the shop lists exactly the orders that were placed. */
export async function assertListed(client: ShopClient, ended: readonly EndedIntent[]): Promise<void> {
  const listed: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { body } = await client.request<{ items: { id: string }[]; nextCursor: string | null }>('GET', `/api/orders?limit=100${query}`)
    listed.push(...body.items.map(({ id }) => id))
    cursor = body.nextCursor
  }
  assert.deepEqual(listed.toSorted(), ended.map(({ order }) => order.id).toSorted(), 'no order lost, none that nobody placed')
}

/** Asserts that exactly the units of confirmed orders are bound, and none that was not there. */
export async function assertStock(staff: ShopClient, ended: readonly EndedIntent[], stock: ReadonlyMap<string, number>): Promise<void> {
  const { body } = await staff.request<{ items: StockItem[] }>('GET', '/api/inventory?limit=200')
  for (const [sku, initial] of stock) {
    const sold = ended
      .filter(({ intent, order }) => intent.sku === sku && order.status === 'confirmed')
      .reduce((sum, { intent }) => sum + intent.quantity, 0)
    const item = body.items.find((each) => each.sku === sku)
    assert.ok(sold <= initial, `${sold} of ${initial} units of ${sku} are sold`)
    assert.deepEqual(
      { onHand: item?.onHand, reserved: item?.reserved },
      { onHand: initial, reserved: sold },
      `stock of ${sku}: only confirmed orders bind units`,
    )
  }
}

/** Asserts, in the provider's own book, that no order was charged twice: true at every moment, also while much is under way. */
export function assertChargedOnce(directory: string): void {
  const charges = Map.groupBy(readCharges(directory), ({ orderId }) => orderId)
  for (const [orderId, own] of charges) assert.equal(own.length, 1, `order ${orderId} was charged ${own.length} times`)
}

/** Asserts, in the provider's own book, that confirmed orders were charged once and nobody else was. */
export function assertCharges(directory: string, ended: readonly EndedIntent[]): void {
  const rows = readCharges(directory)
  const charges = Map.groupBy(rows, ({ orderId }) => orderId)
  for (const { order } of ended) {
    const own = charges.get(order.id) ?? []
    assert.ok(own.length <= 1, `order ${order.id} was charged ${own.length} times`)
    const paid = own.reduce((sum, { captured, refunded }) => sum + captured - refunded, 0)
    assert.equal(paid, order.status === 'confirmed' ? order.totalMinor : 0, `money taken for ${JSON.stringify(order)}`)
    const held = own.reduce((sum, { authorized, captured, voided }) => sum + (voided === 1 ? 0 : authorized - captured), 0)
    assert.equal(held, 0, `no money stays held for ${JSON.stringify(order)}`)
    charges.delete(order.id)
  }
  assert.deepEqual([...charges.keys()], [], 'no charge without an order')
}

function readCharges(directory: string): ChargeRow[] {
  const file = path.join(directory, 'files', 'payments', 'fake-provider.db')
  assert.ok(existsSync(file), `the provider's book is in ${file}`)
  const book = new DatabaseSync(file, { readOnly: true })
  try {
    const columns = 'order_id AS orderId, authorized_minor AS authorized, captured_minor AS captured, refunded_minor AS refunded, voided'
    return book.prepare(`SELECT ${columns} FROM charge`).all() as unknown as ChargeRow[]
  } finally {
    book.close()
  }
}

/** The means of payment works in the end. */
function isPayable({ token }: OrderIntent): boolean {
  return token === 'tok_ok' || token === 'tok_timeout_after' || token === 'tok_error_after' || token === 'tok_slow'
}

function reasons(intent: OrderIntent): string[] {
  return [...(isPayable(intent) ? [] : ['payment_declined']), ...(intent.sku.endsWith('-2') ? ['insufficient_stock'] : [])]
}
