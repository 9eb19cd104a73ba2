import assert from 'node:assert/strict'
import type { Random } from 'banyan/kernel'
import { anOrder, type Answer, type ShopClient } from './shop-client.ts'

/** What a customer wants, and what the shop has told so far. */
export interface OrderIntent {
  /** Idempotency-Key; sent again with every try. */
  readonly key: string
  readonly sku: string
  readonly quantity: number
  /** Token of the fake provider. */
  readonly token: string
  /** Whether the customer changes their mind once the shop has answered. */
  readonly cancels: boolean
  /** Id that the shop answered; undefined while no answer arrived. */
  orderId: string | undefined
  cancellation: 'not asked' | 'accepted' | 'refused'
}

/** An order as the shop answers it. */
export interface OrderAnswer {
  readonly id: string
  readonly orderNumber: number | null
  readonly status: string
  readonly paymentStatus: string
  readonly settled: boolean
  readonly totalMinor: number
  readonly failure: { readonly reason: string } | null
}

/** An intent and how it ended. */
export interface EndedIntent {
  readonly intent: OrderIntent
  readonly order: OrderAnswer
}

/** What customers buy. */
export interface Assortment {
  /** More of it than anybody will buy. */
  readonly plenty: string
  /** Fewer units than will be asked for. */
  readonly scarce: string
}

/** Customers that remember what they ordered, and repeat what was not answered. */
export interface Customers {
  readonly intents: readonly OrderIntent[]
  /** Places so many new orders at once; resolves when each was answered or its connection broke. */
  place(client: ShopClient, count: number): Promise<void>
  /** Repeats every request that was not answered, with its key. Does not wait for orders to settle. */
  retry(client: ShopClient): Promise<void>
  /** Repeats every request with its key until each order is settled. */
  settle(client: ShopClient): Promise<EndedIntent[]>
}

/** Every way in which a payment can go, the good one more often. */
const TOKENS = ['tok_ok', 'tok_declined', 'tok_ok', 'tok_timeout_after', 'tok_ok', 'tok_timeout_before', 'tok_ok', 'tok_error_after']
/** Answers of a shop that is starting, stopping or busy with the same key; the customer tries again. */
const TRY_AGAIN: ReadonlySet<number> = new Set([409, 429, 503])
/** More units than the scarce product ever had, and not too heavy for a parcel. */
const TOO_MANY = 50
/** Settles that wait at the same time. */
const AT_ONCE = 16
/** How long an order may take to settle once the shop is left alone. */
const SETTLE_MS = 60_000

/** Builds customers; `random` decides what they want. */
export function createCustomers(random: Random, { plenty, scarce }: Assortment): Customers {
  const intents: OrderIntent[] = []
  let count = 0

  function next(): OrderIntent {
    const kind = count++ % 10
    const intent: OrderIntent = {
      key: `order-${count}-${Math.floor(random.next() * 1e9)}`,
      sku: kind === 8 || kind === 9 ? scarce : plenty,
      quantity: kind === 9 ? TOO_MANY : 1 + Math.floor(random.next() * 3),
      token: kind === 8 ? 'tok_ok' : (TOKENS[kind % TOKENS.length] as string),
      cancels: kind === 4 || kind === 3,
      orderId: undefined,
      cancellation: 'not asked',
    }
    intents.push(intent)
    return intent
  }
  return {
    intents,
    async place(client, orders) {
      await Promise.all(Array.from({ length: orders }, (_, index) => order(client, next(), index % 2 === 0 ? 10 : 0)))
    },
    async retry(client) {
      await Promise.all(intents.filter(isOpen).map((intent) => order(client, intent, 0)))
    },
    async settle(client) {
      const ended: EndedIntent[] = []
      const waiting = [...intents]
      const worker = async (): Promise<void> => {
        for (let intent = waiting.pop(); intent; intent = waiting.pop()) ended.push({ intent, order: await settled(client, intent) })
      }
      await Promise.all(Array.from({ length: AT_ONCE }, worker))
      return ended
    },
  }
}

function isOpen({ orderId, cancels, cancellation }: OrderIntent): boolean {
  return orderId === undefined || (cancels && cancellation === 'not asked')
}

/** Sends an order, and its cancellation if it is to be cancelled. A broken connection leaves the intent open. */
async function order(client: ShopClient, intent: OrderIntent, waitSeconds: number): Promise<OrderAnswer | undefined> {
  const { key, sku, quantity, token } = intent
  const prefer: Record<string, string> = waitSeconds > 0 && !intent.cancels ? { prefer: `wait=${waitSeconds}` } : {}
  const answer = await connected(() =>
    client.request<OrderAnswer>('POST', '/api/orders', anOrder({ sku, quantity, token }), { 'idempotency-key': key, ...prefer }),
  )
  if (!answer || TRY_AGAIN.has(answer.status)) return undefined
  assert.equal(answer.status, 201, `order ${key}: ${JSON.stringify(answer.body)}`)
  intent.orderId ??= answer.body.id
  assert.equal(answer.body.id, intent.orderId, `key ${key} stands for one order`)
  if (intent.cancels && intent.cancellation === 'not asked') await cancel(client, intent)
  return answer.body
}

async function cancel(client: ShopClient, intent: OrderIntent): Promise<void> {
  const answer = await connected(() =>
    client.request(
      'POST',
      `/api/orders/${intent.orderId}/cancel`,
      { reason: 'changed_my_mind' },
      { 'idempotency-key': `cancel-${intent.key}` },
    ),
  )
  if (!answer || answer.status === 503 || answer.status === 429) return
  if (answer.status === 409 && answer.body['code'] !== 'illegal_transition') return
  assert.ok(answer.status === 200 || answer.status === 409, `cancelling ${intent.orderId}: ${answer.status} ${JSON.stringify(answer.body)}`)
  intent.cancellation = answer.status === 200 ? 'accepted' : 'refused'
}

async function settled(client: ShopClient, intent: OrderIntent): Promise<OrderAnswer> {
  const end = performance.now() + SETTLE_MS
  for (;;) {
    const { status, body } = await client.request<OrderAnswer>(
      'POST',
      '/api/orders',
      anOrder({ sku: intent.sku, quantity: intent.quantity, token: intent.token }),
      { 'idempotency-key': intent.key, prefer: 'wait=20' },
    )
    if (status === 201) assert.equal(body.id, intent.orderId, `key ${intent.key} stands for one order`)
    if (status === 201 && body.settled) return body
    assert.ok(performance.now() < end, `order ${intent.orderId} did not end within ${SETTLE_MS} ms: ${status} ${JSON.stringify(body)}`)
  }
}

/** The answer; undefined when the shop died before it gave one. */
async function connected<T>(work: () => Promise<Answer<T>>): Promise<Answer<T> | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return undefined // connection refused or broken, also in the middle of a body
    throw error
  }
}
