// Compile-time promises of contracts: the compiler is the test (`tsc --noEmit`).
import { type Client, type Clients, command, contract, type EventMap, event, failedWith, query, Type } from './index.ts'

const stock = contract('stock', {
  operations: {
    get: query('GET /api/stock/:sku', {
      input: Type.Object({ sku: Type.String() }),
      output: Type.Object({ onHand: Type.Integer() }),
      access: 'public',
    }),
    take: command('POST /api/stock', {
      input: Type.Object({ sku: Type.String(), quantity: Type.Integer() }),
      output: Type.Object({ id: Type.String() }),
      access: 'internal',
      errors: { short: Type.Object({ available: Type.Integer() }) },
    }),
  },
  events: { 'stock.taken': event({ key: 'sku', data: Type.Object({ sku: Type.String(), quantity: Type.Integer() }) }) },
})
const users = contract('users', { events: { 'user.registered': event({ key: 'userId', data: Type.Object({ userId: Type.String() }) }) } })

// @ts-expect-error the key must be a field of the data
event({ key: 'id', data: Type.Object({ sku: Type.String() }) })
// @ts-expect-error a route needs a method the contract knows
query('FETCH /x', { input: Type.Object({}), output: Type.Null(), access: 'public' })
// @ts-expect-error access must be said
query('GET /x', { input: Type.Object({}), output: Type.Null() })

declare const client: Client<typeof stock>
const taken: Promise<{ id: string }> = client.take({ sku: 'a', quantity: 1 })
// @ts-expect-error quantity is a number
void client.take({ sku: 'a', quantity: '1' })
// @ts-expect-error no such operation
void client.remove({})

declare const clients: Clients<[typeof stock, typeof users]>
void clients.stock.get({ sku: 'a' })
// @ts-expect-error only declared dependencies have a client
void clients.orders

type Known = EventMap<[typeof stock, typeof users]>
const data: Known['stock.taken'] = { sku: 'a', quantity: 1 }
// @ts-expect-error no such event
type Unknown = Known['stock.lost']

declare const thrown: unknown
if (failedWith(thrown, stock.operations.take, 'short')) {
  const available: number = thrown.data.available
  void available
}
// @ts-expect-error only declared codes can be asked for
failedWith(thrown, stock.operations.take, 'long')

void taken
void data
export type { Unknown }
