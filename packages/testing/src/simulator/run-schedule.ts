import type { Fault, RateRange } from './schedule.ts'
import { FAULT_RATES } from './schedule.ts'
import { type SimulatedDisk, simulatedDisk } from './simulated-disk.ts'
import { World, type WorldOptions } from './world.ts'

/** What is simulated, whatever the seed. */
export interface Scenario extends Pick<WorldOptions, 'services' | 'environment' | 'crashesMax' | 'log'> {
  /** Brings the platform into the state in which every run begins, e.g. with products on sale. Runs once, without faults. */
  readonly prepare?: (world: World) => Promise<void>
  /** What clients do while everything goes wrong. */
  readonly workload: (world: World) => Promise<void>
  /** Judges once faults have ended and everything has come to rest; throws what is wrong. */
  readonly check?: (world: World) => Promise<void>
  /** Chances of faults, by kind; over {@link FAULT_RATES}. */
  readonly rates?: Readonly<Record<string, RateRange>>
}

/** One run and how it ended. */
export interface ScheduleRun {
  readonly seed: number
  /** Why it failed; undefined when all is well. */
  readonly failure: Error | undefined
  readonly faults: readonly Fault[]
  readonly crashes: number
  readonly events: number
  /** Virtual milliseconds that it took. */
  readonly virtualMs: number
  /** Equal for two runs in which the same happened. */
  readonly trace: string
}

/** Runs schedules of one scenario, one after another on one disk. */
export interface ScheduleRunner extends Disposable {
  /** Runs the schedule of a seed; with `only`, just those of its faults. */
  run(seed: number, only?: readonly string[]): Promise<ScheduleRun>
}

/** Crashes per run where they are on, on average: from hardly one to more than are allowed. */
const CRASHES_PER_RUN = { low: 0.5, high: 12 } as const
/** Crashes are on in most runs; the others show what the rest of the weather does alone. */
const CRASH_SHARE = 0.9

/**
 * Prepares a scenario: starts the platform once, without faults, and remembers its data; each run begins there.
 * A run without faults then measures how many events a run has, so that crashes strike all over it. Throws when already that one fails.
 */
export async function scheduleRunner(scenario: Scenario): Promise<ScheduleRunner> {
  const disk = simulatedDisk()
  try {
    const startMs = await takePicture(scenario, disk)
    const runOne = (seed: number, only: readonly string[] | undefined, rates: Scenario['rates']): Promise<ScheduleRun> =>
      runSchedule(scenario, { seed, disk, startMs, rates: { ...FAULT_RATES, ...rates }, ...(only ? { only: new Set(only) } : {}) })
    const calm = await runOne(0, [], {})
    if (calm.failure) throw new Error(`it fails without any fault: ${calm.failure.message}`, { cause: calm.failure })
    const crash = { share: CRASH_SHARE, low: CRASHES_PER_RUN.low / calm.events, high: Math.min(1, CRASHES_PER_RUN.high / calm.events) }
    return {
      run: (seed, only) => runOne(seed, only, { crash, ...scenario.rates }),
      [Symbol.dispose]: () => disk[Symbol.dispose](),
    }
  } catch (thrown) {
    disk[Symbol.dispose]()
    throw thrown
  }
}

/** Returns the virtual time after it. */
async function takePicture(scenario: Scenario, disk: SimulatedDisk): Promise<number> {
  const world = new World({ ...scenario, disk, seed: 0, rates: {}, only: new Set() })
  await world.during(async () => {
    await world.rest()
    await scenario.prepare?.(world)
    await world.rest()
  })
  world.end()
  disk.takePicture()
  return world.timeline.now
}

async function runSchedule(
  scenario: Scenario,
  options: Pick<WorldOptions, 'seed' | 'disk' | 'only' | 'rates' | 'startMs'>,
): Promise<ScheduleRun> {
  options.disk.restore()
  const world = new World({ ...scenario, ...options })
  let failure: Error | undefined
  try {
    await world.during(async () => {
      await scenario.workload(world)
      await world.rest()
      await scenario.check?.(world)
    })
  } catch (thrown) {
    failure = thrown instanceof Error ? thrown : new Error(String(thrown))
  }
  const { faults, trace } = world.schedule
  const { crashes, timeline } = world
  world.end()
  return { seed: options.seed, failure, faults, crashes, events: timeline.events, virtualMs: timeline.now - (options.startMs ?? 0), trace }
}
