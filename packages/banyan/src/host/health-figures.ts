import type { Metrics } from '../telemetry/index.ts'
import type { Contract } from '../contract/contract.ts'
import type { HealthReport } from './health.ts'

/**
 * Declares the metrics of health: they show what `/health/ready` says, with each check under its status. Alert on `warn` that lasts, and on `fail`.
 */
export function declareHealthFigures(metrics: Metrics, health: () => HealthReport, contracts: readonly Contract[]): void {
  metrics.gauge(
    {
      name: 'banyan_service_hosted',
      help: '1 for a service of the platform that this process hosts, 0 for one elsewhere.',
      labels: ['service'],
    },
    () => {
      const { hosts } = health()
      return contracts.map(({ name }) => ({ labels: [name], value: hosts.includes(name) ? 1 : 0 }))
    },
  )
  metrics.gauge({ name: 'banyan_ready', help: '1 while the process takes requests, 0 while it does not.' }, () => (health().ready ? 1 : 0))
  metrics.gauge({ name: 'banyan_health_check', help: '1 for the status that a check has.', labels: ['check', 'status'] }, () =>
    health().checks.map(({ name, status }) => ({ labels: [name, status], value: 1 })),
  )
}
