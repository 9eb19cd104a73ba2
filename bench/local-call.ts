import { command, contract, define, service, Type } from 'banyan'
import { testPlatform } from '@banyan/testing'
import { CALL_INPUT, CALL_OUTPUT, microsPerCall } from './call-load.ts'
import { CALL_PEERS, installPeers } from './peers.ts'
import { runScript } from './run-script.ts'
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
const stockService = service(definition, { operations: [operation('reserve', async () => CALL_OUTPUT)] })

const OURS = 'Banyan'
const FLOOR = 'plain function that copies through JSON'
const MICROS_MAX = 4

/** A call from one service to another in the same process. */
export const localCall: Section = {
  name: 'local-call',
  measures:
    'One call between two services of a process: input and output validated and copied, with deadline, trace, metrics and typed errors. The floor is a plain async function that copies both through JSON.',
  durability: 'nothing is stored',
  run: benchLocalCall,
}

async function benchLocalCall({ repeat, peers, progress, note }: BenchOptions): Promise<Figure[]> {
  await using platform = await testPlatform({ services: [stockService] })
  const client = platform.client(stock)
  const others = peers ? await installPeers(CALL_PEERS, { progress, note }) : []
  const times = new Map<string, number[]>([OURS, FLOOR, ...others.map((other) => other.subject)].map((subject) => [subject, []]))
  for (let round = 1; round <= repeat; round++) {
    progress(`local calls, round ${round} of ${repeat} …`)
    times.get(FLOOR)?.push(await microsPerCall(plainFunction))
    times.get(OURS)?.push(await microsPerCall(() => client.reserve(CALL_INPUT)))
    for (const { subject, script } of others) times.get(subject)?.push(await microsOfScript(script))
  }
  for (const { subject, conditions } of others) note(`${subject}: ${conditions}`)
  const floor = spread(times.get(FLOOR) ?? []).median
  return [...times].map(([subject, micros]) => ({
    name: 'local call',
    subject,
    unit: 'µs',
    ...spread(micros),
    ...(subject === OURS ? { floor, aim: { atMost: MICROS_MAX } } : {}),
  }))
}

async function plainFunction(): Promise<unknown> {
  const received = JSON.parse(JSON.stringify(CALL_INPUT)) as unknown
  return JSON.parse(JSON.stringify(received === undefined ? undefined : CALL_OUTPUT))
}

async function microsOfScript(script: string): Promise<number> {
  return (JSON.parse(await runScript(script)) as { readonly micros: number }).micros
}
