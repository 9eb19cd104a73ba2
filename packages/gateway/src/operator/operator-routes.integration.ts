import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlatformAdmin, ServiceAdmin } from 'banyan/host'
import { OPERATOR_KEY, type RunningTest, startGateway, stubHost } from '../gateway.fixture.ts'

const SAGA = {
  id: 's1',
  name: 'place-order',
  version: 1,
  status: 'stuck',
  input: '{"orderId":"o1"}',
  output: null,
  failure: '{"code":"declined","message":"no"}',
  committed: false,
  rollbackRequested: null,
  wakeAt: null,
  deadlineAt: null,
  owner: null,
  epoch: 1,
  callerKeys: true,
  correlationId: 'o1',
  traceparent: '',
  createdAt: 1,
  updatedAt: 2,
} as const
const STEP = {
  sagaId: 's1',
  name: 'charge',
  number: 1,
  state: 'failed',
  output: null,
  error: '{"code":"declined"}',
  attempts: 3,
  compensationAttempts: 0,
  startedAt: 1,
  endedAt: 2,
} as const
const PARKED = {
  consumer: 'main',
  source: 'orders',
  position: 7,
  key: 'o1',
  event: '{}',
  state: 'failed',
  attempts: 5,
  error: 'boom',
  parkedAt: 3,
} as const
const event = (position: number, time: number) => ({
  id: `e${position}`,
  type: 'order.created',
  version: 1,
  key: 'o1',
  time,
  data: '{"a":1}',
  correlationId: 'o1',
  causationId: 'c',
  traceparent: '',
  position,
})

/** An administration that notes what it was asked to change. */
function admin(changes: unknown[][]): PlatformAdmin {
  const noting =
    (name: string) =>
    async (...values: unknown[]) =>
      void changes.push([name, ...values])
  const orders: ServiceAdmin = {
    service: 'orders',
    sagas: async (filter) => (changes.push(['sagas', filter]), [SAGA]),
    sagaCounts: async () => [{ name: 'place-order', status: 'stuck', count: 1 }],
    saga: async (id) => (id === 's1' ? { saga: SAGA, steps: [STEP] } : undefined),
    retrySaga: noting('retry'),
    skipSagaStep: noting('skip'),
    rollbackSaga: noting('rollback'),
    parked: async () => [PARKED],
    redrive: noting('redrive'),
    skipParked: noting('skipParked'),
    lag: async () => [{ service: 'orders', consumer: 'main', source: 'users', position: 1, head: 2, parked: 0, parkedMore: false }],
    readers: async () => [{ reader: 'shipping', consumer: 'main', position: 3, seenAt: 1, forgottenAt: null }],
    forgetReader: noting('forgetReader'),
    flow: async (id) => ({ events: [event(2, 20)], more: id === 'long' }),
    projections: async () => [
      { service: 'orders', projection: 'view', version: 1, definitionVersion: 2, rebuilding: { version: 2, done: 3, of: 4 } },
    ],
    rebuild: noting('rebuild'),
    audit: async () => [{ at: 1, actor: 'a', action: 'retry', subject: 's1', reason: 'r' }],
  }
  const inventory: ServiceAdmin = {
    ...orders,
    service: 'inventory',
    sagas: async () => [],
    parked: async () => [],
    sagaCounts: async () => [],
    lag: async () => [],
    projections: async () => [],
    audit: async () => [],
    readers: async () => [],
    flow: async () => ({ events: [event(1, 10)], more: false }),
  }
  return {
    services: [orders, inventory],
    hasInvariants: true,
    violations: async () => [{ invariant: 'stock', subject: 'mug', expected: '1', actual: '2' }],
  }
}

async function started(): Promise<{
  running: RunningTest
  changes: unknown[][]
  get: (path: string) => Promise<unknown>
  post: (path: string, body: object) => Promise<{ status: number; json: object }>
}> {
  const changes: unknown[][] = []
  const running = await startGateway({}, stubHost({ admin: admin(changes) }))
  const headers = { 'x-api-key': OPERATOR_KEY }
  return {
    running,
    changes,
    get: async (path) => (await running.ask(`/api/ops${path}`, { headers })).json,
    post: (path, body) => running.ask(`/api/ops${path}`, { method: 'POST', headers, body }),
  }
}

/** Moments as the API shows them. */
const MOMENT = (ms: number): string => new Date(ms).toISOString()

test('lists and shows what runs, with the journal as data', async () => {
  const { running, changes, get } = await started()
  await using _ = running
  assert.deepEqual(await get('/sagas?status=stuck&service=orders&limit=5'), {
    items: [
      {
        service: 'orders',
        ...SAGA,
        createdAt: MOMENT(1),
        updatedAt: MOMENT(2),
        input: { orderId: 'o1' },
        failure: { code: 'declined', message: 'no' },
      },
    ],
    nextCursor: null,
  })
  assert.deepEqual(changes, [['sagas', { status: 'stuck', limit: 6 }]])
  const detail = (await get('/sagas/orders/s1')) as { saga: { service: string }; steps: object[] }
  assert.equal(detail.saga.service, 'orders')
  assert.deepEqual(detail.steps, [{ ...STEP, startedAt: MOMENT(1), endedAt: MOMENT(2), error: { code: 'declined' } }])
  assert.deepEqual(await get('/saga-counts'), { items: [{ service: 'orders', name: 'place-order', status: 'stuck', count: 1 }] })
  assert.deepEqual(await get('/parked'), { items: [{ service: 'orders', ...PARKED, parkedAt: MOMENT(3) }], nextCursor: null })
  assert.equal(((await get('/lag')) as { items: object[] }).items.length, 1)
  assert.deepEqual(await get('/audit'), {
    items: [{ service: 'orders', at: MOMENT(1), actor: 'a', action: 'retry', subject: 's1', reason: 'r' }],
    more: false,
  })
  assert.deepEqual(await get('/violations'), { defined: true, items: [{ invariant: 'stock', subject: 'mug', expected: '1', actual: '2' }] })
})

test('shows a flow over all services in the order of time', async () => {
  const { running, get } = await started()
  await using _ = running
  const { items, more } = (await get('/flows/o1')) as { items: { source: string; time: string; data: object }[]; more: boolean }
  assert.equal(more, false)
  assert.deepEqual(
    items.map(({ source, time, data }) => [source, time, data]),
    [
      ['inventory', MOMENT(10), { a: 1 }],
      ['orders', MOMENT(20), { a: 1 }],
    ],
  )
})

test('says that a flow is cut off when one of the services shows only its beginning', async () => {
  const { running, get } = await started()
  await using _ = running
  const { items, more } = (await get('/flows/long')) as { items: object[]; more: boolean }
  assert.deepEqual([items.length, more], [2, true])
})

test('changes things in the name of whoever asks, with a reason', async () => {
  const { running, changes, post } = await started()
  await using _ = running
  const by = { actor: 'operator', reason: 'bank is back' }
  const { reason } = by
  assert.deepEqual((await post('/sagas/orders/s1/retry', { reason })).json, { ok: true })
  await post('/sagas/orders/s1/skip', { step: 'charge', reason })
  await post('/sagas/orders/s1/skip', { step: 'charge', output: null, reason })
  await post('/sagas/orders/s1/rollback', { reason })
  await post('/parked/redrive', { service: 'orders', consumer: 'main', source: 'users', key: 'k', reason })
  await post('/parked/skip', { service: 'orders', consumer: 'main', source: 'users', position: 7, reason })
  await post('/readers/forget', { service: 'orders', reader: 'shipping', consumer: 'main', reason })
  assert.equal((await post('/projections/rebuild', { service: 'orders', projection: 'order-view', reason })).status, 202)
  assert.deepEqual(changes, [
    ['retry', 's1', by],
    ['skip', 's1', 'charge', by, {}],
    ['skip', 's1', 'charge', by, { output: null }],
    ['rollback', 's1', by],
    ['redrive', 'main', 'users', 'k', by],
    ['skipParked', 'main', 'users', 7, by],
    ['forgetReader', 'shipping', 'main', by],
    ['rebuild', 'order-view', by],
  ])
})

test('refuses changes without a reason, and what is not there', async () => {
  const { running, changes, post } = await started()
  await using _ = running
  assert.equal((await post('/sagas/orders/s1/retry', {})).status, 400)
  assert.equal((await post('/sagas/orders/s1/retry', { reason: '' })).status, 400)
  assert.equal((await post('/sagas/payments/s1/retry', { reason: 'x' })).status, 404)
  assert.equal((await running.ask('/api/ops/sagas/orders/s2', { headers: { 'x-api-key': OPERATOR_KEY } })).status, 404)
  assert.deepEqual(changes, [])
})

test('lets nobody in without the role', async () => {
  const { running } = await started()
  await using _ = running
  for (const path of ['/sagas', '/parked', '/lag', '/audit', '/violations', '/flows/x'])
    assert.equal((await running.ask(`/api/ops${path}`)).status, 401, path)
})

test('every row of the operations API has a name in the reference', async () => {
  await using running = await startGateway({}, stubHost({ admin: admin([]) }))
  const headers = { 'x-api-key': OPERATOR_KEY }
  const { paths } = (await running.ask('/openapi.json', { headers })).json as { paths: Record<string, { get?: object }> }
  const lists = Object.entries(paths).filter(([path, { get }]) => path.startsWith('/api/ops') && get !== undefined)
  assert.ok(lists.length >= 8, `${lists.length} lists`)
  for (const [path, { get }] of lists) assert.match(JSON.stringify(get), /"\$ref":"#\/components\/schemas\/ops\.\w+Row"/, path)
})
