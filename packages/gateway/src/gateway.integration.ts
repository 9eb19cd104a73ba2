import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { CallRequest } from 'banyan/call'
import { BanyanError, type LogFields, type Logger, silentLogger, createRuntime } from 'banyan/kernel'
import { createTracing } from 'banyan/telemetry'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { gatewayService, OPERATOR_KEY, shop, startGateway, stubHost, testIssuer } from './gateway.fixture.ts'

const issuer = await testIssuer()
const ORDER = { items: [{ sku: 'mug', quantity: 2 }] }

test('calls the operation with path parameters, query string and scope', async () => {
  const calls: CallRequest[] = []
  const host = stubHost({
    handlers: {
      getProduct: async (request) => {
        calls.push(request)
        return { output: { id: 'mug', version: 7 } }
      },
    },
  })
  await using running = await startGateway({}, host)
  const answer = await running.ask('/api/products/m%C3%BCg?limit=5&inStock=true&tag=a&tag=b&utm_source=x', {
    headers: { 'x-request-id': 'request-0001', traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03' },
  })
  assert.equal(answer.status, 200)
  assert.deepEqual(answer.json, { id: 'mug', version: 7 })
  assert.equal(answer.headers['etag'], '"7"')
  assert.equal(answer.headers['x-request-id'], 'request-0001')
  assert.equal(answer.headers['traceresponse'], '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03')
  assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  assert.deepEqual(calls[0]?.input, { id: 'müg', limit: 5, inStock: true, tag: ['a', 'b'] })
  assert.equal(calls[0]?.scope.principal.kind, 'anonymous')
  assert.match(calls[0]?.scope.correlationId ?? '', /^[0-9a-f-]{36}$/)
  assert.equal(answer.headers['x-correlation-id'], calls[0]?.scope.correlationId)
})

test('lets a signed-in user create something: 201, Location, token, replay', async () => {
  const calls: CallRequest[] = []
  const host = stubHost({
    handlers: {
      createOrder: async (request) => {
        calls.push(request)
        return { output: { id: 'o/1' }, token: 't42', replayed: true }
      },
    },
  })
  await using running = await startGateway({ tokens: issuer.tokens }, host)
  const answer = await running.ask('/api/orders', {
    method: 'POST',
    headers: { authorization: `Bearer ${await issuer.sign()}`, 'idempotency-key': 'k1', prefer: 'respond-async, wait=5' },
    body: ORDER,
  })
  assert.equal(answer.status, 201, answer.text)
  assert.equal(answer.headers['location'], '/api/orders/o%2F1')
  assert.equal(answer.headers['banyan-token'], 'shop:t42')
  assert.equal(answer.headers['idempotency-replayed'], 'true')
  assert.equal(answer.headers['preference-applied'], 'wait=5')
  assert.deepEqual(calls[0]?.input, ORDER)
  assert.deepEqual(calls[0]?.scope.principal, { kind: 'user', subject: 'u1', roles: ['customer'] })
  assert.equal(calls[0]?.scope.key, 'user:u1:k1')
  assert.equal(calls[0]?.scope.waitMs, 5_000)
})

test('answers declared errors with their status and data', async () => {
  const host = stubHost({
    handlers: {
      createOrder: async () => {
        throw new BanyanError('insufficient_stock', 'insufficient stock', { status: 409, declared: true, data: { sku: 'mug' } })
      },
    },
  })
  await using running = await startGateway({ tokens: issuer.tokens }, host)
  const answer = await running.ask('/api/orders', {
    method: 'POST',
    headers: { authorization: `Bearer ${await issuer.sign()}` },
    body: ORDER,
  })
  assert.equal(answer.status, 409)
  assert.equal(answer.headers['content-type'], 'application/problem+json')
  assert.equal(answer.json['code'], 'insufficient_stock')
  assert.deepEqual(answer.json['data'], { sku: 'mug' })
})

test('serves health, and tells strangers no details', async () => {
  await using running = await startGateway({}, stubHost())
  assert.deepEqual((await running.ask('/health/live')).json, { status: 'pass' })
  // A loopback address proves nothing: a proxy on this machine that forgot X-Forwarded-For has it for everybody.
  for (const headers of [{}, { 'x-forwarded-for': '203.0.113.9' }, { 'x-api-key': 'wrong' }])
    assert.deepEqual((await running.ask('/health/ready', { headers })).json, {
      status: 'pass',
      checks: { 'shop:store': [{ status: 'pass' }] },
    })
  const operator = await running.ask('/health/ready', { headers: { 'x-api-key': OPERATOR_KEY } })
  assert.match(operator.text, /secret\/path/)
})

test('answers 204 without a body, and HEAD like GET without one', async () => {
  const host = stubHost({ handlers: { removeOrder: async () => ({ output: null }) } })
  await using running = await startGateway({}, host)
  const removed = await running.ask('/api/orders/o1', { method: 'DELETE', headers: { 'x-api-key': OPERATOR_KEY } })
  assert.deepEqual([removed.status, removed.text, removed.headers['content-length']], [204, '', undefined])
  const [get, head] = [await running.ask('/api/products/a'), await running.ask('/api/products/a', { method: 'HEAD' })]
  assert.deepEqual([head.status, head.text, head.headers['content-length']], [200, '', get.headers['content-length']])
})

test('takes the version from If-Match', async () => {
  const inputs: unknown[] = []
  const host = stubHost({
    handlers: {
      updateUser: async ({ input }) => {
        inputs.push(input)
        return { output: { id: 'u1', version: 4 } }
      },
    },
  })
  await using running = await startGateway({ tokens: issuer.tokens }, host)
  const headers = { authorization: `Bearer ${await issuer.sign()}` }
  const answer = await running.ask('/api/users/u1', { method: 'PUT', headers: { ...headers, 'if-match': '"3"' }, body: { name: 'Ann' } })
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.headers['etag'], '"4"')
  assert.deepEqual(inputs, [{ id: 'u1', version: 3, name: 'Ann' }])
  const without = await running.ask('/api/users/u1', { method: 'PUT', headers, body: { name: 'Ann' } })
  assert.deepEqual([without.status, without.json['code']], [428, 'precondition_required'])
})

test('answers by itself when a service does not answer in time', async () => {
  const host = stubHost({ handlers: { slow: () => new Promise(() => {}) } })
  await using running = await startGateway({}, host)
  const answer = await running.ask('/api/slow')
  assert.deepEqual([answer.status, answer.json['code'], answer.json['retry']], [504, 'deadline_exceeded', 'unknown'])
})

test('hides what goes wrong inside, and logs it with its cause', async () => {
  const lines: [string, LogFields | undefined][] = []
  const log: Logger = { ...silentLogger, error: (message, fields) => void lines.push([message, fields]) }
  const failing = async (): Promise<never> => {
    throw new TypeError('cannot read hunter2')
  }
  const host = stubHost({ runtime: createRuntime({ log }), handlers: { getProduct: failing } })
  await using running = await startGateway({}, host)
  const answer = await running.ask('/api/products/a', { headers: { 'x-request-id': 'request-77' } })
  assert.equal(answer.status, 500)
  assert.doesNotMatch(answer.text, /hunter2|TypeError|at /)
  assert.equal(answer.json['requestId'], 'request-77')
  assert.equal(lines[0]?.[1]?.['request_id'], 'request-77')
  assert.match(String(lines[0]?.[1]?.['error']), /cannot read hunter2/)
})

test('shows metrics to administrators and to addresses that are named, and counts by route', async () => {
  await using running = await startGateway()
  await running.ask('/api/products/a')
  await running.ask('/nothing')
  assert.equal((await running.ask('/metrics')).status, 403)
  const { text } = await running.ask('/metrics', { headers: { 'x-api-key': OPERATOR_KEY } })
  assert.match(text, /banyan_gateway_requests_total\{route="shop.getProduct",method="GET",status="200"\} 1/)
  assert.match(text, /banyan_gateway_requests_total\{route="none",method="none",status="404"\} 1/)
  assert.match(text, /banyan_gateway_request_duration_seconds_count\{route="shop.getProduct",method="GET"\} 1/)
  assert.match(text, /banyan_gateway_requests_in_flight 1/)
  await using open = await startGateway({ scrapers: ['127.0.0.0/8'] })
  assert.equal((await open.ask('/metrics')).status, 200)
  assert.match((await open.ask('/health/ready')).text, /secret\/path/)
  for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])
    assert.equal((await open.ask('/metrics', { headers: { [name]: '203.0.113.9' } })).status, 403, name)
})

test('serves the reference and a page under a policy of its own', async () => {
  await using running = await startGateway({ title: 'Shop' })
  const { json } = await running.ask('/openapi.json')
  assert.equal((json['info'] as { title: string }).title, 'Shop')
  const paths = Object.keys(json['paths'] as object)
  assert.ok(paths.includes('/api/products/{id}') && paths.includes('/api/ops/sagas'))
  assert.ok(!paths.includes('/api/internal'))
  const page = await running.ask('/docs')
  assert.match(String(page.headers['content-type']), /^text\/html/)
  assert.match(String(page.headers['content-security-policy']), /script-src 'sha256-/)
})

test('names its span after the route and hands the trace on', async () => {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  const traces: string[] = []
  const runtime = createRuntime()
  const host = stubHost({
    runtime,
    handlers: {
      getProduct: async ({ scope }) => {
        traces.push(scope.trace.spanId)
        return { output: { id: 'a', version: 1 } }
      },
    },
  })
  await using running = await startGateway({ tracing: createTracing({ ids: runtime.ids, provider }) }, host)
  await running.ask('/api/products/a?secret=x', { headers: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' } })
  const [span] = exporter.getFinishedSpans()
  assert.equal(span?.name, 'GET /api/products/:id')
  assert.equal(span?.parentSpanContext?.spanId, '00f067aa0ba902b7')
  assert.deepEqual(traces, [span?.spanContext().spanId])
  assert.deepEqual(span?.attributes, { 'http.request.method': 'GET', 'http.route': '/api/products/:id', 'http.response.status_code': 200 })
})

test('answers browsers of other origins only where it is told to', async () => {
  await using closed = await startGateway()
  const origin = { origin: 'https://shop.example' }
  assert.equal((await closed.ask('/api/products/a', { headers: origin })).headers['access-control-allow-origin'], undefined)
  await using open = await startGateway({ cors: { origins: ['https://shop.example'] } })
  assert.equal((await open.ask('/api/products/a', { headers: origin })).headers['access-control-allow-origin'], 'https://shop.example')
  const preflight = await open.ask('/api/orders', { method: 'OPTIONS', headers: { ...origin, 'access-control-request-method': 'POST' } })
  assert.deepEqual([preflight.status, preflight.headers['access-control-allow-methods']], [204, 'POST, OPTIONS'])
  const stranger = await open.ask('/api/orders', {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  })
  assert.equal(stranger.headers['access-control-allow-methods'], undefined)
})

test('hands raw paths over, without headers that only a proxy may set', async () => {
  const seen: Record<string, unknown>[] = []
  const raw = {
    prefix: '/api/webhooks',
    handle: (request: IncomingMessage, response: ServerResponse) => {
      seen.push(request.headers)
      response.writeHead(202).end('taken')
    },
  }
  await using running = await startGateway({}, stubHost({ services: [gatewayService(shop, { raw })] }))
  const answer = await running.ask('/api/webhooks/stripe', {
    method: 'POST',
    body: '{}',
    headers: { 'x-user-id': 'admin', 'x-timeout-ms': '1', 'x-kept': 'y' },
  })
  assert.deepEqual([answer.status, answer.text], [202, 'taken'])
  assert.deepEqual([seen[0]?.['x-user-id'], seen[0]?.['x-timeout-ms'], seen[0]?.['x-kept']], [undefined, undefined, 'y'])
})

test('fails readiness, refuses requests and closes connections while it drains', async () => {
  let draining = false
  await using running = await startGateway({}, stubHost({ draining: () => draining }))
  assert.equal((await running.ask('/health/ready')).status, 200)
  draining = true
  const answer = await running.ask('/health/ready')
  assert.deepEqual([answer.status, answer.headers['connection']], [503, 'close'])
  assert.equal((await running.ask('/health/live')).status, 200)
  const refused = await running.ask('/api/products/a')
  assert.deepEqual([refused.status, refused.json['code'], refused.json['retry']], [503, 'unavailable', 'safe'])
  assert.deepEqual([refused.headers['connection'], refused.headers['retry-after']], ['close', '1'])
})

test('finishes what is under way before it closes, and accepts nothing new', async () => {
  const entered = Promise.withResolvers<void>()
  const leave = Promise.withResolvers<void>()
  const host = stubHost({
    handlers: {
      getProduct: async () => {
        entered.resolve()
        await leave.promise
        return { output: { id: 'a', version: 1 } }
      },
    },
  })
  const running = await startGateway({}, host)
  const answer = running.ask('/api/products/a')
  await entered.promise
  const closed = running.gateway.close(10_000)
  await assert.rejects(running.ask('/health/live'), { code: 'ECONNREFUSED' })
  leave.resolve()
  assert.equal((await answer).status, 200)
  await closed
})

test('cuts what does not end in time when it closes', async () => {
  const entered = Promise.withResolvers<void>()
  const host = stubHost({
    handlers: {
      getProduct: () => {
        entered.resolve()
        return new Promise(() => {})
      },
    },
  })
  const running = await startGateway({}, host)
  const answer = assert.rejects(running.ask('/api/products/a'))
  await entered.promise
  await running.gateway.close(20)
  await answer
})

test('says what to do when its port is taken', async () => {
  await using running = await startGateway()
  const { gateway } = await import('./gateway.ts')
  await assert.rejects(
    gateway().start(stubHost({ services: [] }), { port: running.gateway.port, hostname: '127.0.0.1' }),
    (error) => error instanceof BanyanError && error.code === 'unavailable' && /in use.*PORT/.test(error.message),
  )
})
