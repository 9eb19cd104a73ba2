// The floor of the shop's start and memory: `node:http` and one `node:sqlite` file, with the shop's pragmas. Answers GET with a list of
// products from its table; stores the body of a POST in a synced commit of its own and answers it as a confirmed order of the same size.
// Plain JavaScript, as the shop's door is: nothing has to be loaded that strips types.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'

const [file, port] = process.argv.slice(2)

/** As many and as large as the shop's demo products. */
const PRODUCTS = 30
const PRODUCT = JSON.stringify({ title: 'Espresso Roast', description: 'x'.repeat(600), price: { currency: 'EUR', amountMinor: 990 } })
/** What an order answers besides what was ordered. */
const ORDER = { status: 'confirmed', paymentStatus: 'captured', totalMinor: 1390, placedAt: Date.now(), note: 'x'.repeat(220) }

const database = new DatabaseSync(file)
database.exec(`
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2000;
  PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 33554432;
  CREATE TABLE product (id TEXT PRIMARY KEY, data TEXT NOT NULL);
  CREATE TABLE placed (id TEXT PRIMARY KEY, data TEXT NOT NULL);
  BEGIN`)
const insertProduct = database.prepare('INSERT INTO product VALUES (?, ?)')
for (let number = 0; number < PRODUCTS; number++) insertProduct.run(randomUUID(), PRODUCT)
database.exec('COMMIT')
const products = database.prepare('SELECT id, data FROM product ORDER BY id DESC LIMIT ?')
const place = database.prepare('INSERT INTO placed VALUES (?, ?)')

const server = createServer((request, response) => {
  if (request.method !== 'POST') return send(response, 200, list(new URL(request.url ?? '', 'http://localhost')))
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString()
    const order = { id: randomUUID(), ...ORDER, lines: JSON.parse(body).items }
    place.run(order.id, body)
    send(response, 201, order)
  })
})
server.listen(Number(port), '127.0.0.1', () => console.log('serving'))
process.on('SIGTERM', () => {
  server.close(() => database.close())
  server.closeAllConnections()
})

function list(url) {
  const rows = products.all(Number(url.searchParams.get('limit') ?? 20))
  return { items: rows.map(({ id, data }) => ({ id, ...JSON.parse(data) })), nextCursor: null }
}

function send(response, status, body) {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
}
