// The floor of an order on PostgreSQL: one hand-written transaction with the rows that the shop keeps of a confirmed order, by as many
// connections as there are clients. No HTTP, no services, no events, no saga, nothing that could be taken up after a crash.
// Prints one JSON line: { seconds, cpuMs }.
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { ORDER_TABLES, orderRows } from './order-rows.ts'

const { values } = parseArgs({ options: { url: { type: 'string' }, clients: { type: 'string' }, orders: { type: 'string' } } })
const clients = Number(values.clients)
const orders = Number(values.orders)
const PRODUCTS = 20

const SCHEMA = `
DROP SCHEMA IF EXISTS floor CASCADE; CREATE SCHEMA floor; SET search_path = floor;
CREATE TABLE stock (sku text PRIMARY KEY, on_hand bigint NOT NULL CHECK (on_hand >= 0));
${ORDER_TABLES}
INSERT INTO stock SELECT 'TEST-' || n, 1000000 FROM generate_series(0, ${PRODUCTS - 1}) AS n;`

const admin = await connected()
await admin.query(SCHEMA)
const connections = await Promise.all(Array.from({ length: clients }, connected))
for (const connection of connections) await connection.query('SET search_path = floor')
let next = 0
const cpu = process.cpuUsage()
const started = performance.now()
await Promise.all(connections.map(placeOrders))
const seconds = (performance.now() - started) / 1_000
const { user, system } = process.cpuUsage(cpu)
await Promise.all([admin, ...connections].map((connection) => connection.end()))
console.log(JSON.stringify({ seconds, cpuMs: (user + system) / 1_000 }))

async function connected(): Promise<Client> {
  const client = new Client({ connectionString: values.url })
  await client.connect()
  return client
}

async function placeOrders(connection: Client): Promise<void> {
  while (next < orders) await placeOrder(connection, next++)
}

async function placeOrder(connection: Client, number: number): Promise<void> {
  const sku = `TEST-${number % PRODUCTS}`
  // A statement with a name is prepared once.
  const run = (name: string, text: string, parameters: readonly unknown[] = []) => connection.query({ name, text, values: [...parameters] })
  await run('begin', 'BEGIN')
  for (const { name, text, values: parameters } of orderRows(number, sku)) await run(name, text, parameters)
  await run('stock', 'UPDATE stock SET on_hand = on_hand - 1 WHERE sku = $1', [sku]) // last: its row is what orders wait for
  await run('commit', 'COMMIT')
}
