import path from 'node:path'
import { eventually, temporaryDirectory } from '@banyan/testing'
import { ADMIN, registerUser, sellProducts, shopClient } from '../tests/support/shop-client.ts'
import { residentBytes, startShop } from '../tests/support/shop-process.ts'
import { treeCpuMs } from './process-usage.ts'
import { runScript } from './run-script.ts'

/** One measured run of confirmed orders through HTTP. */
export interface OrderFigures {
  readonly clients: number
  readonly orders: number
  readonly ordersPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMsPerOrder: number
  readonly failures: Readonly<Record<string, number>>
}

/** Figures of one start of the shop. */
export interface ShopFigures {
  /** From the process's start to the first answer of a product list. */
  readonly firstAnswerMs: number
  readonly idleMb: number
  readonly loadedMb: number
  readonly runs: readonly OrderFigures[]
}

/** What is measured. */
export interface OrderBenchOptions {
  readonly clients: readonly number[]
  /** Orders of each measured run at 16 clients and more; a lone client places a fifth. */
  readonly orders: number
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Orders placed before anything is measured. Default {@link WARM_UP_ORDERS}. */
  readonly warmUpOrders?: number
  /** Processes whose CPU counts as the shop's, besides its own, e.g. its database server. */
  readonly servers?: readonly number[]
}

const LOAD = path.join(import.meta.dirname, 'load.ts')
/** Products that orders are spread over, so that no single stock row decides the figure. */
const PRODUCTS = 20
/** Orders that fill the caches and compile most of the code. */
export const WARM_UP_ORDERS = 500
const MEGABYTE = 1_048_576

/** Starts the shop as a process of its own and places orders from another one. */
export async function benchOrders(options: OrderBenchOptions): Promise<ShopFigures> {
  const { clients, orders, environment, warmUpOrders = WARM_UP_ORDERS, servers = [] } = options
  using directory = temporaryDirectory()
  const began = performance.now()
  const shop = await startShop({
    directory: directory.path,
    environment: { BANYAN_RATE_LIMITS: 'off', ...ADMIN, ...environment },
  })
  const endWithUs = (): void => void shop.kill()
  process.once('exit', endWithUs)
  try {
    await shopClient(shop.url).request('GET', '/api/products?limit=1')
    const firstAnswerMs = performance.now() - began
    const idleMb = residentBytes(shop.pid) / MEGABYTE
    const skus = await sellProducts(shop.url, PRODUCTS, 1_000_000)
    await stockArrived(shop.url, skus.at(-1) ?? '')
    const { token } = await registerUser(shop.url, 'load@example.org')
    const target = { url: shop.url, pids: [shop.pid, ...servers], token, skus }
    await measureOrders(target, 16, warmUpOrders)
    const runs: OrderFigures[] = []
    for (const count of clients) runs.push(await measureOrders(target, count, count === 1 ? Math.ceil(orders / 5) : orders))
    return { firstAnswerMs, idleMb, loadedMb: residentBytes(shop.pid) / MEGABYTE, runs }
  } finally {
    await shop.stop()
    process.off('exit', endWithUs)
  }
}

/** Waits until inventory has heard of a product that was put on sale. */
export async function stockArrived(url: string, sku: string): Promise<void> {
  await eventually(async () => {
    const { status } = await shopClient(url).request('GET', `/api/inventory/${sku}`)
    if (status !== 200) throw new Error(`stock not there yet: ${status}`)
  })
}

/** A running shop and what to order there. */
export interface OrderTarget {
  readonly url: string
  /** Processes whose CPU counts. */
  readonly pids: readonly number[]
  readonly token: string
  readonly skus: readonly string[]
}

/** Places orders from a process of its own and measures the shop meanwhile. */
export async function measureOrders({ url, pids, token, skus }: OrderTarget, clients: number, orders: number): Promise<OrderFigures> {
  const before = treeCpuMs(...pids)
  const args = ['--url', url, '--clients', String(clients), '--orders', String(orders), '--token', token, '--sku', skus.join(',')]
  const stdout = await runScript(LOAD, args)
  const cpu = treeCpuMs(...pids) - before
  const load = JSON.parse(stdout) as { seconds: number; latenciesMs: { p50: number; p99: number }; failures: Record<string, number> }
  return {
    clients,
    orders,
    ordersPerSecond: orders / load.seconds,
    p50Ms: load.latenciesMs.p50,
    p99Ms: load.latenciesMs.p99,
    cpuMsPerOrder: cpu / orders,
    failures: load.failures,
  }
}
