/** Outcome of one named check. */
export interface CheckResult {
  /** E.g. `orders:store`. */
  readonly name: string
  readonly status: 'pass' | 'warn' | 'fail'
  /** What is wrong, for operators; empty when all is well. */
  readonly output: string
  /** Epoch milliseconds of the check. Checks run in the background; asking costs nothing. */
  readonly time: number
}

/** Health of a process. */
export interface HealthReport {
  /** The process can make progress. Never depends on others. */
  readonly live: boolean
  /** Started, not draining, and its own hard requirements hold. */
  readonly ready: boolean
  /** Names of the services that this process hosts. */
  readonly hosts: readonly string[]
  readonly checks: readonly CheckResult[]
}
