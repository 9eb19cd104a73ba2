import { copyShop, type GrowthFigures, measureGrowth, type PreparedShop, prepareShop, WARM_UP_ORDERS } from './growth.ts'
import { orderBytesFloor } from './growth-floor.ts'
import { parkEvents, seedOrders, seedProducts, usedBytes } from './growth-seed.ts'
import { removeAll } from './growth-retention.ts'
import type { OrderFigures } from './orders.ts'
import type { BenchOptions, Figure, Section } from './section.ts'
import { type Spread, spread } from './spread.ts'

/** Whether a shop that holds much is as fast as one that holds little. */
export const growth: Section = {
  name: 'growth',
  measures:
    'Confirmed orders and lists of a shop with 100 products, beside the same shop with many products, many past orders, many parked events. Times are those of the small shop; the small shop is the floor. The floor of the files is what the bare rows of an order take.',
  durability: 'SQLite WAL, synchronous=FULL: every order survives a power cut',
  run: measure,
}

/** How much slower a shop with much data may be. */
const TIMES_MAX = 1.5
const FEW_PRODUCTS = 100

interface Scenario {
  readonly name: string
  readonly seed: (directory: string, shop: PreparedShop) => void
}

async function measure({ orders, repeat, quick, progress, note }: BenchOptions): Promise<Figure[]> {
  if (quick) note('--quick: a tenth to a fiftieth of the data')
  progress('growth: preparing the data of a small shop …')
  using prepared = await prepareShop()
  const results: { name: string; figures: GrowthFigures }[] = []
  const figures: Figure[] = []
  for (const { name, seed } of scenarios(quick)) {
    using copy = copyShop(prepared)
    progress(`growth: ${name}, writing …`)
    seed(copy.path, prepared)
    progress(`growth: ${name}, measuring …`)
    const before = usedBytes(copy.path)
    const measured = await measureGrowth(copy.path, orders, repeat)
    results.push({ name, figures: measured })
    if (results.length === 1) figures.push(...(await sizes(copy.path, before, repeat * orders, measured)))
  }
  const [small, ...large] = results
  if (!small) return []
  figures.push(...speedOf(small.name, small.figures))
  for (const each of large) figures.push(...speedOf(each.name, each.figures), ...comparison(each.name, each.figures, small.figures))
  return figures
}

function scenarios(quick: boolean): readonly Scenario[] {
  const [some, many, pastOrders, parked] = quick ? [1_000, 20_000, 20_000, 10_000] : [10_000, 1_000_000, 1_000_000, 100_000]
  const products = (count: number): Scenario => ({
    name: `${count.toLocaleString('en')} products`,
    seed: (directory, { template }) => seedProducts(directory, template, count),
  })
  const few = (directory: string, { template }: PreparedShop): void => seedProducts(directory, template, FEW_PRODUCTS)
  return [
    products(FEW_PRODUCTS),
    products(some),
    products(many),
    {
      name: `${pastOrders.toLocaleString('en')} past orders`,
      seed(directory, prepared) {
        few(directory, prepared)
        seedOrders(directory, prepared.template, pastOrders)
      },
    },
    {
      name: `${parked.toLocaleString('en')} parked events`,
      seed(directory, prepared) {
        few(directory, prepared)
        parkEvents(directory, prepared.template, parked)
      },
    },
  ]
}

const middle = ({ orders }: GrowthFigures, value: (run: OrderFigures) => number): number => spread(orders.map(value)).median
const one = (value: number): Spread => spread([value])

function speedOf(name: string, { orders, startMs, memoryMb }: GrowthFigures): Figure[] {
  return [
    { name: `${name}: throughput`, unit: 'orders/s', ...spread(orders.map((run) => run.ordersPerSecond)) },
    { name: `${name}: p99 of an order`, unit: 'ms', ...spread(orders.map((run) => run.p99Ms)) },
    { name: `${name}: start to first answer`, unit: 's', ...one(startMs / 1_000) },
    { name: `${name}: memory`, unit: 'MB', ...one(memoryMb) },
  ]
}

function comparison(name: string, large: GrowthFigures, small: GrowthFigures): Figure[] {
  const times = (what: string, value: number): Figure => ({
    name: `${name}: ${what}`,
    unit: 'times',
    ...one(value),
    aim: { atMost: TIMES_MAX },
  })
  return [
    times('time per order', middle(small, (run) => run.ordersPerSecond) / middle(large, (run) => run.ordersPerSecond)),
    times('p99 of an order', middle(large, (run) => run.p99Ms) / middle(small, (run) => run.p99Ms)),
    ...Object.entries(large.answers).map(([what, ms]) => times(what, ms / (small.answers[what] ?? ms))),
  ]
}

async function sizes(directory: string, before: number, orders: number, { memoryPerOrder }: GrowthFigures): Promise<Figure[]> {
  const placed = orders + WARM_UP_ORDERS
  const after = usedBytes(directory)
  await removeAll(directory)
  const removed = after - usedBytes(directory)
  return [
    { name: 'file growth', unit: 'kB/order', ...one((after - before) / placed / 1_000), floor: orderBytesFloor(placed) / 1_000 },
    { name: 'of which retention removes', unit: 'kB/order', ...one(removed / placed / 1_000) },
    { name: 'memory growth while orders come in', unit: 'kB/order', ...one(memoryPerOrder / 1_000) },
  ]
}
