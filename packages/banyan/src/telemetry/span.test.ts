import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trace } from '@opentelemetry/api'
import { AlwaysOffSampler, InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { BanyanError, createIds, seededRandom } from '../kernel/index.ts'
import { createTracing, type Tracing } from './span.ts'
import type { TraceContext } from './trace-context.ts'

const ids = createIds({ now: () => 0 }, seededRandom(7))
const PARENT: TraceContext = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', flags: 3, state: 'vendor=1' }

function recording(): { tracing: Tracing; exporter: InMemorySpanExporter } {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  return { tracing: createTracing({ ids, provider }), exporter }
}

test('passes the parent on as it is while no SDK is registered', () => {
  const span = createTracing({ ids }).startSpan('GET /x', 'server', PARENT)
  assert.equal(span.trace, PARENT)
  assert.equal(span.recording, false)
  span.fail(new Error('x'))
  assert.equal(
    span.run(() => 5),
    5,
  )
  span.end()
})

test('starts a new trace without a parent and without an SDK', () => {
  const { trace: started } = createTracing({ ids }).startSpan('GET /x', 'server', undefined)
  assert.match(started.traceId, /^[0-9a-f]{32}$/)
  assert.equal(started.flags, 2)
})

test('records a span below a remote parent and keeps both flag bits and the state', () => {
  const { tracing, exporter } = recording()
  const span = tracing.startSpan('orders.create', 'server', PARENT, { 'http.route': '/api/orders' })
  assert.equal(span.trace.traceId, PARENT.traceId)
  assert.notEqual(span.trace.spanId, PARENT.spanId)
  assert.equal(span.trace.flags, 3)
  assert.equal(span.trace.state, 'vendor=1')
  span.set('http.response.status_code', 201)
  span.end()
  const [recorded] = exporter.getFinishedSpans()
  assert.equal(recorded?.name, 'orders.create')
  assert.equal(recorded?.parentSpanContext?.spanId, PARENT.spanId)
  assert.deepEqual(recorded?.attributes, { 'http.route': '/api/orders', 'http.response.status_code': 201 })
})

test('begins a recorded trace with the random bit', () => {
  const { tracing, exporter } = recording()
  const root = tracing.startSpan('root', 'server', undefined)
  const child = tracing.startSpan('child', 'internal', root.trace)
  child.end()
  root.end()
  assert.equal(root.trace.flags, 3)
  assert.equal(child.trace.traceId, root.trace.traceId)
  assert.equal(exporter.getFinishedSpans()[0]?.parentSpanContext?.spanId, root.trace.spanId)
})

test('marks failures by their code, without their message', () => {
  const { tracing, exporter } = recording()
  const span = tracing.startSpan('x', 'client', PARENT)
  span.fail(new BanyanError('unavailable', 'ann@example.org could not be reached'))
  span.end()
  const [recorded] = exporter.getFinishedSpans()
  assert.equal(recorded?.attributes['error.type'], 'unavailable')
  assert.ok(!JSON.stringify([recorded?.status, recorded?.attributes, recorded?.events]).includes('ann@'))
})

test('follows a sampler that says no', () => {
  const provider = new TracerProvider({ sampler: new AlwaysOffSampler() })
  const span = createTracing({ ids, provider }).startSpan('x', 'server', PARENT)
  assert.equal(span.recording, false)
  assert.equal(span.trace.flags, 2)
  assert.equal(span.trace.traceId, PARENT.traceId)
})

test('finds an SDK that is registered later', () => {
  const tracing = createTracing({ ids })
  assert.equal(tracing.startSpan('before', 'server', PARENT).recording, false)
  const exporter = new InMemorySpanExporter()
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
  try {
    tracing.startSpan('after', 'server', PARENT).end()
    assert.equal(exporter.getFinishedSpans().length, 1)
  } finally {
    trace.disable()
  }
})
