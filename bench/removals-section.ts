import { prepareShop } from './growth.ts'
import type { OrderFigures } from './orders.ts'
import { measureRemovals, type RemovalFigures } from './removals.ts'
import type { BenchOptions, Figure, Section } from './section.ts'
import { spread } from './spread.ts'

/** Whether retention keeps up with a shop that is busy, and what that costs the shop. */
export const removals: Section = {
  name: 'removals',
  measures:
    'Ended sagas that retention removes per second while 16 clients place orders as fast as they are confirmed, and what orders take meanwhile. The floor is the same orders in that process before and afterwards.',
  durability: 'SQLite WAL, synchronous=FULL: every order survives a power cut',
  run: measure,
}

/** For each order that ends, at least one saga goes. */
const REMOVED_PER_ORDER_MIN = 1
/** What removal leaves to orders: it takes a quarter of the process at most. */
const ORDERS_SHARE_MIN = 0.75
const SAGAS = 100_000
const SAGAS_QUICK = 5_000

async function measure({ repeat, orders, quick, progress, note }: BenchOptions): Promise<Figure[]> {
  const sagas = quick ? SAGAS_QUICK : SAGAS
  using prepared = await prepareShop()
  const rounds: RemovalFigures[] = []
  for (let round = 1; round <= repeat; round++) {
    progress(`removals, round ${round} of ${repeat}: orders beside ${sagas.toLocaleString('en')} sagas that ended long ago …`)
    rounds.push(await measureRemovals(prepared, { sagas, orders: Math.ceil(orders / 2) }))
  }
  const during = rounds.flatMap((round) => round.during)
  if (during.length === 0) {
    note('removal was over before one run of orders was: give it fewer --orders')
    return []
  }
  const without = rounds.flatMap((round) => round.without)
  return figures(`${sagas.toLocaleString('en')} ended sagas beside orders at 16 clients`, during, without)
}

function figures(name: string, during: RemovalFigures['during'], without: readonly OrderFigures[]): Figure[] {
  const perSecond = ({ ordersPerSecond }: OrderFigures): number => ordersPerSecond
  const beside = (what: string, unit: string, value: (run: OrderFigures) => number): Figure => ({
    name: `${name}: ${what}`,
    unit,
    ...spread(during.map(value)),
    floor: spread(without.map(value)).median,
  })
  const alone = spread(without.map(perSecond)).median
  return [
    { name: `${name}: removed`, unit: 'sagas/s', ...spread(during.map(({ removedPerSecond }) => removedPerSecond)) },
    {
      name: `${name}: removed for each order`,
      unit: 'sagas',
      ...spread(during.map((run) => run.removedPerSecond / run.ordersPerSecond)),
      aim: { atLeast: REMOVED_PER_ORDER_MIN },
    },
    beside('orders meanwhile', 'orders/s', perSecond),
    {
      name: `${name}: against orders without`,
      unit: 'times',
      ...spread(during.map((run) => run.ordersPerSecond / alone)),
      aim: { atLeast: ORDERS_SHARE_MIN },
    },
    beside('CPU of the shop', 'CPU-ms/order', ({ cpuMsPerOrder }) => cpuMsPerOrder),
    beside('p99', 'ms', ({ p99Ms }) => p99Ms),
  ]
}
