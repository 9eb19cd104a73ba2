import assert from 'node:assert/strict'
import { anOrder, PASSWORD, sellProducts, shopClient } from '../support/shop-client.ts'
import { apiOperations } from './api-document.ts'
import { shopCallers } from './callers.ts'
import { send, Tally, type Target } from './campaign.ts'
import { KnownValues } from './known-values.ts'
import { wireClient } from './wire-client.ts'

/** Environment of a shop that is fuzzed: limits would answer before anything else does. */
export const FUZZ_ENVIRONMENT: Readonly<Record<string, string>> = { BANYAN_RATE_LIMITS: 'off' }

/** Values that mean something to the shop; what its answers tell comes in addition. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  token: ['tok_ok', 'tok_ok', 'tok_declined', 'tok_insufficient_funds', 'tok_error_after'],
  shippingMethod: ['standard', 'express'],
  country: ['DE', 'AT'],
  currency: ['EUR'],
  service: ['orders', 'catalog', 'nowhere'],
  projection: ['order-view'],
  password: [PASSWORD, 'weak', 'a long admin secret'],
  consumer: ['order-view'],
  source: ['orders', 'catalog'],
  step: ['reserve', 'authorize'],
  email: ['ann-1@fuzz.example'],
  reason: ['because'],
}

const PRODUCTS = 4
const STOCK = 1_000

/** A running shop with things in it that requests can name: products, orders in several states, their payments and shipments. */
export async function shopTarget(url: string): Promise<Target> {
  const document = await shopClient(url).request('GET', '/openapi.json')
  assert.equal(document.status, 200)
  const known = new KnownValues()
  for (const [name, values] of Object.entries(WORDS)) for (const value of values) known.add(name, value)
  for (const sku of await sellProducts(url, PRODUCTS, STOCK)) known.add('sku', sku)
  const target: Target = {
    renew: () => renew(target, url),
    client: wireClient(url),
    operations: apiOperations(document.body),
    callers: shopCallers(url),
    known,
    tally: new Tally(),
  }
  await placeOrders(url, target)
  await lookAround(target)
  return target
}

/** Puts something new on sale: the administrators among the callers have archived the rest by now. */
async function renew({ known, callers }: Target, url: string): Promise<void> {
  const headers = await callers.find(({ name }) => name === 'operator')?.headers()
  const sku = `NEW-${crypto.randomUUID().slice(0, 8)}`
  const { status, body } = await shopClient(url).request('POST', '/api/products', aProduct(sku), headers)
  assert.equal(status, 201, JSON.stringify(body))
  known.addFirst('sku', sku)
}

function aProduct(sku: string): object {
  const prices = [{ currency: 'EUR', amountMinor: 1_000 }]
  return { title: `Product ${sku}`, variants: [{ sku, weightGrams: 100, initialStock: STOCK, prices }] }
}

/** Everybody signs in, and an administrator reads every list there is: that is where ids come from. */
async function lookAround(target: Target): Promise<void> {
  for (const caller of target.callers) await caller.headers()
  const caller = target.callers.find(({ name }) => name === 'admin')
  assert.ok(caller)
  for (const operation of target.operations)
    if (operation.method === 'GET' && !operation.parameters.some(({ required }) => required))
      await send(target, { operation, caller, draft: { path: {}, query: [], headers: {} }, wrong: undefined })
}

async function placeOrders(url: string, { callers, known }: Target): Promise<void> {
  for (const name of ['ann', 'bob'])
    for (const token of ['tok_ok', 'tok_declined']) {
      const headers = await callers.find((caller) => caller.name === name)?.headers()
      const { status, body } = await shopClient(url).request('POST', '/api/orders', anOrder({ sku: 'TEST-1', token }), {
        ...headers,
        'idempotency-key': crypto.randomUUID(),
        prefer: 'wait=10',
      })
      assert.equal(status, 201, JSON.stringify(body))
      known.learn('orders', body)
    }
}
