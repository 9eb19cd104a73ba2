import { benchOrders, type ShopFigures } from './orders.ts'
import type { BenchOptions, Figure, Section } from './section.ts'
import { spread } from './spread.ts'
import { benchStartFloor } from './start-floor.ts'
import { installSize } from './start-install-size.ts'

/** How the shop starts, and the memory it takes. */
export const start: Section = {
  name: 'start',
  measures:
    'From the start of the process to the first answer of a product list, and resident memory before and after the orders. The floor is a bare node:http server on the same Node, in the same environment, with one node:sqlite file: it answers as many requests of the same size, each with a row in a synced commit.',
  durability: 'SQLite WAL, synchronous=FULL',
  run: measureStart,
}

/** Orders after which memory is read, unless it is to be quick. */
const ORDERS = 10_000
/** Clients that place the orders before memory is read. */
const CLIENTS = 16
/** Aims. */
const START_SECONDS_MAX = 0.7
const IDLE_MB_MAX = 120
const LOADED_MB_MAX = 200
const MEGABYTE = 1_048_576

async function measureStart({ repeat, orders: asked, quick, progress, note }: BenchOptions): Promise<Figure[]> {
  const orders = quick ? asked : ORDERS
  const shops: ShopFigures[] = []
  const floors: ShopFigures[] = []
  for (let round = 1; round <= repeat; round++) {
    progress(`start and memory, round ${round} of ${repeat}: a bare server, then the shop …`)
    floors.push(await benchStartFloor({ clients: CLIENTS, orders }))
    shops.push(await benchOrders({ clients: [CLIENTS], orders }))
  }
  for (const run of floors.flatMap(({ runs }) => runs))
    if (Object.keys(run.failures).length > 0) note(`the bare server failed: ${JSON.stringify(run.failures)}`)
  const figure = (name: string, unit: string, value: (shop: ShopFigures) => number, atMost: number): Figure => ({
    name,
    unit,
    ...spread(shops.map(value)),
    floor: spread(floors.map(value)).median,
    aim: { atMost },
  })
  return [
    figure('start to first answer', 's', (shop) => shop.firstAnswerMs / 1_000, START_SECONDS_MAX),
    figure('memory when idle', 'MB', (shop) => shop.idleMb, IDLE_MB_MAX),
    figure(`memory after ${orders} orders`, 'MB', (shop) => shop.loadedMb, LOADED_MB_MAX),
    ...(quick ? [] : await installFigures(note)),
  ]
}

async function installFigures(note: BenchOptions['note']): Promise<Figure[]> {
  try {
    const { bytes, nodeBytes } = await installSize()
    note(`the repository's own Node (an optional package) takes ${Math.round(nodeBytes / MEGABYTE)} MB more`)
    return [{ name: 'installed, without Node', unit: 'MB', ...spread([bytes / MEGABYTE]) }]
  } catch (error) {
    note(`the size of an installation was not measured: ${error instanceof Error ? error.message : String(error)}`)
    return []
  }
}
