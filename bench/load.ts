// Places orders through HTTP from a process of its own, so that the server's CPU time is the server's alone.
// Prints one JSON line: { orders, seconds, latenciesMs: { p50, p99 }, failures }.
import { Agent, request } from 'node:http'
import { parseArgs } from 'node:util'
import { percentile } from './spread.ts'

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    clients: { type: 'string' },
    orders: { type: 'string' },
    token: { type: 'string' },
    sku: { type: 'string' },
  },
})
const url = new URL(values.url ?? '')
const clients = Number(values.clients)
const orders = Number(values.orders)
const skus = (values.sku ?? '').split(',')
const agent = new Agent({ keepAlive: true, maxSockets: clients })

/** Places one order and waits until it is settled; returns its status. */
function placeOrder(number: number): Promise<string> {
  const body = JSON.stringify({
    items: [{ sku: skus[number % skus.length], quantity: 1 }],
    shippingAddress: { recipient: 'Load', line1: 'Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
    shippingMethod: 'standard',
    payment: { provider: 'fake', token: 'tok_ok' },
  })
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: 'POST',
        path: '/api/orders',
        agent,
        headers: {
          authorization: `Bearer ${values.token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          prefer: 'wait=30',
          'idempotency-key': `load-${process.pid}-${number}`,
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const answer = JSON.parse(Buffer.concat(chunks).toString()) as { status?: string | number; code?: string }
          resolve(response.statusCode === 201 ? String(answer.status) : `${response.statusCode} ${answer.code}`)
        })
        response.on('error', reject)
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const latencies: number[] = []
const failures = new Map<string, number>()
let next = 0
async function client(): Promise<void> {
  while (next < orders) {
    const number = next++
    const started = performance.now()
    const status = await placeOrder(number)
    latencies.push(performance.now() - started)
    if (status !== 'confirmed') failures.set(status, (failures.get(status) ?? 0) + 1)
  }
}
const started = performance.now()
await Promise.all(Array.from({ length: clients }, client))
const seconds = (performance.now() - started) / 1_000
agent.destroy()
latencies.sort((a, b) => a - b)
const latenciesMs = { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) }
console.log(JSON.stringify({ orders, seconds, latenciesMs, failures: Object.fromEntries(failures) }))
