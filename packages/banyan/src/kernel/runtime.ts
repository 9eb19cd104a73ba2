import { createMemoryBudgets, type MemoryBudgets } from './byte-budget.ts'
import { type Clock, systemClock } from './clock.ts'
import { type CollectorPauses, noCollectorPauses } from './collector-pauses.ts'
import { type Faults, noFaults } from './faults.ts'
import { createIds, type Ids } from './ids.ts'
import { type Logger, silentLogger } from './logger.ts'
import { type Random, systemRandom } from './random.ts'
import { WorkLog } from './work-log.ts'

/**
 * Everything a process takes from its surroundings, as ports: time, randomness, ids, log, fault points.
 * Entry points choose the real ones, tests and the simulator others.
 */
export interface Runtime {
  readonly clock: Clock
  readonly random: Random
  readonly ids: Ids
  readonly log: Logger
  readonly faults: Faults
  /** What the process works on, for whoever finds its loop held. */
  readonly work: WorkLog
  /** How long the garbage collector held the process, for the same. Default: nothing is known. */
  readonly collector: CollectorPauses
  /** What the process may hold of what it reads to work on. */
  readonly memory: MemoryBudgets
  /**
   * How long this process may be silent on a store that several share before others take over what it runs, in milliseconds.
   * All processes on a store use the same. Default {@link LEASE_MS}.
   */
  readonly leaseMs: number
}

/** Long enough to sit out a pause of the process or the database, short enough that a crashed process is soon followed. */
export const LEASE_MS = 15_000

/** Parts of a runtime to replace; the rest is the machine's. */
export type RuntimeOptions = Partial<Runtime>

/** Builds a runtime from the machine's clock and randomness, with `overrides` in place of them. */
export function createRuntime(overrides: RuntimeOptions = {}): Runtime {
  const clock = overrides.clock ?? systemClock()
  const random = overrides.random ?? systemRandom()
  return {
    clock,
    random,
    ids: overrides.ids ?? createIds(clock, random),
    log: overrides.log ?? silentLogger,
    faults: overrides.faults ?? noFaults,
    work: overrides.work ?? new WorkLog(),
    collector: overrides.collector ?? noCollectorPauses,
    memory: overrides.memory ?? createMemoryBudgets(),
    leaseMs: overrides.leaseMs ?? LEASE_MS,
  }
}
