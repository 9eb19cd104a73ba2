import assert from 'node:assert/strict'
import type { Random } from 'banyan/kernel'
import { anOrder, type Answer, type ShopClient } from '../support/shop-client.ts'
import { type Assortment, type EndedIntent, isOpen, nextIntent, type OrderAnswer, type OrderIntent } from './order-intent.ts'

/** Customers that remember what they were promised, and repeat what was not answered. */
export interface Customers {
  readonly intents: readonly OrderIntent[]
  /** Places so many new orders at once; resolves, when each was answered or its connection broke, to how many were accepted. */
  place(client: ShopClient, count: number): Promise<number>
  /** Places one plain order; true when the shop accepted it. */
  probe(client: ShopClient): Promise<boolean>
  /** Repeats every request that was not answered, with its key. Does not wait for orders to settle. */
  retry(client: ShopClient): Promise<void>
  /** Asserts, once for each promise, that the shop still knows the order; for some also that their key has the same answer, and only it. */
  check(client: ShopClient): Promise<void>
  /** Repeats requests with their keys until each order is settled: those that were open at the last time, or all. */
  settle(client: ShopClient, which: 'open' | 'all'): Promise<readonly EndedIntent[]>
}

/** Answers of a shop that is starting, stopping or busy with the same key; the customer tries again. */
const TRY_AGAIN: ReadonlySet<number> = new Set([409, 429, 503])
/** Answers of a shop that does not know whether it happened; the customer tries again with the same key. */
const UNKNOWN: ReadonlySet<number> = new Set([504])
/** Settles that wait at the same time. */
const AT_ONCE = 16
/** Every so manieth promise is checked by its key too; at the end of a campaign all are. */
const KEY_CHECKED_EVERY = 3
/** How long an order may take to settle once the shop is left alone. */
const SETTLE_MS = 60_000
/** Longest time before an impatient customer's connection is cut; an order is answered within about the half. */
const CUT_MS = 20

/** Builds customers; `random` decides what they want. */
export function createCustomers(random: Random, assortment: Assortment): Customers {
  const intents: OrderIntent[] = []
  const ended = new Map<OrderIntent, OrderAnswer>()

  function next(): OrderIntent {
    const intent = nextIntent(intents.length, random, assortment)
    intents.push(intent)
    return intent
  }
  return {
    intents,
    async place(client, count) {
      const placed = Array.from({ length: count }, next)
      await Promise.all(placed.map((intent, index) => placeFirst(client, intent, index % 2 === 0 ? 10 : 0, random)))
      return placed.filter(({ orderId }) => orderId !== undefined).length
    },
    async probe(client) {
      const plain: OrderIntent = { ...next(), sku: assortment.plenty, token: 'tok_ok', quantity: 1, cancels: false }
      intents[intents.length - 1] = plain
      return (await order(client, plain, 0)) !== undefined
    },
    async retry(client) {
      await inTurns(intents.filter(isOpen), (intent) => order(client, intent, 0))
    },
    async check(client) {
      const promised = intents.filter((intent) => intent.orderId !== undefined && !intent.checked)
      await inTurns(promised, (intent) => checkPromise(client, intent, intents.indexOf(intent) % KEY_CHECKED_EVERY === 0))
    },
    async settle(client, which) {
      const waiting = intents.filter((intent) => which === 'all' || !ended.has(intent))
      await inTurns(waiting, async (intent) => void ended.set(intent, await settled(client, intent)))
      return intents.map((intent) => ({ intent, order: ended.get(intent) as OrderAnswer }))
    },
  }
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = items.values()
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker))
}

/** The first time a request is sent, as its customer sends it. */
async function placeFirst(client: ShopClient, intent: OrderIntent, waitSeconds: number, random: Random): Promise<void> {
  if (intent.manner === 'cut')
    return void (await order(client, intent, waitSeconds, AbortSignal.timeout(Math.ceil(random.next() * CUT_MS))))
  const twin = intent.manner === 'twice' ? order(client, intent, 0) : undefined
  await Promise.all([order(client, intent, waitSeconds), twin])
}

/** Sends an order, and its cancellation if it is to be cancelled. A broken connection leaves the intent open. */
async function order(client: ShopClient, intent: OrderIntent, waitSeconds: number, signal?: AbortSignal): Promise<OrderAnswer | undefined> {
  const prefer: Record<string, string> = waitSeconds > 0 && !intent.cancels ? { prefer: `wait=${waitSeconds}` } : {}
  const answer = await connected(() => send(client, intent, prefer, signal))
  if (!answer || mayTryAgain(answer)) return undefined
  assert.equal(answer.status, 201, `order ${intent.key}: ${JSON.stringify(answer.body)}`)
  intent.orderId ??= answer.body.id
  assert.equal(answer.body.id, intent.orderId, `key ${intent.key} stands for one order`)
  if (intent.cancels && intent.cancellation === 'not asked') await cancel(client, intent)
  return answer.body
}

function send(
  client: ShopClient,
  { key, sku, quantity, token }: OrderIntent,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Answer<OrderAnswer>> {
  return client.request('POST', '/api/orders', anOrder({ sku, quantity, token }), { 'idempotency-key': key, ...headers }, signal)
}

async function cancel(client: ShopClient, intent: OrderIntent): Promise<void> {
  const headers = { 'idempotency-key': `cancel-${intent.key}` }
  const body = { reason: 'changed_my_mind' }
  const answer = await connected(() => client.request('POST', `/api/orders/${intent.orderId}/cancel`, body, headers))
  if (!answer || (mayTryAgain(answer) && answer.body['code'] !== 'illegal_transition')) return
  assert.ok(answer.status === 200 || answer.status === 409, `cancelling ${intent.orderId}: ${answer.status} ${JSON.stringify(answer.body)}`)
  intent.cancellation = answer.status === 200 ? 'accepted' : 'refused'
}

/** What was promised stands: the order is there, its key means it, and the key means nothing else. */
async function checkPromise(client: ShopClient, intent: OrderIntent, withKey: boolean): Promise<void> {
  const { orderId, key } = intent
  const found = await connected(() => client.request<OrderAnswer>('GET', `/api/orders/${orderId}`))
  if (!found || mayTryAgain(found)) return
  assert.equal(found.status, 200, `order ${orderId} was acknowledged and is gone: ${JSON.stringify(found.body)}`)
  intent.checked = !withKey
  if (!withKey) return
  const again = await connected(() => send(client, intent))
  if (!again || mayTryAgain(again)) return
  assert.deepEqual([again.status, again.body.id], [201, orderId], `key ${key} gives the same answer: ${JSON.stringify(again.body)}`)
  const other = await connected(() => send(client, { ...intent, quantity: intent.quantity + 1 }))
  if (!other || mayTryAgain(other)) return
  assert.equal(other.status, 422, `key ${key} with another body is refused: ${JSON.stringify(other.body)}`)
  intent.checked = true
}

async function settled(client: ShopClient, intent: OrderIntent): Promise<OrderAnswer> {
  const end = performance.now() + SETTLE_MS
  for (;;) {
    const { status, body } = await send(client, intent, { prefer: 'wait=20' })
    if (status === 201) assert.equal(body.id, intent.orderId, `key ${intent.key} stands for one order`)
    if (status === 201 && body.settled) return body
    assert.ok(performance.now() < end, `order ${intent.orderId} did not end within ${SETTLE_MS} ms: ${status} ${JSON.stringify(body)}`)
  }
}

function mayTryAgain({ status }: Answer<unknown>): boolean {
  return TRY_AGAIN.has(status) || UNKNOWN.has(status)
}

/** The answer; undefined when the shop died, or the customer left, before there was one. */
async function connected<T>(work: () => Promise<Answer<T>>): Promise<Answer<T> | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return undefined // connection refused or broken, also in the middle of a body
    if (error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError')) return undefined
    throw error
  }
}
