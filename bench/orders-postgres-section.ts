import path from 'node:path'
import { benchOrders, type OrderFigures } from './orders.ts'
import { POSTGRES_DURABILITY, startPrivatePostgres } from './private-postgres.ts'
import type { PrivateServer } from './private-server.ts'
import { treeCpuMs } from './process-usage.ts'
import { runScript } from './run-script.ts'
import type { BenchOptions, Figure, Section } from './section.ts'
import { spread } from './spread.ts'

/** Confirmed orders through HTTP with every service on PostgreSQL. */
export const ordersPostgres: Section = {
  name: 'orders-postgres',
  measures:
    'Confirmed orders through HTTP with every service on a PostgreSQL of its own, CPU with the server counted. The floor is one hand-written transaction for each order, with pg, by as many connections as there are clients.',
  durability: POSTGRES_DURABILITY,
  run: measureOrders,
}

/** More connections than PostgreSQL takes by default are of no use to the floor. */
const FLOOR_CONNECTIONS_MAX = 64
/** Clients that are worth measuring here: with 256 the figure says more about the queue than about the store. */
const CLIENTS_MAX = 64
const FLOOR = path.join(import.meta.dirname, 'orders-floor-postgres.ts')

interface FloorRun {
  readonly ordersPerSecond: number
  readonly cpuMsPerOrder: number
}

async function measureOrders({ repeat, clients: asked, orders, progress, note }: BenchOptions): Promise<Figure[]> {
  const clients = asked.filter((count) => count <= CLIENTS_MAX)
  const shops: OrderFigures[][] = clients.map(() => [])
  const floors: FloorRun[][] = clients.map(() => [])
  for (let round = 1; round <= repeat; round++) {
    progress(`orders on PostgreSQL, round ${round} of ${repeat}, at ${clients.join(', ')} clients …`)
    const server = await startPrivatePostgres()
    if (typeof server === 'string') {
      note(`not measured: ${server}`)
      return []
    }
    await using postgres = server
    note(`on ${postgres.version}, with its default settings`)
    for (const [index, count] of clients.entries())
      floors[index]?.push(await benchFloor(postgres, count, count === 1 ? orders / 5 : orders))
    const environment = { BANYAN_STORE: 'postgres', POSTGRES_URL: postgres.url }
    const { runs } = await benchOrders({ clients, orders, environment, servers: [postgres.pid] })
    runs.forEach((run, index) => shops[index]?.push(run))
  }
  for (const run of shops.flat())
    if (Object.keys(run.failures).length > 0) note(`at ${run.clients} clients not confirmed: ${JSON.stringify(run.failures)}`)
  return clients.flatMap((count, index) => orderFigures(count, shops[index] ?? [], floors[index] ?? []))
}

async function benchFloor(postgres: PrivateServer, clients: number, count: number): Promise<FloorRun> {
  const orders = Math.ceil(count)
  const before = treeCpuMs(postgres.pid)
  const connections = Math.min(clients, FLOOR_CONNECTIONS_MAX)
  const printed = await runScript(FLOOR, ['--url', postgres.url, '--clients', String(connections), '--orders', String(orders)])
  const { seconds, cpuMs } = JSON.parse(printed) as { seconds: number; cpuMs: number }
  return { ordersPerSecond: orders / seconds, cpuMsPerOrder: (cpuMs + treeCpuMs(postgres.pid) - before) / orders }
}

function orderFigures(clients: number, runs: readonly OrderFigures[], floors: readonly FloorRun[]): Figure[] {
  const figure = (name: string, unit: string, value: (run: OrderFigures) => number, floor?: (run: FloorRun) => number): Figure => ({
    name: `orders on PostgreSQL at ${clients} client${clients === 1 ? '' : 's'}: ${name}`,
    unit,
    ...spread(runs.map(value)),
    ...(floor ? { floor: spread(floors.map(floor)).median } : {}),
  })
  return [
    figure(
      'throughput',
      'orders/s',
      (run) => run.ordersPerSecond,
      (run) => run.ordersPerSecond,
    ),
    figure(
      'CPU of shop and server',
      'CPU-ms/order',
      (run) => run.cpuMsPerOrder,
      (run) => run.cpuMsPerOrder,
    ),
    figure('p50', 'ms', (run) => run.p50Ms),
    figure('p99', 'ms', (run) => run.p99Ms),
  ]
}
