import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../kernel/clock.ts'
import type { ConsumerLag } from '../service/reaction/consumer-lag.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { createLagFigures, type LaggingService } from './lag-figures.ts'

function aService(name: string, lag: () => Promise<Partial<ConsumerLag>>, eventsWaitMs?: () => number): LaggingService {
  const whole = async (): Promise<ConsumerLag[]> => [
    { service: name, consumer: 'main', source: 'orders', position: 1, head: 1, parked: 0, parkedMore: false, ...(await lag()) },
  ]
  return { name, store: eventsWaitMs ? { eventsWaitMs } : {}, consumers: { lag: whole }, projections: { lag: async () => [] } }
}

function samples(text: string, metric: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(`${metric}{`))
}

test('a service whose lag cannot be read is left out, and the others stay new', async () => {
  let head = 5
  let isAway = false
  const services = [
    aService('payments', async () => (isAway ? Promise.reject(new Error('its store is away')) : { head: 9 })),
    aService('shipping', async () => ({ head })),
  ]
  const metrics = createMetrics()
  const failed: string[] = []
  const figures = createLagFigures({ clock: systemClock(), metrics, services: () => services, failed: (service) => failed.push(service) })
  await figures.look(services)
  assert.equal(samples(metrics.text(), 'banyan_consumer_lag_events').length, 2)
  isAway = true
  head = 7
  await figures.look(services)
  assert.deepEqual(failed, ['payments'])
  assert.deepEqual(samples(metrics.text(), 'banyan_consumer_lag_events'), [
    'banyan_consumer_lag_events{service="shipping",consumer="main",source="orders"} 6',
  ])
})

test('events that wait for their positions are a figure of their own at each moment; a commit that gives them is 0', () => {
  let waitMs = 3
  const services = [
    aService(
      'payments',
      async () => ({}),
      () => waitMs,
    ),
    aService('shipping', async () => ({})),
  ]
  const metrics = createMetrics()
  createLagFigures({ clock: systemClock(), metrics, services: () => services, failed: assert.fail })
  waitMs = 12_500
  assert.deepEqual(samples(metrics.text(), 'banyan_events_waiting_seconds'), [
    'banyan_events_waiting_seconds{service="payments"} 12.5',
    'banyan_events_waiting_seconds{service="shipping"} 0',
  ])
})
