// Compile-time promises of `define` and `service`: the compiler is the test (`tsc --noEmit`).
import { audit, type AuditClient, command, contract, define, event, query, service, type Sql, store, Type } from '../../index.ts'

const catalog = contract('catalog', {
  operations: {
    price: query('GET /api/prices/:sku', {
      input: Type.Object({ sku: Type.String() }),
      output: Type.Object({ minor: Type.Integer() }),
      access: 'public',
    }),
  },
  events: { 'product.created': event({ key: 'sku', data: Type.Object({ sku: Type.String() }) }) },
})
const carts = contract('carts', {
  operations: {
    add: command('POST /api/carts', {
      input: Type.Object({ sku: Type.String() }),
      output: Type.Object({ id: Type.String() }),
      access: 'user',
      errors: { sold_out: Type.Object({ sku: Type.String() }) },
    }),
  },
  events: { 'cart.changed': event({ key: 'cartId', data: Type.Object({ cartId: Type.String() }) }) },
})
const users = contract('users', {
  operations: {
    get: query('GET /api/users/:id', {
      input: Type.Object({ id: Type.String() }),
      output: Type.Object({ id: Type.String() }),
      access: 'internal',
    }),
  },
  events: { 'user.registered': event({ key: 'userId', data: Type.Object({ userId: Type.String() }) }) },
})
const cartStore = store({
  migrations: [],
  repository: (sql: Sql) => ({ carts: { insert: (id: string) => sql.run('INSERT INTO cart VALUES (?)', id) } }),
})
const { operation, on, saga, timer, projection, definition } = define(carts, { uses: [catalog], listens: [users], store: cartStore })

const checkout = saga('checkout', async (s, input: { cartId: string }) => {
  const price = await s.step('price', { action: ({ call }) => call.catalog.price({ sku: input.cartId }) })
  await s.commit()
  return price.minor
})
const expire = timer('expire', async (data: { cartId: string }, { transaction }) => transaction((tx) => tx.carts.insert(data.cartId)))

// What a journal keeps is plain data: what JSON would change is refused by type.
interface Priced {
  readonly minor: number
  readonly at?: string
}
saga('kept', async (s, input: Priced) => {
  const priced = await s.step('price', { action: async (): Promise<Priced> => input, compensation: async ({ output }) => output?.minor })
  await s.step('rows', { action: async ({ read }) => read(async () => [priced, priced] as readonly Priced[]) })
  // @ts-expect-error a Date in a step's output
  await s.step('date', { action: async () => ({ at: new Date(0) }) })
  // @ts-expect-error a Map in a step's output, found in its transaction
  await s.step('map', { local: true, action: ({ transaction }) => transaction(async () => new Map([['a', 1]])) })
  // @ts-expect-error a bigint in a step's output
  await s.step('bigint', { action: async () => 1n })
})
// A schema gives the input its type, and what does not fit cannot be started.
const described = saga('described', async (_s, input) => input.cartId.length, { input: Type.Object({ cartId: Type.String() }), version: 2 })
// @ts-expect-error the schema does not have it
saga('undescribed', async (_s, input) => input.userId, { input: Type.Object({ cartId: Type.String() }) })
// @ts-expect-error a Date in a saga's input
saga('dated', async (_s, input: { at: Date }) => input.at.getTime())
// @ts-expect-error a Set in a saga's output
saga('set', async () => new Set([1]))
// @ts-expect-error a Date in a timer's data
timer('dated', async (_data: { at: Date }) => {})

export const add = operation('add', async (input, { call, transaction, fail, id }) => {
  const price = await call.catalog.price({ sku: input.sku })
  // @ts-expect-error only declared dependencies have a client
  void call.orders
  // @ts-expect-error listening to a service is not calling it
  void call.users
  return transaction(async (tx) => {
    if (price.minor === 0) fail('sold_out', { sku: input.sku })
    // @ts-expect-error an undeclared error
    if (price.minor === 1) fail('too_cheap', {})
    const cartId = id()
    await tx.carts.insert(cartId)
    tx.emit('cart.changed', { cartId })
    // @ts-expect-error wrong payload
    tx.emit('cart.changed', { cartId: 1 })
    // @ts-expect-error unknown event
    tx.emit('cart.lost', { cartId })
    await tx.start(checkout, { id: cartId, input: { cartId } })
    await tx.start(described, { id: cartId, input: { cartId } })
    // @ts-expect-error the schema's type
    await tx.start(described, { id: cartId, input: { cartId: 1 } })
    // @ts-expect-error the saga's input is typed
    await tx.start(checkout, { id: cartId, input: {} })
    await tx.schedule(expire, { id: cartId, at: 0, data: { cartId } })
    await tx.signal(cartId, 'paid')
    await tx.signal(cartId, 'paid', { id: cartId, data: { cartId } })
    // @ts-expect-error a Date in a signal's data
    await tx.signal(cartId, 'paid', { data: { at: new Date(0) } })
    return { id: cartId }
  })
})

// @ts-expect-error an operation the contract does not have
operation('remove', async () => ({ id: '' }))
// @ts-expect-error the output is typed
operation('add', async () => ({ id: 1 }))
// @ts-expect-error an event of no declared contract
on('order.created', async () => {})
const track = on('product.created', async (event, { transaction }) => transaction((tx) => tx.carts.insert(event.data.sku)))
const welcome = on('user.registered', async (event, { transaction }) => transaction((tx) => tx.carts.insert(event.data.userId)))
const view = projection('view', {
  tables: (t) => [`CREATE TABLE ${t('view')} (id TEXT PRIMARY KEY)`],
  on: { 'cart.changed': async (event, sql, t) => sql.run(`INSERT INTO ${t('view')} VALUES (?)`, event.data.cartId) },
})

service(definition, { operations: [add], on: [track, welcome], sagas: [checkout], timers: [expire], projections: [view] })
// @ts-expect-error an operation without a handler
service(definition, { operations: [] })

// Audit queries: typed by the contract, answered from the repository, complete or no service.
const till = contract('till', {
  audits: { totals: audit({ input: Type.Object({ currency: Type.String() }), output: Type.Object({ minor: Type.Integer() }) }) },
})
const tillParts = define(till, { store: cartStore })
const totals = tillParts.audit('totals', async ({ currency }, { carts }) => ({ minor: await carts.insert(currency) }))
// @ts-expect-error an audit query the contract does not have
tillParts.audit('bills', async () => ({ minor: 1 }))
// @ts-expect-error its answer is typed
tillParts.audit('totals', async () => ({ minor: '1' }))
// @ts-expect-error it only reads
tillParts.audit('totals', async (_input, { sql }) => ({ minor: await sql.run('DELETE FROM cart') }))
service(tillParts.definition, { audits: [totals] })
// @ts-expect-error an audit query without a handler
service(tillParts.definition, {})
export async function ask(client: AuditClient<typeof till>): Promise<number> {
  // @ts-expect-error its input is typed
  await client.totals({})
  return (await client.totals({ currency: 'EUR' })).minor
}
