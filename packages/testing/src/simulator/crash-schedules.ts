import { type Scenario, type ScheduleRun, type ScheduleRunner, scheduleRunner } from './run-schedule.ts'
import { shrink } from './shrink.ts'

/** What to run, and how often. */
export interface CrashSchedulesOptions extends Scenario {
  /** How many schedules, one seed each. */
  readonly schedules: number
  /** First seed. Default 1. */
  readonly seed?: number
  /** Runs `seed` alone with just these faults, as the message of a failure says. */
  readonly only?: readonly string[]
}

/** What was run without a failure. */
export interface CrashSchedulesReport {
  readonly schedules: number
  readonly crashes: number
  readonly faults: number
  readonly events: number
}

/** A schedule under which something promised did not hold. */
export class ScheduleFailure extends Error {
  override readonly name = 'ScheduleFailure'
  readonly seed: number
  /** The faults that matter. */
  readonly faults: readonly string[]

  constructor(run: ScheduleRun, faults: readonly string[], repeat: Repeat) {
    super(describeFailure(run, faults, repeat), { cause: run.failure })
    this.seed = run.seed
    this.faults = faults
  }
}

/**
 * Runs services under many schedules of crashes and other faults, in virtual time on this thread, and checks each.
 *
 * In every schedule `workload` acts through clients of the world, while the process that hosts the services crashes and starts again, calls
 * and answers get lost or come twice, and disks stall. Then faults end; every saga must end, every event be consumed, and `check` must hold.
 * The first schedule that fails is shrunk to the faults that matter and thrown as {@link ScheduleFailure}; its message says how to repeat it.
 */
export async function crashSchedules({ schedules, seed = 1, only, ...scenario }: CrashSchedulesOptions): Promise<CrashSchedulesReport> {
  using runner = await scheduleRunner(scenario)
  const report = { schedules: 0, crashes: 0, faults: 0, events: 0 }
  for (let current = seed; current < seed + (only ? 1 : schedules); current++) {
    const run = await runner.run(current, only)
    if (run.failure) throw await shrunkFailure(runner, run)
    report.schedules++
    report.crashes += run.crashes
    report.faults += run.faults.length
    report.events += run.events
  }
  return report
}

/** Says how a run is repeated. */
export type Repeat = (seed: number, only: readonly string[]) => string

/** For {@link crashSchedules}. */
const byOptions: Repeat = (seed, only) => `repeat it with { seed: ${seed}, only: ${JSON.stringify(only)} }`

/** Finds the faults that matter in a run that failed. */
export async function shrunkFailure(runner: ScheduleRunner, run: ScheduleRun, repeat: Repeat = byOptions): Promise<ScheduleFailure> {
  let last = run
  const faults = await shrink({
    faults: run.faults.map(({ id }) => id),
    async fails(kept) {
      const again = await runner.run(run.seed, kept)
      if (again.failure) last = again
      return again.failure !== undefined
    },
  })
  return new ScheduleFailure(last, faults, repeat)
}

function describeFailure({ seed, failure, faults: struck }: ScheduleRun, faults: readonly string[], repeat: Repeat): string {
  const times = new Map(struck.map(({ id, atMs }) => [id, atMs]))
  const lines = faults.map((id) => `  ${(times.get(id) ?? 0).toFixed(1).padStart(10)} ms  ${id}`)
  return [
    `seed ${seed} fails: ${failure?.message ?? 'for no reason'}`,
    lines.length === 0 ? 'it needs no fault to fail' : 'the faults that it needs to fail, in virtual time:',
    ...lines,
    repeat(seed, faults),
  ].join('\n')
}
