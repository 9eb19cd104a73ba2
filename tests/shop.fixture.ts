import assert from 'node:assert/strict'
import path from 'node:path'
import { callsOverMemory, eventually, temporaryDirectory, testPlatform, type TestPlatformOptions } from '@banyan/testing'
import { invariants } from '@shop/auditor'
import { catalogService } from '@shop/catalog'
import { catalog } from '@shop/catalog/contract'
import { inventoryService } from '@shop/inventory'
import { inventory } from '@shop/inventory/contract'
import { ordersService } from '@shop/orders'
import { type Order, type OrderFlow, orders, type OrderView } from '@shop/orders/contract'
import { paymentsService } from '@shop/payments'
import { payments } from '@shop/payments/contract'
import { shippingService } from '@shop/shipping'
import { shipping } from '@shop/shipping/contract'
import { usersService } from '@shop/users'
import type { Principal, SqlValue } from 'banyan'
import type { Contract, Static } from 'banyan/contract'
import type { Violation } from 'banyan/host'
import { createRuntime, deadlineAfter, systemClock } from 'banyan/kernel'
import type { StoreFactory } from 'banyan/store'
import { STRICT_AUDIT } from './support/strict-audit.ts'
import { testStores } from './support/test-stores.ts'
import { sqlOf } from 'banyan/store'

/** All services that an order goes through. */
export const SHOP_SERVICES = [usersService, catalogService, inventoryService, ordersService, paymentsService, shippingService]

/** How a test's shop differs from the default. */
export interface ShopOptions extends Omit<TestPlatformOptions, 'services' | 'directory' | 'stores'> {
  readonly flow?: OrderFlow
  /** Default {@link SHOP_SERVICES}. */
  readonly services?: TestPlatformOptions['services']
  /** Keeps its data here, e.g. to start a second shop on the data of the first. Default: a place of its own that vanishes with it. */
  readonly place?: ShopPlace
}

/** Where a shop keeps its data. */
export interface ShopPlace extends AsyncDisposable {
  readonly directory: string
  readonly stores: StoreFactory | undefined
}

/** Makes room for a shop's data: a directory, and schemas where the tests run on PostgreSQL. */
export function shopPlace(): ShopPlace {
  const directory = temporaryDirectory()
  const stores = testStores()
  return {
    directory: directory.path,
    stores: stores?.factory,
    async [Symbol.asyncDispose]() {
      await stores?.[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    },
  }
}

/** How one request differs from the default. */
export interface RequestOptions {
  readonly user?: string
  readonly roles?: readonly string[]
  readonly key?: string
  /** How long to wait for the settled order; default {@link SETTLE_MS}. */
  readonly waitMs?: number
}

type PlaceInput = Static<(typeof orders.operations.place)['input']>

/** Provider answers are given up quickly, so that tests of lost answers are quick. */
const FAST_PROVIDER = { BANYAN_PAYMENT_TIMEOUT_MS: '150', BANYAN_FAKE_PROVIDER_SLOW_MS: '60' }
/** Long enough for any order to settle on a busy machine. */
const SETTLE_MS = 20_000

/** Starts the shop's services with one product on sale per sku; with `TEST_CALLS=network` as if each ran in a process of its own, as far as calls go. */
export async function startShop({ flow = 'orchestration', services = SHOP_SERVICES, environment, place, ...options }: ShopOptions = {}) {
  const own = place ?? shopPlace()
  const platform = await testPlatform({
    ...(process.env['TEST_CALLS'] === 'network' && { network: callsOverMemory() }),
    ...options,
    directory: own.directory,
    ...(own.stores ? { stores: own.stores } : {}),
    services,
    environment: { BANYAN_SEED: 'off', BANYAN_ORDER_FLOW: flow, ...FAST_PROVIDER, ...environment },
  })
  const clock = systemClock()
  const { ids } = createRuntime()
  const files = path.join(platform.directory, 'files')
  const keepAlive = setInterval(() => {}, 60_000) // the platform's own timers let the process go

  const hosted = (name: string) => platform.services.find((service) => service.name === name)!

  /** Sends a request as the gateway would for a user. */
  async function request(contract: Contract, operation: string, input: unknown, options: RequestOptions = {}): Promise<unknown> {
    const { user = 'alice', roles = ['customer'], waitMs = SETTLE_MS, key } = options
    const principal: Principal = { kind: 'user', subject: user, roles }
    const id = ids.uuid()
    const trace = { traceId: ids.hex(16), spanId: ids.hex(8), flags: 0 } as const
    const deadline = deadlineAfter(clock, 60_000)
    const scope = { principal, deadline, trace, correlationId: id, causationId: id, key, waitMs }
    return (await hosted(contract.name).invoke({ service: contract.name, operation, input: structuredClone(input), scope })).output
  }
  return {
    platform,
    inventory: platform.client(inventory),
    payments: platform.client(payments),
    shipping: platform.client(shipping),
    request,
    /** Puts a product with one variant on sale and waits until its stock is booked in. */
    async sell(sku: string, stock: number, amountMinor = 1_000): Promise<void> {
      const product = {
        title: `Product ${sku}`,
        slug: sku.toLowerCase(),
        variants: [{ sku, weightGrams: 200, prices: [{ currency: 'EUR', amountMinor }], initialStock: stock }],
      }
      await platform.client(catalog).create(product)
      await eventually(() => platform.client(inventory).getStock({ sku }))
    },
    place: (overrides: Partial<PlaceInput> = {}, options: RequestOptions = {}) =>
      request(orders, 'place', anOrder(overrides), { key: ids.uuid(), ...options }) as Promise<Order>,
    /** Checks all invariants now; nothing may be under way. */
    audit: (more: Readonly<Record<string, string>> = {}) =>
      invariants({
        ask: platform.ask,
        directory: files,
        environment: { ...environment, ...STRICT_AUDIT, ...more },
        now: clock.now(),
      }),
    /** Waits until all that was begun has ended well. */
    async auditedAtRest(): Promise<void> {
      await eventually(async () => assertNone(await this.audit()))
    },
    /** Runs a statement on a service's own store, e.g. to plant what an audit must find. */
    sql: (service: string, statement: string, ...values: SqlValue[]) =>
      hosted(service).store.transaction((tx) => sqlOf(tx).run(statement, ...values)),
    files,
    get: (id: string, options: RequestOptions = {}) => request(orders, 'get', { id }, options) as Promise<OrderView>,
    cancel: (id: string, options: RequestOptions = {}) => request(orders, 'cancel', { id }, options) as Promise<Order>,
    async [Symbol.asyncDispose]() {
      clearInterval(keepAlive)
      await platform[Symbol.asyncDispose]()
      if (!place) await own[Symbol.asyncDispose]()
    },
  }
}

/** A running shop. */
export type Shop = Awaited<ReturnType<typeof startShop>>

/** An order that is accepted. */
export function anOrder(overrides: Partial<PlaceInput> = {}): PlaceInput {
  return {
    items: [{ sku: 'MUG', quantity: 1 }],
    shippingAddress: { recipient: 'Alice Example', line1: 'Main Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
    shippingMethod: 'standard',
    payment: { provider: 'fake', token: 'tok_ok' },
    ...overrides,
  }
}

/** A payment with a token of the fake provider. */
export function paidWith(token: string): Pick<PlaceInput, 'payment'> {
  return { payment: { provider: 'fake', token } }
}

function assertNone(violations: readonly Violation[]): void {
  assert.deepEqual(violations, [])
}
