import type { Metrics } from '../../telemetry/index.ts'

/** Counts the runs of one operation. */
export interface OperationMeter {
  succeeded(seconds: number): void
  failed(seconds: number, code: string): void
}

/** Returns the meter of one operation; its series are bound once, because every call passes here. */
export function operationMeter(metrics: Metrics, service: string, operation: string): OperationMeter {
  const seconds = metrics.histogram({
    name: 'banyan_operation_duration_seconds',
    help: 'Time of one run of an operation, whoever called it.',
    labels: ['service', 'operation'],
  })
  const errors = metrics.counter({
    name: 'banyan_operation_errors_total',
    help: 'Runs of operations that ended with an error, by its code.',
    labels: ['service', 'operation', 'code'],
  })
  const duration = seconds.handle(service, operation)
  return {
    succeeded: (took) => duration.observe(took),
    failed(took, code) {
      duration.observe(took)
      errors.handle(service, operation, code).add()
    },
  }
}
