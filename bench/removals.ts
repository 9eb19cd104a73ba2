import { signIn } from '../tests/support/shop-client.ts'
import { startShop } from '../tests/support/shop-process.ts'
import { copyShop, CUSTOMER, ENVIRONMENT, type PreparedShop } from './growth.ts'
import { measureOrders, type OrderFigures, type OrderTarget } from './orders.ts'
import { seedEnded } from './saga-seed.ts'

/** What the removal of ended sagas does to a shop that makes orders, and how fast it is meanwhile. */
export interface RemovalFigures {
  /** Runs of orders while nothing was removed, before and afterwards. */
  readonly without: readonly OrderFigures[]
  /** Runs of orders in which removal went on from the first to the last. */
  readonly during: readonly (OrderFigures & { readonly removedPerSecond: number })[]
}

/** What is removed beside what. */
export interface RemovalOptions {
  /** Sagas that ended long ago. */
  readonly sagas: number
  /** Orders of one run. */
  readonly orders: number
}

/** Products that orders are spread over. */
const PRODUCTS = 20
const CLIENTS = 16
/** V8 goes on compiling for this long. */
const WARM_UP_RUNS = 2
/** Runs behind the figures without removal, at the end. */
const RUNS_AFTERWARDS = 3
/** Runs of orders until removal must be through: of some seconds each, and its first look comes within three quarters of a minute. */
const RUNS_MAX = 500

/** Lets a shop that holds ended sagas make orders, run after run, until retention has removed them all and some runs longer. */
export async function measureRemovals(prepared: PreparedShop, { sagas, orders }: RemovalOptions): Promise<RemovalFigures> {
  using copy = copyShop(prepared)
  seedEnded(copy.path, prepared.template.orderId, sagas)
  const shop = await startShop({ directory: copy.path, environment: { ...ENVIRONMENT, BANYAN_METRICS_FROM: '127.0.0.1' } })
  try {
    const token = await signIn(shop.url, CUSTOMER)
    const skus = Array.from({ length: PRODUCTS }, (_, index) => `TEST-${index + 1}`)
    const target = { url: shop.url, pids: [shop.pid], token, skus }
    for (let run = 0; run < WARM_UP_RUNS; run++) await measureOrders(target, CLIENTS, orders)
    return await measureRuns(target, { sagas, orders })
  } finally {
    await shop.stop()
  }
}

async function measureRuns(target: OrderTarget, { sagas, orders }: RemovalOptions): Promise<RemovalFigures> {
  const [without, during]: [OrderFigures[], (OrderFigures & { removedPerSecond: number })[]] = [[], []]
  let removed = await removedSagas(target.url)
  let afterwards = 0
  for (let run = 0; afterwards < RUNS_AFTERWARDS; run++) {
    if (run === RUNS_MAX) throw new Error(`retention has removed ${removed} of ${sagas} sagas in ${run} runs of ${orders} orders`)
    const before = removed
    const began = performance.now()
    const figures = await measureOrders(target, CLIENTS, orders)
    const seconds = (performance.now() - began) / 1_000
    removed = await removedSagas(target.url)
    if (removed === before) without.push(figures)
    else if (before > 0 && removed < sagas) during.push({ ...figures, removedPerSecond: (removed - before) / seconds })
    if (before >= sagas) afterwards++
  }
  return { without, during }
}

async function removedSagas(url: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(METRICS_MS_MAX) })
  const line = (await answer.text()).split('\n').find((each) => SAGAS_OF_ORDERS.every((part) => each.includes(part)))
  if (line === undefined) throw new Error(`/metrics answered ${answer.status} and does not say how many sagas of orders were removed`)
  return Number(line.split(' ').at(-1))
}

const SAGAS_OF_ORDERS = ['banyan_retention_removed_total{', 'service="orders"', 'kind="sagas"']
const METRICS_MS_MAX = 60_000
