import type { CancelTimer } from '../kernel/clock.ts'
import { deadlineAfter, within } from '../kernel/deadline.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { HealthCheck } from '../service/hosted/service-checks.ts'
import type { CheckResult } from './health.ts'

/** Pause between two rounds of checks. */
const PERIOD_MS = 5_000
/** All is well. */
const PASSED = { status: 'pass', output: '' } as const
/** Time one check may take before it counts as failed. */
const TIMEOUT_MS = 2_000

/** Runs named health checks in the background, so that a probe only reads. */
export interface HealthMonitor {
  /** Adds a check: it fails when it throws, and warns when it returns words. */
  add(name: string, check: HealthCheck): void
  /** Runs every check once; used at start, before the process calls itself ready. */
  round(): Promise<void>
  start(): void
  stop(): void
  results(): readonly CheckResult[]
}

/** Builds a monitor. */
export function createHealthMonitor({ clock }: Pick<Runtime, 'clock'>): HealthMonitor {
  const checks = new Map<string, HealthCheck>()
  const results = new Map<string, CheckResult>()
  let cancel: CancelTimer | undefined
  let stopped = false

  async function run(name: string, check: HealthCheck): Promise<void> {
    const result = await within(clock, deadlineAfter(clock, TIMEOUT_MS), `check ${name}`, check()).then(
      (said) => (typeof said === 'string' && said !== '' ? ({ status: 'warn', output: said } as const) : PASSED),
      (error: unknown) => ({ status: 'fail', output: error instanceof Error ? error.message : String(error) }) as const,
    )
    results.set(name, { name, ...result, time: clock.now() })
  }
  async function round(): Promise<void> {
    await Promise.all([...checks].map(([name, check]) => run(name, check)))
  }
  function schedule(): void {
    if (!stopped) cancel = clock.setTimer(PERIOD_MS, () => void round().finally(schedule))
  }
  return {
    add: (name, check) => void checks.set(name, check),
    round,
    start: schedule,
    stop() {
      stopped = true
      cancel?.()
    },
    results: () => [...results.values()],
  }
}
