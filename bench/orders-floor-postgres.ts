// The floor of an order on PostgreSQL: one hand-written transaction with the rows that the shop keeps of a confirmed order, by as many
// connections as there are clients. No HTTP, no services, no events, no saga, nothing that could be taken up after a crash.
// Prints one JSON line: { seconds, cpuMs }.
import { parseArgs } from 'node:util'
import { Client } from 'pg'

const { values } = parseArgs({ options: { url: { type: 'string' }, clients: { type: 'string' }, orders: { type: 'string' } } })
const clients = Number(values.clients)
const orders = Number(values.orders)
const PRODUCTS = 20
const ADDRESS = JSON.stringify({ recipient: 'Load', line1: 'Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' })

const SCHEMA = `
DROP SCHEMA IF EXISTS floor CASCADE; CREATE SCHEMA floor; SET search_path = floor;
CREATE TABLE stock (sku text PRIMARY KEY, on_hand bigint NOT NULL CHECK (on_hand >= 0));
CREATE TABLE placed (id text PRIMARY KEY, user_id text NOT NULL, status text NOT NULL, total bigint NOT NULL, placed_at bigint NOT NULL);
CREATE INDEX placed_user ON placed (user_id, id);
CREATE TABLE line (order_id text NOT NULL, number integer NOT NULL, sku text NOT NULL, quantity bigint NOT NULL, unit bigint NOT NULL, PRIMARY KEY (order_id, number));
CREATE TABLE pii (order_id text PRIMARY KEY, address text NOT NULL, token text NOT NULL);
CREATE TABLE movement (order_id text NOT NULL, kind text NOT NULL, sku text NOT NULL, delta bigint NOT NULL, PRIMARY KEY (order_id, kind, sku));
CREATE TABLE payment (order_id text PRIMARY KEY, status text NOT NULL, amount bigint NOT NULL, provider_ref text NOT NULL);
CREATE TABLE ledger (tx_id text NOT NULL, account text NOT NULL, debit bigint NOT NULL, credit bigint NOT NULL, PRIMARY KEY (tx_id, account));
CREATE TABLE shipment (order_id text PRIMARY KEY, status text NOT NULL, address text NOT NULL);
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
  const id = `${String(number).padStart(12, '0')}-0000-7000`
  const sku = `TEST-${number % PRODUCTS}`
  // A statement with a name is prepared once.
  const run = (name: string, text: string, parameters: readonly unknown[] = []) => connection.query({ name, text, values: [...parameters] })
  await run('begin', 'BEGIN')
  await run('order', `INSERT INTO placed VALUES ($1, 'user-1', 'confirmed', 1490, $2)`, [id, number])
  await run('line', 'INSERT INTO line VALUES ($1, 1, $2, 1, 1000)', [id, sku])
  await run('pii', `INSERT INTO pii VALUES ($1, $2, 'tok_ok')`, [id, ADDRESS])
  await run('payment', `INSERT INTO payment VALUES ($1, 'captured', 1490, 'ch_1')`, [id])
  await run('ledger', `INSERT INTO ledger VALUES ($1, 'provider', 1490, 0), ($1, 'sales', 0, 1490)`, [id])
  await run('shipment', `INSERT INTO shipment VALUES ($1, 'pending', $2)`, [id, ADDRESS])
  await run('movement', `INSERT INTO movement VALUES ($1, 'reserve', $2, -1)`, [id, sku])
  await run('stock', 'UPDATE stock SET on_hand = on_hand - 1 WHERE sku = $1', [sku]) // last: its row is what orders wait for
  await run('commit', 'COMMIT')
}
