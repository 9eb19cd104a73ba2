import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../saga/suite/manual-clock.testsuite.ts'
import type { StoreReader } from '../store/store.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { createSagaFigures, type SagaService } from './saga-figures.ts'

/** A service whose store says how many of its sagas are stuck. */
function aService(name: string, stuck: () => Promise<number>): SagaService {
  const all = async () => [{ name: 'deliver', status: 'stuck', count: await stuck() }]
  const read: SagaService['store']['read'] = (body) => body({ sagas: { countOpen: all } } as unknown as StoreReader)
  return { name, store: { read } }
}

test('sagas of a service that fails or hangs are left out, and those of the others stay new', async () => {
  const clock = manualClock()
  const metrics = createMetrics()
  const failed: string[] = []
  const figures = createSagaFigures({ clock, failed: (service) => failed.push(service) }, metrics)
  const open = () =>
    metrics
      .text()
      .split('\n')
      .filter((line) => line.startsWith('banyan_sagas_open{'))
  let stuck = 1
  let isAway = false
  const services = [
    aService('payments', async () => (isAway ? Promise.reject(new Error('its store is away')) : 1)),
    aService('parcels', () => (isAway ? new Promise(() => {}) : Promise.resolve(1))),
    aService('orders', async () => stuck),
  ]
  await figures.look(services)
  assert.equal(open().length, 3)
  isAway = true
  stuck = 2
  await clock.advance(15_000)
  const look = figures.look(services)
  await clock.advance(2_000)
  await look
  assert.deepEqual(failed, ['payments', 'parcels'])
  assert.deepEqual(open(), ['banyan_sagas_open{service="orders",saga="deliver",status="stuck"} 2'])
})
