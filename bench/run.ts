// `npm run bench`: confirmed orders through HTTP beside a bare SQLite loop, a local call, the start and the memory.
// `--json` prints everything as one JSON document; `--orders 500 --repeat 1 --clients 16` makes it short.
import { parseArgs } from 'node:util'
import { benchFloor, type FloorFigures } from './floor.ts'
import { benchLocalCall } from './local-call.ts'
import { describeMachine } from './machine.ts'
import { benchOrders, type OrderFigures, type ShopFigures } from './orders.ts'

const HELP = `Usage: npm run bench -- [--json] [--orders 2000] [--repeat 3] [--clients 1,16,64]

Measures confirmed orders per second and CPU-ms per order through HTTP (seven services, SQLite with synchronous=FULL),
beside a bare node:sqlite loop that writes as many rows in as many commits; a local call; start and memory.
Each figure is the median of the repetitions, with the lowest and the highest.`

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
    orders: { type: 'string', default: '2000' },
    repeat: { type: 'string', default: '3' },
    clients: { type: 'string', default: '1,16,64' },
  },
})

interface Spread {
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

if (values.help) console.log(HELP)
else await main(Number(values.orders), Number(values.repeat), values.clients.split(',').map(Number))

async function main(orders: number, repeat: number, clients: readonly number[]): Promise<void> {
  const machine = describeMachine()
  const shops: ShopFigures[] = []
  const floors: FloorFigures[][] = []
  for (let round = 1; round <= repeat; round++) {
    progress(`round ${round} of ${repeat}: the bare loop, then the shop at ${clients.join(', ')} clients …`)
    floors.push(clients.map((group) => benchFloor(group, Math.max(group, Math.min(orders, 200 * group)))))
    shops.push(await benchOrders({ clients, orders }))
  }
  progress('local calls …')
  const call = await benchLocalCall()
  const rows = clients.map((count, index) => ({
    clients: count,
    ordersPerSecond: spread(shops.map((shop) => (shop.runs[index] as OrderFigures).ordersPerSecond)),
    cpuMsPerOrder: spread(shops.map((shop) => (shop.runs[index] as OrderFigures).cpuMsPerOrder)),
    p50Ms: spread(shops.map((shop) => (shop.runs[index] as OrderFigures).p50Ms)),
    p99Ms: spread(shops.map((shop) => (shop.runs[index] as OrderFigures).p99Ms)),
    floorCpuMs: spread(floors.map((floor) => (floor[index] as FloorFigures).cpuMsPerOrder)),
    floorOrdersPerSecond: spread(floors.map((floor) => (floor[index] as FloorFigures).ordersPerSecond)),
    failures: shops.map((shop) => (shop.runs[index] as OrderFigures).failures),
  }))
  const start = {
    firstAnswerMs: spread(shops.map((shop) => shop.firstAnswerMs)),
    idleMb: spread(shops.map((shop) => shop.idleMb)),
    loadedMb: spread(shops.map((shop) => shop.loadedMb)),
  }
  const durability = 'SQLite WAL, synchronous=FULL: every order survives a power cut'
  if (values.json) console.log(JSON.stringify({ machine, durability, ordersPerRun: orders, repeat, orders: rows, call, start }, null, 2))
  else printTable(machine, durability, rows, call, start)
}

function spread(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b)
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, lowest: sorted[0] ?? 0, highest: sorted.at(-1) ?? 0 }
}

type Row = Readonly<Record<'ordersPerSecond' | 'cpuMsPerOrder' | 'p50Ms' | 'p99Ms' | 'floorCpuMs' | 'floorOrdersPerSecond', Spread>> & {
  readonly clients: number
}

function printTable(
  machine: ReturnType<typeof describeMachine>,
  durability: string,
  rows: readonly Row[],
  call: { callMicros: number; floorMicros: number },
  start: Readonly<Record<'firstAnswerMs' | 'idleMb' | 'loadedMb', Spread>>,
): void {
  const { cpu, cores, memoryGb, load, node, commit, fdatasyncMs } = machine
  console.log(`\n${cpu}, ${cores} cores, ${memoryGb} GB, load ${load.toFixed(1)}, Node ${node}, commit ${commit}`)
  console.log(`fdatasync of 4 KiB: p50 ${fdatasyncMs.p50.toFixed(2)} ms, p99 ${fdatasyncMs.p99.toFixed(2)} ms. ${durability}.\n`)
  console.log('clients  orders/s             CPU-ms/order        p50 ms   p99 ms   bare loop: CPU-ms  orders/s')
  for (const row of rows)
    console.log(
      [
        String(row.clients).padEnd(7),
        text(row.ordersPerSecond, 0).padEnd(19),
        text(row.cpuMsPerOrder, 2).padEnd(18),
        row.p50Ms.median.toFixed(1).padEnd(7),
        row.p99Ms.median.toFixed(1).padEnd(7),
        row.floorCpuMs.median.toFixed(2).padStart(12).padEnd(17),
        row.floorOrdersPerSecond.median.toFixed(0),
      ].join('  '),
    )
  console.log(`\nlocal call ${call.callMicros.toFixed(1)} µs (its two copies alone ${call.floorMicros.toFixed(1)} µs)`)
  console.log(
    `start to first answer ${text(start.firstAnswerMs, 0)} ms; resident memory ${text(start.idleMb, 0)} MB idle, ${text(start.loadedMb, 0)} MB after the load`,
  )
}

function text({ median, lowest, highest }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${lowest.toFixed(digits)}–${highest.toFixed(digits)})`
}

function progress(message: string): void {
  if (!values.json) process.stderr.write(`${message}\n`)
}
