import type { Transport } from 'banyan/call'
import { type Platform, type RunningPlatform, startPlatform } from 'banyan/host'
import { createRuntime, type Logger, type Runtime, seededRandom } from 'banyan/kernel'
import type { SimulatedDisk } from './simulated-disk.ts'
import { type NetworkOptions, simulatedNetwork } from './simulated-network.ts'
import type { Schedule } from './schedule.ts'
import type { Mortal, Timeline } from './timeline.ts'
import type { Weather } from './weather.ts'

/** What a process is started with. */
export interface SimulatedProcessOptions {
  readonly platform: Platform
  readonly timeline: Timeline
  readonly schedule: Schedule
  readonly disk: SimulatedDisk
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Counts the processes of a run, from 1. */
  readonly number: number
  readonly log: Logger
  /** What outlives this process: see {@link NetworkOptions.beyond}. */
  readonly beyond: NonNullable<NetworkOptions['beyond']>
}

/** Wall time at which a run begins: a fixed moment, so that runs are repeatable. */
export const WALL_START_MS = Date.UTC(2026, 0, 1)

/** A timer is never early, and late by what a busy process needs. */
const TIMER_LATENESS_MS = 1.5
const TIMER_LATE_MS = 2_000
/** A turn of the event loop takes this long at most. */
const TURN_MS = 0.05

/**
 * One life of a process that runs the platform: from its start to its crash.
 *
 * Everything it does to others goes through a port: a commit of its stores, a call, a timer that it sets. Each of these takes at least one
 * event of the timeline, and between two events only promises run, which nobody outside can see. So a process that dies before an event,
 * each of them being a candidate, dies at every moment that makes a difference: "at any await". Its events do not happen any more, so
 * nothing of it runs on: not a timer, not an answer, not a commit.
 */
export class SimulatedProcess implements Mortal, Weather {
  readonly runtime: Runtime
  readonly #options: SimulatedProcessOptions
  readonly #lifeEnded = Promise.withResolvers<void>()
  #isAlive = true
  #running: RunningPlatform | undefined
  #local: Transport | undefined

  constructor(options: SimulatedProcessOptions) {
    this.#options = options
    this.runtime = simulatedRuntime(options, this)
  }

  get isAlive(): boolean {
    return this.#isAlive
  }
  /** Resolves when it has died. */
  get ended(): Promise<void> {
    return this.#lifeEnded.promise
  }
  /** The platform, once it has started. */
  get running(): RunningPlatform | undefined {
    return this.#running
  }
  /** The way in for calls from outside of it, which do not take its own network. Undefined while it starts. */
  get entrance(): Transport | undefined {
    return this.#running && this.#local
  }

  /** Starts the platform. Never settles when the process dies before. */
  async start(): Promise<void> {
    const { platform, disk, environment, beyond } = this.#options
    this.#running = await startPlatform(platform, {
      runtime: this.runtime,
      stores: disk.stores(this),
      directory: disk.directory,
      environment,
      network: (local) => {
        this.#local = local
        return simulatedNetwork(local, { weather: this, monotonic: this.runtime.clock.monotonic, beyond })
      },
    })
  }

  /** Dies at once. */
  crash(): void {
    if (!this.#isAlive) return
    this.#isAlive = false
    const { disk, schedule } = this.#options
    disk.crash((service) => schedule.choose('commit-kept', service) < 0.5)
    this.#lifeEnded.resolve()
  }

  after(delayMs: number, label: string, run: () => void): void {
    if (this.#isAlive) this.#options.timeline.after(delayMs, label, this, run)
  }
  strikes(kind: string, where: string): boolean {
    return this.#options.schedule.strikes(kind, where)
  }
  choose(kind: string, where: string): number {
    return this.#options.schedule.choose(kind, where)
  }
}

function simulatedRuntime({ timeline, schedule, number, log }: SimulatedProcessOptions, life: Mortal): Runtime {
  const random = seededRandom(schedule.seedOf(`process ${number}`))
  return createRuntime({
    random,
    log,
    clock: {
      now: () => WALL_START_MS + Math.floor(timeline.now),
      monotonic: () => timeline.now,
      setTimer(delayMs, callback) {
        if (!life.isAlive) return () => {}
        const late = schedule.strikes('timer-late', 'timer') ? TIMER_LATE_MS : TIMER_LATENESS_MS
        // Wall time has whole milliseconds, so one that is due must not look a little early.
        return timeline.after(Math.ceil(delayMs) + late * schedule.choose('lateness', 'timer'), 'timer', life, callback)
      },
      soon(callback) {
        if (life.isAlive) timeline.after(TURN_MS * schedule.choose('turn', 'soon'), 'soon', life, callback)
      },
    },
  })
}
