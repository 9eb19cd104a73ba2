import { cpSync } from 'node:fs'
import path from 'node:path'
import { eventually, type TemporaryDirectory, temporaryDirectory } from '@banyan/testing'
import { ADMIN, anOrder, registerUser, sellProducts, shopClient, signIn } from '../tests/support/shop-client.ts'
import { residentBytes, startShop } from '../tests/support/shop-process.ts'
import type { Template } from './growth-seed.ts'
import { measureOrders, type OrderFigures, stockArrived } from './orders.ts'
import { percentile } from './spread.ts'

/** A directory with the data of a shop that has sold one thing once, and whose customer has a name. */
export interface PreparedShop extends Disposable {
  readonly directory: string
  readonly template: Template
}

/** What a shop does with some data. */
export interface GrowthFigures {
  /** One for each repetition. */
  readonly orders: readonly OrderFigures[]
  /** Milliseconds of an answer, p10, by what was asked. */
  readonly answers: Readonly<Record<string, number>>
  readonly startMs: number
  readonly memoryMb: number
  /** How much resident memory grew while the orders came in, in bytes for each. */
  readonly memoryPerOrder: number
}

/** A shop that refuses nobody for asking often, and holds nothing but what was put there. */
export const ENVIRONMENT = { BANYAN_RATE_LIMITS: 'off', BANYAN_SEED: 'off', ...ADMIN }
/** Who has bought the one thing. */
export const CUSTOMER = 'past@example.org'
/** More than all measured orders take together; seeded ones bring their own. */
const STOCK = 1_000_000
/** Products that measured orders are spread over. */
const PRODUCTS = 20
const CLIENTS = 16
/** Orders placed before anything is measured, so that code is compiled and caches are warm. */
export const WARM_UP_ORDERS = 200
/** Answers behind each figure. */
const ANSWERS = 60
/** The tenth part that is answered first tells what an answer costs, also on a machine that does something else meanwhile. */
const QUICK = 0.1
const MEGABYTE = 1_048_576

/** Lets a shop sell one thing once, through HTTP, and stops it: so its files hold what the services themselves write. */
export async function prepareShop(): Promise<PreparedShop> {
  const place = temporaryDirectory()
  const directory = path.join(place.path, 'data')
  const shop = await startShop({ directory, environment: ENVIRONMENT })
  try {
    const [sku = ''] = await sellProducts(shop.url, PRODUCTS, STOCK)
    await stockArrived(shop.url, `TEST-${PRODUCTS}`)
    const { token, userId } = await registerUser(shop.url, CUSTOMER)
    const customer = shopClient(shop.url, token)
    const placed = await customer.request('POST', '/api/orders', anOrder({ sku }), { 'idempotency-key': 'past-1', prefer: 'wait=30' })
    const orderId = String(placed.body['id'])
    const order = await eventually(async () => {
      const { body } = await customer.request<{ lines: { productId: string; sku: string }[]; paymentStatus: string }>(
        'GET',
        `/api/orders/${orderId}`,
      )
      if (body.paymentStatus !== 'captured') throw new Error(`the order is ${JSON.stringify(body)}`)
      return body
    })
    const productId = order.lines[0]?.productId ?? ''
    const { body } = await customer.request('GET', `/api/products/${productId}`)
    await eventually(() => purchaseLearnt(shop.url, token))
    return {
      directory,
      template: { orderId, userId, productId, sku, slug: String(body['slug']) },
      [Symbol.dispose]: () => place[Symbol.dispose](),
    }
  } finally {
    await shop.stop()
  }
}

/** Copies prepared data for a shop of its own. */
export function copyShop({ directory }: PreparedShop): TemporaryDirectory {
  const copy = temporaryDirectory()
  cpSync(directory, copy.path, { recursive: true })
  return copy
}

/** Starts a shop on data, asks it for lists, and places orders. */
export async function measureGrowth(directory: string, orders: number, repeat: number): Promise<GrowthFigures> {
  const began = performance.now()
  const shop = await startShop({ directory, environment: ENVIRONMENT })
  try {
    await shopClient(shop.url).request('GET', '/api/products?limit=1')
    const startMs = performance.now() - began
    const token = await signIn(shop.url, CUSTOMER)
    const skus = Array.from({ length: PRODUCTS }, (_, index) => `TEST-${index + 1}`)
    const target = { url: shop.url, pids: [shop.pid], token, skus }
    await measureOrders(target, CLIENTS, WARM_UP_ORDERS)
    const before = residentBytes(shop.pid)
    const figures: OrderFigures[] = []
    for (let round = 0; round < repeat; round++) figures.push(await measureOrders(target, CLIENTS, orders))
    const memoryPerOrder = Math.max(0, residentBytes(shop.pid) - before) / (repeat * orders)
    const answers = await measureAnswers(shop.url, token)
    return { orders: figures, answers, startMs, memoryMb: residentBytes(shop.pid) / MEGABYTE, memoryPerOrder }
  } finally {
    await shop.stop()
  }
}

const PUBLIC: Readonly<Record<string, string>> = {
  'newest products': '/api/products?limit=20',
  'cheapest products': '/api/products?limit=20&sort=price',
  'products by title': '/api/products?limit=20&sort=title',
  'search of a common word': '/api/products?limit=20&q=test',
  'search of a rare word': '/api/products?limit=5&q=rareword',
  'search of a rare word, cheapest first': '/api/products?limit=5&q=rareword&sort=price',
  'search of a word nobody has': '/api/products?limit=20&q=nosuchword',
}

async function measureAnswers(url: string, token: string): Promise<Record<string, number>> {
  const guest = shopClient(url)
  const customer = shopClient(url, token)
  const answers: Record<string, number> = {}
  for (const [name, query] of Object.entries(PUBLIC)) answers[name] = await quickMs(() => guest.request('GET', query))
  const { body } = await guest.request<{ nextCursor: string }>('GET', '/api/products?limit=20')
  const second = `/api/products?limit=20&cursor=${encodeURIComponent(body.nextCursor)}`
  answers['second page of products'] = await quickMs(() => guest.request('GET', second))
  answers['own orders'] = await quickMs(() => customer.request('GET', '/api/orders?limit=20'))
  answers['dashboard'] = await quickMs(() => customer.request('GET', '/api/dashboard'))
  return answers
}

async function quickMs(ask: () => Promise<{ status: number; body: unknown }>): Promise<number> {
  const times: number[] = []
  for (let time = 0; time < ANSWERS; time++) {
    const started = performance.now()
    const { status, body } = await ask()
    times.push(performance.now() - started)
    if (status !== 200) throw new Error(`a list answered ${status}: ${JSON.stringify(body)}`)
  }
  return percentile(
    times.toSorted((a, b) => a - b),
    QUICK,
  )
}

async function purchaseLearnt(url: string, token: string): Promise<void> {
  const { status, body } = await shopClient(url, token).request<{ items: readonly unknown[] }>('GET', '/api/recommendations?limit=1')
  if (status !== 200 || body.items.length === 0) throw new Error(`recommendations answered ${status}`)
}
