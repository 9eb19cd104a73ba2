import type { World } from '@banyan/testing'
import { inventory } from '@shop/inventory/contract'
import { type Order, orders } from '@shop/orders/contract'
import { payments } from '@shop/payments/contract'
import { shipping } from '@shop/shipping/contract'
import { BanyanError } from 'banyan'
import type { ServiceAdmin } from 'banyan/host'

const ENDED: ReadonlySet<string> = new Set(['completed', 'compensated'])
const BY = { actor: 'olga', reason: 'settled by hand' }
/** How often the operator looks. */
const LOOK_MS = 2_000
/** After so long without an answer the operator asks anew: longer than any deadline of what is done by hand. */
const ANSWER_MS_MAX = 120_000
/** An order that stands still for so long, and is none of those that the shop ends by itself, is cancelled by staff. */
const PATIENCE_MS = 300_000

/** Settles what is stuck until nobody orders any more and every order has ended: does by hand what can be done by hand, then skips. */
export async function operate(world: World, ordering: Promise<void>): Promise<void> {
  let isOrdering = true
  const closed = ordering.finally(() => (isOrdering = false))
  closed.catch(() => {}) // told at the end
  for (;;) {
    await world.sleep(LOOK_MS)
    const mayEnd = !isOrdering
    try {
      if ((await Promise.race([look(world), unanswered(world)])) && mayEnd) return await closed
    } catch (error) {
      if (!(error instanceof BanyanError)) throw error // the shop is down, or the saga moved: the operator looks again
    }
  }
}

/** Settles what is stuck now; tells whether nothing is left to do. */
async function look(world: World): Promise<boolean> {
  const admin = world.running?.admin.services.find(({ service }) => service === 'orders')
  if (!admin) return false
  const stuck = await admin.sagas({ status: 'stuck', limit: 100 })
  for (const { id, failure } of stuck) await settle(world, admin, id, failure)
  return stuck.length === 0 && !(await isAnyOpen(world)) && (await admin.sagaCounts()).every(({ status }) => ENDED.has(status))
}

/** What the operator asked of a process that died is never answered. */
async function unanswered(world: World): Promise<never> {
  await world.sleep(ANSWER_MS_MAX)
  throw new BanyanError('unavailable', 'the shop did not answer the operator')
}

async function settle(world: World, admin: ServiceAdmin, id: string, failure: string | null): Promise<void> {
  const { stuck } = JSON.parse(failure ?? '{}') as { stuck?: { step?: string; phase: string } }
  const step = stuck?.step
  if (step === undefined) return admin.retrySaga(id, BY)
  const detail = await admin.saga(id)
  const { orderId } = JSON.parse(detail?.saga.input ?? '{}') as { orderId: string }
  if (stuck?.phase === 'forward') await admin.skipSagaStep(id, step, BY, await done(world, step, orderId))
  else {
    await undone(world, step, orderId)
    await admin.skipSagaStep(id, step, BY)
  }
}

/** Does by hand what a step would have done; returns what it would have answered, where its saga does not declare that. */
async function done(world: World, step: string, orderId: string): Promise<{ readonly output?: unknown }> {
  switch (step) {
    case 'ship':
      return { output: await unlessClosed(ship(world, orderId)) }
    case 'capture':
      return (await unlessClosed(world.client(payments, { name: 'operator' }).capture({ orderId }))) ? {} : { output: false }
    case 'return-money':
      return { output: await world.client(payments, { name: 'operator' }).cancel({ orderId, reason: 'by_hand' }) }
    case 'release-stock':
      await world.client(inventory, { name: 'operator' }).release({ orderId, reason: 'by_hand' })
      return {}
    default:
      return {}
  }
}

async function undone(world: World, step: string, orderId: string): Promise<void> {
  if (step === 'reserve') await world.client(inventory, { name: 'operator' }).release({ orderId, reason: 'by_hand' })
  if (step === 'authorize') await world.client(payments, { name: 'operator' }).cancel({ orderId, reason: 'by_hand' })
}

async function ship(world: World, orderId: string): Promise<unknown> {
  const order = (await world.client(orders, { name: 'operator' }).get({ id: orderId })) as Order
  const lines = order.lines.map(({ lineId, sku, quantity: qty }) => ({ lineId, sku, qty }))
  const address = { recipient: 'by hand', line1: 'Main Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' }
  const consignment = { orderId, userId: order.userId, shippingMethod: order.shippingMethod, address, lines }
  return world.client(shipping, { name: 'operator' }).createShipment(consignment)
}

/** False when a cancellation closed what it is about. */
async function unlessClosed(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (error instanceof BanyanError && (error.code === 'shipment_closed' || error.code === 'payment_closed')) return false
    throw error
  }
}

/** Orders under way; those that stand still, because a skip left them so, are cancelled. */
async function isAnyOpen(world: World): Promise<boolean> {
  const open = await world.readSql('orders', (sql) =>
    sql.all<{ id: string; status: string; updatedAt: number }>(
      `SELECT id AS "id", status AS "status", updated_at AS "updatedAt" FROM customer_order WHERE settled = 0 LIMIT 100`,
    ),
  )
  for (const { id, status, updatedAt } of open)
    if (status === 'confirmed' && world.now() - updatedAt > PATIENCE_MS) await world.client(orders, { name: 'operator' }).cancel({ id })
  return open.length > 0
}
