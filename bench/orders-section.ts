import { benchFloor, type FloorFigures } from './floor.ts'
import { benchOrders, type OrderFigures } from './orders.ts'
import type { Aim, BenchOptions, Figure, Section } from './section.ts'
import { spread } from './spread.ts'

/** Confirmed orders through HTTP on the default store. */
export const orders: Section = {
  name: 'orders',
  measures:
    'Confirmed orders through HTTP: gateway, seven services, saga, projection, in a process of its own. The floor is a bare loop over node:sqlite that writes as many rows in as many commits, shared by as many orders as there are clients.',
  durability: 'SQLite WAL, synchronous=FULL: every order survives a power cut',
  run: measureOrders,
}

/** At 64 clients the aims of throughput, from 16 clients on the aim of CPU. */
const ORDERS_PER_SECOND_MIN = 1_500
const CPU_MS_MAX = 0.5
const CPU_TIMES_FLOOR_MAX = 5
/** V8 goes on compiling for this long; the orders of that time take a fifth more CPU than all later ones. */
const WARM_UP_ORDERS = 3_000

async function measureOrders({ repeat, clients, orders: count, progress, note }: BenchOptions): Promise<Figure[]> {
  const shops: OrderFigures[][] = clients.map(() => [])
  const floors: FloorFigures[][] = clients.map(() => [])
  for (let round = 1; round <= repeat; round++) {
    progress(`orders, round ${round} of ${repeat}: the bare loop, then the shop at ${clients.join(', ')} clients …`)
    clients.forEach((group, index) => floors[index]?.push(benchFloor(group, Math.max(group, Math.min(count, 200 * group)))))
    const { runs } = await benchOrders({ clients, orders: count, warmUpOrders: WARM_UP_ORDERS })
    runs.forEach((run, index) => shops[index]?.push(run))
  }
  for (const run of shops.flat())
    if (Object.keys(run.failures).length > 0) note(`at ${run.clients} clients not confirmed: ${JSON.stringify(run.failures)}`)
  return clients.flatMap((group, index) => orderFigures(group, shops[index] ?? [], floors[index] ?? []))
}

function orderFigures(clients: number, runs: readonly OrderFigures[], floors: readonly FloorFigures[]): Figure[] {
  const at = `orders at ${clients} client${clients === 1 ? '' : 's'}`
  const figure = (name: string, unit: string, value: (run: OrderFigures) => number, floor?: number, aim?: Aim): Figure => ({
    name: `${at}: ${name}`,
    unit,
    ...spread(runs.map(value)),
    ...(floor === undefined ? {} : { floor }),
    ...(aim ? { aim } : {}),
  })
  const floorPerSecond = spread(floors.map((floor) => floor.ordersPerSecond)).median
  const floorCpuMs = spread(floors.map((floor) => floor.cpuMsPerOrder)).median
  return [
    figure(
      'throughput',
      'orders/s',
      (run) => run.ordersPerSecond,
      floorPerSecond,
      clients === 64 ? { atLeast: ORDERS_PER_SECOND_MIN } : undefined,
    ),
    figure('CPU of the shop', 'CPU-ms/order', (run) => run.cpuMsPerOrder, floorCpuMs, clients >= 16 ? { atMost: CPU_MS_MAX } : undefined),
    figure('CPU against the floor', 'times', (run) => run.cpuMsPerOrder / floorCpuMs, undefined, { atMost: CPU_TIMES_FLOOR_MAX }),
    figure('p50', 'ms', (run) => run.p50Ms),
    figure('p99', 'ms', (run) => run.p99Ms),
  ]
}
