import type { Asker } from './shop-asker.ts'
import type { Template } from './growth-seed.ts'

/** An id that nothing has. */
const NOBODY = '01900000-0000-7000-8000-000000000001'
/** Queries that are asked side by side: the shop works while the database does. */
const AT_ONCE = 4

/** Who asks. */
export interface Callers {
  readonly admin: string
  readonly customer: string
}

/** A query, and who asks it. */
export interface Query {
  readonly path: string
  readonly by: keyof Callers
  /** The one status, of a refusal, that is expected. */
  readonly expected?: number
}

/** Values of each parameter of a list; those at the extremes: what all rows have, what few have, what none has. */
export type ParameterValues = Readonly<Record<string, readonly string[]>>

/** Asks all queries, and for the second page of each list that has one. */
export async function askQueries({ ask }: Pick<Asker, 'ask'>, callers: Callers, queries: readonly Query[]): Promise<void> {
  const left = [...queries]
  const askSome = async (): Promise<void> => {
    for (let query = left.shift(); query !== undefined; query = left.shift()) {
      const { path, by, expected } = query
      const asking = { token: callers[by], ...(expected === undefined ? {} : { expected }) }
      const body = await ask<{ nextCursor?: string | null } | null>('GET', path, asking)
      if (typeof body?.nextCursor === 'string') await ask('GET', secondPage(path, body.nextCursor), asking)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, askSome))
}

function secondPage(path: string, cursor: string): string {
  const name = path.startsWith('/api/ops/') ? 'after' : 'cursor'
  return `${path}${path.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(cursor)}`
}

/** Returns the queries of a list: without any parameter, with each value of each one, and with each two values of two of them. */
export function singlyAndInPairs(path: string, values: ParameterValues): string[] {
  const each = Object.entries(values).flatMap(([name, all]) => all.map((value) => ({ name, text: `${name}=${encodeURIComponent(value)}` })))
  const pairs = each.flatMap((one, index) =>
    each
      .slice(index + 1)
      .filter(({ name }) => name !== one.name)
      .map((other) => `${one.text}&${other.text}`),
  )
  return [path, ...[...each.map(({ text }) => text), ...pairs].map((query) => `${path}?${query}`)]
}

/** What came to be in the shop before it is asked. */
export interface Made {
  readonly orderId: string
  readonly paymentId: string
}

/** Everything that can be asked without changing anything. */
export function everyQuery(template: Template, made: Made): readonly Query[] {
  return [...asCustomer(template, made), ...asAdmin(template, made)]
}

function asCustomer({ productId, sku, userId, orderId }: Template, made: Made): Query[] {
  const own = { status: ['confirmed', 'rejected', 'cancelled'], userId: [userId], from: [LATER], to: [EARLIER], limit: ['1', '100'] }
  const cart = Array.from({ length: SEEDS }, (_, index) => `TEST-${index + 1}`).join(',')
  const recommended = { sku: [sku], cart: [sku, cart], userId: [userId], limit: ['1', '50'] }
  const paths = [
    ...singlyAndInPairs('/api/orders', own),
    ...singlyAndInPairs('/api/recommendations', recommended),
    ...searches(),
    `/api/products/${productId}`,
    '/api/categories',
    `/api/inventory/${sku}`,
    `/api/orders/${orderId}`,
    `/api/orders/${made.orderId}`,
    `/api/payments?orderId=${orderId}`,
    `/api/payments/${made.paymentId}`,
    `/api/shipments?orderId=${orderId}`,
    '/api/dashboard',
    '/api/auth/jwks',
    '/api/users/me',
    `/api/users/${userId}`,
  ]
  return paths.map((path) => ({ path, by: 'customer' }))
}

/** Skus that an answer is based on at most. */
const SEEDS = 20
const LATER = '2030-01-01T00:00:00Z'
const EARLIER = '2020-01-01T00:00:00Z'

/** Each order of the list with each filter, on short and long pages; and all filters in pairs. */
function searches(): string[] {
  const sorts = ['newest', 'title', 'price', '-price']
  const filters = ['', 'q=test', 'q=test+product', 'q=nosuchword', 'q=rareword', 'category=none', 'minPrice=900000', 'currency=JPY']
  const values = {
    q: ['test', 'rareword'],
    category: ['none'],
    minPrice: ['900000'],
    maxPrice: ['1', '900000'],
    currency: ['JPY'],
    status: ['active'],
    sort: sorts,
    limit: ['1', '100'],
  }
  return [
    ...sorts.flatMap((sort) => filters.flatMap((filter) => [1, 100].map((limit) => `/api/products?sort=${sort}&limit=${limit}&${filter}`))),
    ...singlyAndInPairs('/api/products', values),
  ]
}

function asAdmin({ orderId, userId }: Template, made: Made): Query[] {
  const paths = [
    ...['newest', 'title', 'price', '-price'].map((sort) => `/api/products?status=draft&sort=${sort}`),
    ...singlyAndInPairs('/api/orders', {
      status: ['confirmed', 'pending', 'rejected', 'cancelled', 'cancelling'],
      userId: [userId, NOBODY],
      from: [LATER],
      to: [EARLIER],
      limit: ['1', '100'],
    }),
    ...singlyAndInPairs('/api/inventory', { low: ['true', 'false'], cursor: ['ZZZ'], limit: ['1', '200'] }),
    `/api/orders/${made.orderId}`,
    '/api/ledger/balance',
    `/api/payments?orderId=${orderId}`,
    `/api/payments/${made.paymentId}`,
    `/api/shipments?orderId=${orderId}`,
    `/api/users/${userId}`,
    '/api/dashboard',
    ...singlyAndInPairs('/api/users', {
      q: ['seed', 'nobodyhasthis'],
      status: ['active', 'erased'],
      limit: ['100'],
    }),
    ...singlyAndInPairs('/api/users/audit', {
      userId: [userId, NOBODY],
      action: ['login_failed', 'password_changed', 'password_reset'],
      limit: ['1', '100'],
    }),
    ...asOperator(),
  ]
  return [...paths.map((path) => ({ path, by: 'admin' }) as const), { path: `/api/payments/${NOBODY}`, by: 'admin', expected: 404 }]
}

function asOperator(): string[] {
  return [
    ...singlyAndInPairs('/api/ops/sagas', {
      service: ['orders'],
      name: ['place-order'],
      status: ['waiting'],
      correlationId: ['seed-7'],
      limit: ['100'],
    }),
    ...['name=none', 'status=stuck', 'correlationId=none'].map((filter) => `/api/ops/sagas?${filter}&service=orders`),
    '/api/ops/saga-counts',
    '/api/ops/sagas/orders/waiting-7',
    ...singlyAndInPairs('/api/ops/parked', {
      service: ['recommendations'],
      consumer: ['main'],
      source: ['orders'],
      key: ['parked-9'],
      state: ['failed'],
      limit: ['100'],
    }),
    ...['consumer=none', 'state=redriving', 'key=none'].map((filter) => `/api/ops/parked?${filter}&service=recommendations`),
    '/api/ops/flows/seed-7',
    '/api/ops/lag',
    '/api/ops/readers',
    '/api/ops/projections',
    ...singlyAndInPairs('/api/ops/audit', { service: ['orders'], limit: ['1', '100'] }),
    '/api/ops/violations',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/openapi.json',
  ]
}
