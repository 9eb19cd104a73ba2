import assert from 'node:assert/strict'
import { anOrder, shopClient } from './shop-client.ts'

/** Customers who place one order after the other. */
export interface OrderLoad {
  /** Ids of the orders that were answered until now. */
  readonly placed: readonly string[]
  /** Lets each finish the order that is under way. Rejects when one was answered otherwise than it may be. */
  stop(): Promise<void>
}

/** Who they are, and where each goes. */
export interface OrderLoadOptions {
  /** One customer at each. */
  readonly urls: readonly string[]
  readonly token: string
  /** Begins the keys of their requests; another load of the same user has another. */
  readonly name: string
}

/** Lets customers place orders until they are stopped. Where a shop cannot take one for now (503), the customer asks again with the same key. */
export function placeOrders({ urls, token, name }: OrderLoadOptions): OrderLoad {
  const placed: string[] = []
  let isOver = false
  const customer = async (url: string, number: number): Promise<void> => {
    const client = shopClient(url, token)
    for (let order = 0; !isOver;) {
      const key = { 'idempotency-key': `${name}-${number}-${order}` }
      const { status, body } = await client.request<{ id: string }>('POST', '/api/orders', anOrder({ sku: 'TEST-1' }), key)
      if (status === 503) continue
      assert.equal(status, 201, JSON.stringify(body))
      placed.push(body.id)
      order++
    }
  }
  const customers = Promise.all(urls.map(customer))
  customers.catch(() => {}) // told at the end
  return {
    placed,
    async stop() {
      isOver = true
      await customers
    },
  }
}

/** All orders of a customer, as the shop lists them. */
export async function listOrders(url: string, token: string): Promise<{ id: string; status: string }[]> {
  const orders: { id: string; status: string }[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { body } = await shopClient(url, token).request<{ items: typeof orders; nextCursor: string | null }>(
      'GET',
      `/api/orders?limit=100${more}`,
    )
    orders.push(...body.items)
    cursor = body.nextCursor
  }
  return orders
}
