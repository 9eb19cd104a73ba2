import { benchOrders, type ShopFigures } from './orders.ts'
import type { BenchOptions, Figure, Section } from './section.ts'
import { spread } from './spread.ts'

/** How the shop starts, and the memory it takes. */
export const start: Section = {
  name: 'start',
  measures: 'From the start of the process to the first answer of a product list, and resident memory before and after the orders.',
  durability: 'SQLite WAL, synchronous=FULL',
  run: measureStart,
}

/** Clients that place the orders before memory is read. */
const CLIENTS = 16

async function measureStart({ repeat, orders, progress }: BenchOptions): Promise<Figure[]> {
  const shops: ShopFigures[] = []
  for (let round = 1; round <= repeat; round++) {
    progress(`start and memory, round ${round} of ${repeat} …`)
    shops.push(await benchOrders({ clients: [CLIENTS], orders }))
  }
  return [
    { name: 'start to first answer', unit: 's', ...spread(shops.map((shop) => shop.firstAnswerMs / 1_000)), aim: { atMost: 0.7 } },
    { name: 'memory when idle', unit: 'MB', ...spread(shops.map((shop) => shop.idleMb)), aim: { atMost: 120 } },
    { name: `memory after ${orders} orders`, unit: 'MB', ...spread(shops.map((shop) => shop.loadedMb)), aim: { atMost: 200 } },
  ]
}
