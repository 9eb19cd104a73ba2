// One trace goes through the gateway, the call, the saga's steps and the events; logs and flows carry the same ids.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { eventually, testPlatform } from '@banyan/testing'
import platform from '../platform.ts'
import { anOrder, registerUser, shopClient } from './support/shop-client.ts'

const exporter = new InMemorySpanExporter()
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))

test('the spans of an order hang together from the request to the events, and the flow is found by the order', async () => {
  assert.ok(platform.gateway)
  await using shop = await testPlatform({ services: platform.services, gateway: platform.gateway })
  const url = `http://127.0.0.1:${shop.port}`
  const { token } = await registerUser(url, 'trace@example.org')
  await eventually(async () => assert.equal((await shopClient(url).request('GET', '/api/inventory/ESPRESSO-250')).status, 200))
  const traceId = 'a'.repeat(32)
  const order = await shopClient(url, token).request<{ id: string; status: string }>('POST', '/api/orders', anOrder(), {
    traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
    prefer: 'wait=10',
    'idempotency-key': 'trace-1',
  })
  assert.deepEqual([order.status, order.body.status], [201, 'confirmed'], JSON.stringify(order.body))

  const spans = await eventually(() => {
    const mine = exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId)
    const names = mine.map((span) => span.name)
    for (const expected of ['orders.place', 'catalog.quote', 'inventory.reserve', 'payments.authorize'])
      assert.ok(names.includes(expected), `${expected} is not among ${names.join(', ')}`)
    assert.ok(
      names.some((name) => name.startsWith('saga place-order.')),
      `no step among ${names.join(', ')}`,
    )
    assert.ok(
      names.some((name) => name.includes(' on order.confirmed')),
      `no event handler among ${names.join(', ')}`,
    )
    return mine
  })
  const ids = new Set(spans.map((span) => span.spanContext().spanId))
  const roots = spans.filter((span) => span.parentSpanContext !== undefined && !ids.has(span.parentSpanContext.spanId))
  assert.deepEqual(
    roots.map((span) => span.parentSpanContext?.spanId),
    ['b'.repeat(16)],
    "every span but the gateway's has its parent in the trace",
  )
  const attributes = JSON.stringify(spans.map((span) => span.attributes))
  assert.doesNotMatch(attributes, /trace@example\.org|Bearer|tok_ok|Street/)

  const flows = await Promise.all(shop.admin.services.map((service) => service.flow(order.body.id)))
  const flow = flows.flatMap(({ events }) => events).map((event) => event.type)
  for (const type of [
    'order.created',
    'inventory.reserved',
    'payment.authorized',
    'order.confirmed',
    'shipment.created',
    'payment.completed',
  ])
    assert.ok(flow.includes(type), `${type} is not in the flow: ${flow.join(', ')}`)
})
