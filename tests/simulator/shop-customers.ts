import type { World } from '@banyan/testing'
import { type Order, orders } from '@shop/orders/contract'
import { type Client, failedWith } from 'banyan'

/** What customers buy: more than anybody wants of the one, and too little of the other. */
export const ASSORTMENT = { plenty: { sku: 'MUG', stock: 1_000 }, scarce: { sku: 'RARE', stock: 3 } } as const

/** Customers at a time. */
const CUSTOMERS = 3
/** Orders of one run. */
const ORDERS_MAX = 8
/** How long a customer may think. */
const PAUSE_MS_MAX = 3_000
/** How long some customers are ready to wait for a settled order. */
const WAIT_MS = 10_000
/** From at once to longer than the way of an undisturbed order, short times more often: a cancellation strikes at every point of it. */
const CANCEL_AFTER_MS = { low: 0.1, high: 500 } as const

/** Every way in which a payment can go, the good one more often. */
const TOKENS = [
  'tok_ok',
  'tok_ok',
  'tok_ok',
  'tok_declined',
  'tok_insufficient_funds',
  'tok_timeout_before',
  'tok_timeout_after',
  'tok_error_after',
  'tok_slow',
]

/** Lets customers order, look, order the same again, and change their minds. Resolves when each has got all its answers. */
export async function buy(world: World): Promise<void> {
  const count = 2 + Math.floor(world.random.next() * (ORDERS_MAX - 1))
  const waiting = Array.from({ length: count }, (_, index) => index + 1)
  const customer = async (): Promise<void> => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      await world.sleep(world.random.next() * PAUSE_MS_MAX)
      await oneOrder(world, number)
    }
  }
  await Promise.all(Array.from({ length: CUSTOMERS }, customer))
}

/** Each order is of a user of its own, so that whatever is found in the shop can be told from the rest. */
async function oneOrder(world: World, number: number): Promise<void> {
  const chance = (share: number): boolean => world.random.next() < share
  const user = `customer-${number}`
  const principal = { kind: 'user', subject: user, roles: ['customer'] } as const
  const key = `place-${number}`
  const isScarce = chance(0.25)
  const input = {
    items: [{ sku: isScarce ? ASSORTMENT.scarce.sku : ASSORTMENT.plenty.sku, quantity: 1 + Math.floor(world.random.next() * 2) }],
    payment: { provider: 'fake' as const, token: TOKENS[Math.floor(world.random.next() * TOKENS.length)] ?? 'tok_ok' },
    shippingMethod: 'standard',
    shippingAddress: { recipient: user, line1: 'Main Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
  }
  const asked = world.client(orders, { name: user, principal, ...(chance(0.4) ? { waitMs: WAIT_MS } : {}) })
  const secondTab = world.client(orders, { name: `${user}, second tab`, principal })
  const [order] = await Promise.all([asked.place(input, { key }), ...(chance(0.3) ? [secondTab.place(input, { key })] : [])])
  if (chance(0.3)) await asked.get({ id: order.id })
  if (chance(0.4)) await cancel(world, asked, order)
  if (chance(0.5)) await asked.get({ id: order.id })
  if (chance(0.2)) await asked.place(input, { key })
}

/** An order that has come too far is not cancelled; that is an answer like another. */
async function cancel(world: World, asked: Client<typeof orders>, { id }: Order): Promise<void> {
  const { low, high } = CANCEL_AFTER_MS
  await world.sleep(low * (high / low) ** world.random.next())
  try {
    await asked.cancel({ id, reason: 'changed my mind' }, { key: `cancel-${id}` })
  } catch (error) {
    if (!failedWith(error, orders.operations.cancel, 'illegal_transition')) throw error
  }
}
