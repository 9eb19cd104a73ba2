import { command, contract, define, service, Type } from 'banyan'
import { testPlatform } from '@banyan/testing'

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

/** Calls measured in each round; the median of the rounds is reported. */
const CALLS = 100_000
const ROUNDS = 7

/** Returns microseconds of one local call: validated both ways, copied, with deadline, trace, metrics and typed errors. Floor: the copies alone. */
export async function benchLocalCall(): Promise<{ readonly callMicros: number; readonly floorMicros: number }> {
  await using platform = await testPlatform({ services: [stockService] })
  const client = platform.client(stock)
  const calls = await medianMicros(async () => {
    for (let call = 0; call < CALLS; call++) await client.reserve({ sku: 'ESPRESSO-250', quantity: 3 })
  })
  const floor = await medianMicros(async () => {
    for (let call = 0; call < CALLS; call++) JSON.parse(JSON.stringify(JSON.parse(JSON.stringify({ sku: 'ESPRESSO-250', quantity: 3 }))))
  })
  return { callMicros: calls, floorMicros: floor }
}

async function medianMicros(round: () => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let time = 0; time < ROUNDS; time++) {
    const started = performance.now()
    await round()
    times.push(((performance.now() - started) / CALLS) * 1_000)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number
}
