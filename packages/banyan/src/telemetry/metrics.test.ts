import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BanyanError } from '../kernel/index.ts'
import { createMetrics } from './metrics.ts'

test('counts by label and writes the Prometheus text', () => {
  const metrics = createMetrics()
  const requests = metrics.counter({ name: 'requests_total', help: 'Requests by route.', labels: ['route', 'status'] })
  const ok = requests.handle('orders.get', '200')
  ok.add()
  ok.add(2)
  requests.handle('orders.get', '404').add()
  assert.equal(requests.handle('orders.get', '200'), ok)
  assert.equal(
    metrics.text(),
    '# HELP requests_total Requests by route.\n# TYPE requests_total counter\n' +
      'requests_total{route="orders.get",status="200"} 3\nrequests_total{route="orders.get",status="404"} 1\n',
  )
})

test('shows a metric without labels from the start, and one with labels only when used', () => {
  const metrics = createMetrics()
  metrics.counter({ name: 'a_total', help: 'a' })
  metrics.counter({ name: 'b_total', help: 'b', labels: ['x'] })
  assert.equal(metrics.text(), '# HELP a_total a\n# TYPE a_total counter\na_total 0\n')
})

test('adds buckets up, with sum, count and infinity', () => {
  const metrics = createMetrics()
  const duration = metrics.histogram({ name: 'd_seconds', help: 'd', labels: ['route'], buckets: [0.1, 1] }).handle('x')
  for (const value of [0.05, 0.1, 0.5, 7]) duration.observe(value)
  assert.deepEqual(metrics.text().split('\n').slice(2, -1), [
    'd_seconds_bucket{route="x",le="0.1"} 2',
    'd_seconds_bucket{route="x",le="1"} 3',
    'd_seconds_bucket{route="x",le="+Inf"} 4',
    'd_seconds_sum{route="x"} 7.65',
    'd_seconds_count{route="x"} 4',
  ])
})

test('estimates quantiles within the bucket', () => {
  const histogram = createMetrics()
    .histogram({ name: 'd', help: 'd', buckets: [1, 2, 4] })
    .handle()
  assert.ok(Number.isNaN(histogram.quantile(0.5)))
  for (let index = 0; index < 100; index++) histogram.observe(1.5)
  assert.equal(histogram.quantile(0.5), 1.5)
  for (let index = 0; index < 900; index++) histogram.observe(9)
  assert.equal(histogram.quantile(0.99), 4)
})

test('reads gauges when somebody looks; a reader that throws is left out, readers of one name add up', () => {
  const metrics = createMetrics()
  let depth = 3
  metrics.gauge({ name: 'depth', help: 'd' }, () => depth)
  metrics.gauge({ name: 'depth', help: 'd' }, () => 10)
  metrics.gauge({ name: 'broken', help: 'b' }, () => {
    throw new Error('closed')
  })
  metrics.gauge({ name: 'lag', help: 'l', labels: ['consumer'] }, () => [{ labels: ['main'], value: 5 }])
  depth = 4
  assert.deepEqual(
    metrics
      .text()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#')),
    ['depth 14', 'lag{consumer="main"} 5'],
  )
})

test('escapes label values and help', () => {
  const metrics = createMetrics()
  metrics
    .counter({ name: 'a_total', help: 'one\nline \\ two', labels: ['x'] })
    .handle('a"b\\c\nd')
    .add()
  assert.equal(metrics.text(), '# HELP a_total one\\nline \\\\ two\n# TYPE a_total counter\na_total{x="a\\"b\\\\c\\nd"} 1\n')
})

test('never keeps more than a thousand series of one metric', () => {
  const metrics = createMetrics()
  const family = metrics.counter({ name: 'a_total', help: 'a', labels: ['x'] })
  for (let index = 0; index < 5_000; index++) family.handle(`value-${index}`).add()
  const lines = metrics
    .text()
    .split('\n')
    .filter((line) => line.startsWith('a_total'))
  assert.equal(lines.length, 1_001)
  assert.ok(lines.includes('a_total{x="other"} 4000'))
})

test('refuses names, labels and bounds that Prometheus could not read', () => {
  const metrics = createMetrics()
  metrics.counter({ name: 'a_total', help: 'a', labels: ['x'] })
  const mistakes = [
    () => metrics.counter({ name: 'a-b', help: 'a' }),
    () => metrics.counter({ name: 'b', help: 'a', labels: ['le'] }),
    () => metrics.counter({ name: 'a_total', help: 'a', labels: ['y'] }),
    () => metrics.gauge({ name: 'a_total', help: 'a', labels: ['x'] }, () => 1),
    () => metrics.histogram({ name: 'h', help: 'h', buckets: [2, 1] }),
    () => metrics.counter({ name: 'a_total', help: 'a', labels: ['x'] }).handle(),
  ]
  for (const mistake of mistakes) assert.throws(mistake, (error) => error instanceof BanyanError && error.code === 'misuse')
})
