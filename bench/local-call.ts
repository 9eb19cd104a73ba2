import { command, contract, define, service, Type } from 'banyan'
import { testPlatform } from '@banyan/testing'
import type { BenchOptions, Figure, Section } from './section.ts'
import { spread } from './spread.ts'

const stock = contract('stock', {
  operations: {
    reserve: command('POST /api/stock', {
      input: Type.Object({ sku: Type.String(), quantity: Type.Integer({ minimum: 1 }) }),
      output: Type.Object({ ok: Type.Boolean() }),
      access: 'internal',
    }),
  },
})
const { operation, definition } = define(stock)
const stockService = service(definition, { operations: [operation('reserve', async () => ({ ok: true }))] })

const INPUT = { sku: 'ESPRESSO-250', quantity: 3 }
const OUTPUT = { ok: true }
/** Calls of one round. */
const CALLS = 100_000
/** Rounds of one repetition, the first of which only compiles. */
const ROUNDS = 3

/** A call from one service to another in the same process. */
export const localCall: Section = {
  name: 'local-call',
  measures:
    'One call between two services of a process: input and output validated and copied, with deadline, trace, metrics and typed errors. The floor is a plain async function that copies both through JSON.',
  durability: 'nothing is stored',
  run: benchLocalCall,
}

async function benchLocalCall({ repeat, progress }: BenchOptions): Promise<Figure[]> {
  await using platform = await testPlatform({ services: [stockService] })
  const client = platform.client(stock)
  const calls: number[] = []
  const floors: number[] = []
  for (let round = 1; round <= repeat; round++) {
    progress(`local calls, round ${round} of ${repeat} …`)
    floors.push(await microsPerCall(plainFunction))
    calls.push(await microsPerCall(() => client.reserve(INPUT)))
  }
  const floor = spread(floors)
  return [
    { name: 'local call', subject: 'Banyan', unit: 'µs', ...spread(calls), floor: floor.median, aim: { atMost: 4 } },
    { name: 'local call', subject: 'plain function that copies through JSON', unit: 'µs', ...floor },
  ]
}

async function plainFunction(): Promise<unknown> {
  const received = JSON.parse(JSON.stringify(INPUT)) as unknown
  return JSON.parse(JSON.stringify(received === undefined ? undefined : OUTPUT))
}

async function microsPerCall(call: () => Promise<unknown>): Promise<number> {
  let micros = 0
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    for (let number = 0; number < CALLS; number++) await call()
    micros = ((performance.now() - started) / CALLS) * 1_000
  }
  return micros
}
