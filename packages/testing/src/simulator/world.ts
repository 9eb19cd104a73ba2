import type { CallRequest, Transport } from 'banyan/call'
import type { Client, Contract } from 'banyan/contract'
import { type Platform, platform, type RunningPlatform } from 'banyan/host'
import { BanyanError, createRuntime, misuse, type Logger, type Random, type Runtime, seededRandom, silentLogger } from 'banyan/kernel'
import type { Service, SqlReader } from 'banyan'
import { type HistoryRecorder, historyRecorder } from '../history/history-recorder.ts'
import { openWork } from './open-work.ts'
import type { RateRange } from './schedule.ts'
import { readSql } from '../read-sql.ts'
import { Schedule } from './schedule.ts'
import { isUnknown, simulatedClient, type SimulatedClientOptions } from './simulated-client.ts'
import type { SimulatedDisk } from './simulated-disk.ts'
import { simulatedNetwork } from './simulated-network.ts'
import { SimulatedProcess, WALL_START_MS } from './simulated-process.ts'
import { spread } from './spread.ts'
import { type Mortal, Timeline } from './timeline.ts'
import type { Weather } from './weather.ts'

/** What a world is made of. */
export interface WorldOptions {
  /** The services; a function where some of them are given parts of this very world, e.g. a simulated payment provider. */
  readonly services: readonly Service[] | ((world: World) => readonly Service[])
  readonly seed: number
  readonly rates: Readonly<Record<string, RateRange>>
  /** Only these faults strike. */
  readonly only?: ReadonlySet<string>
  /** Most crashes of one run. Default {@link CRASHES_MAX}. */
  readonly crashesMax?: number
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly disk: SimulatedDisk
  /** Virtual milliseconds at which the run begins: after everything that is on the disk. Default 0. */
  readonly startMs?: number
  readonly log?: Logger
}

/** Fewer than the crashes after which an event is parked as the suspect, so that no innocent one is. */
const CRASHES_MAX = 4
/** How long until something starts a process again. */
const RESTART_MS = [1, 5_000] as const
/** A run that is longer than this in virtual time hangs; twice as long as coming to rest may take. */
const RUN_MS_MAX = 1_800_000
/** Some hundred times the events of a usual run. */
const RUN_EVENTS_MAX = 2_000_000
/** Pause between two looks at whether everything has come to rest. */
const REST_POLL_MS = 250
/** How long after the last fault everything must have come to rest: longer than any back-off. */
const REST_MS_MAX = 900_000

/**
 * One run of the simulator: services in one process that crashes and is started again, clients outside of it, and the weather between them.
 * All of it is on one thread, in virtual time, decided by one seed.
 */
export class World implements Weather {
  readonly recorder: HistoryRecorder = historyRecorder({ isUnknown })
  /** For the workload's own choices. */
  readonly random: Random
  /** Virtual time and decisions, for whoever adds a part to the world, e.g. a payment provider. */
  readonly timeline: Timeline
  readonly schedule: Schedule
  /** Time and randomness for parts of the world that no crash ends, e.g. a payment provider. */
  readonly runtime: Runtime
  readonly #options: WorldOptions
  readonly #platform: Platform
  readonly #entrance: Transport
  #process: SimulatedProcess | undefined
  #processes = 0
  #crashes = 0
  #failure: unknown
  #hasFailed = false

  constructor(options: WorldOptions) {
    const { seed, rates, only, services, startMs = 0 } = options
    this.#options = options
    this.schedule = new Schedule({ seed, rates, now: () => this.timeline.now - startMs, ...(only ? { only } : {}) })
    this.timeline = new Timeline({ startMs, before: (label, owner) => this.#before(label, owner) })
    this.random = seededRandom(this.schedule.seedOf('workload'))
    this.runtime = this.#outsideRuntime()
    this.#platform = platform({ services: typeof services === 'function' ? services(this) : services })
    this.#entrance = simulatedNetwork(
      { send: (request) => this.#enter(request) },
      { weather: this, monotonic: () => this.timeline.now, caller: 'client' },
    )
  }

  /** Wall time, in milliseconds since the Unix epoch. */
  now(): number {
    return WALL_START_MS + Math.floor(this.timeline.now)
  }
  /** Crashes so far. */
  get crashes(): number {
    return this.#crashes
  }
  /** Directory of the services' own files. */
  get directory(): string {
    return this.#options.disk.directory
  }
  /** The platform that runs now; undefined between a crash and the next start. */
  get running(): RunningPlatform | undefined {
    return this.#process?.isAlive ? this.#process.running : undefined
  }

  /** A client outside of the platform. It repeats what may be repeated until there is an answer. */
  client<C extends Contract>(contract: C, options: SimulatedClientOptions = {}): Client<C> {
    return simulatedClient(contract, options, {
      transport: this.#entrance,
      recorder: this.recorder,
      random: this.random,
      ids: this.runtime.ids,
      monotonic: () => this.timeline.now,
      pass: (delayMs, label) => this.timeline.pass(delayMs, label),
    })
  }

  /** Lets virtual time pass, for a workload. */
  sleep(delayMs: number): Promise<void> {
    return this.timeline.pass(delayMs, 'workload')
  }

  /** Reads a service's tables, for a check. Throws `unavailable` while no process runs, `misuse` for a service that the world does not have. */
  async readSql<T>(service: string, read: (sql: SqlReader) => Promise<T>): Promise<T> {
    if (!this.running) throw new BanyanError('unavailable', `"${service}" does not run at this moment; read its tables in check`)
    const { services } = this.running
    const hosted = services.find(({ name }) => name === service)
    const names = (): string => services.map(({ name }) => name).join(', ')
    return readSql(hosted ?? misuse(`the world has no service "${service}"; give one of ${names()}`), read)
  }

  /** Kills the process now; another one follows. */
  crash(): void {
    const process = this.#process
    if (!process?.isAlive) return
    this.#crashes++
    process.crash()
    const delayMs = spread(...RESTART_MS, this.schedule.choose('restart', 'process'))
    this.timeline.after(delayMs, 'restart', undefined, () => this.#boot())
  }

  /** Starts the platform, runs `work` beside it, and returns what it returned. Throws what it, or the start of the platform, threw. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#process) this.#boot()
    let result: { readonly value: T } | undefined
    work().then(
      (value) => (result = { value }),
      (error: unknown) => this.#fail(error),
    )
    const stopped = await this.timeline.run({
      done: () => result !== undefined || this.#hasFailed,
      untilMs: this.timeline.now + RUN_MS_MAX,
      eventsMax: this.timeline.events + RUN_EVENTS_MAX,
    })
    if (this.#hasFailed) throw this.#failure
    if (result === undefined)
      throw new Error(
        `the run hangs (${stopped}) at ${Math.round(this.timeline.now)} ms after ${this.timeline.events} events; ` +
          'work may wait for nothing but its clients, sleep() and other parts of the world, and must end',
      )
    return result.value
  }

  /** Ends the faults and waits until everything has come to rest. Throws what does not. */
  async rest(): Promise<void> {
    this.schedule.calm()
    const endMs = this.timeline.now + REST_MS_MAX
    // Twice, because what is on its way from one service to another is in neither for a moment.
    for (let quietLooks = 0; quietLooks < 2; await this.sleep(REST_POLL_MS)) {
      const open = this.running ? await openWork(this.running) : ['no process runs']
      quietLooks = open.length === 0 ? quietLooks + 1 : 0
      if (this.timeline.now > endMs) throw new Error(`not at rest ${REST_MS_MAX / 1_000} s after the last fault: ${open.join('; ')}`)
    }
  }

  /** Ends the run: the process dies and none follows. */
  end(): void {
    this.#process?.crash()
    this.#hasFailed = true
  }

  after(delayMs: number, label: string, run: () => void): void {
    this.timeline.after(delayMs, label, undefined, run)
  }
  strikes(kind: string, where: string): boolean {
    return this.schedule.strikes(kind, where)
  }
  choose(kind: string, where: string): number {
    return this.schedule.choose(kind, where)
  }

  #outsideRuntime(): Runtime {
    const { timeline } = this
    return createRuntime({
      random: seededRandom(this.schedule.seedOf('outside')),
      clock: {
        now: () => this.now(),
        monotonic: () => timeline.now,
        setTimer: (delayMs, callback) => timeline.after(Math.ceil(delayMs), 'outside', undefined, callback),
        soon: (callback) => void timeline.after(0, 'outside', undefined, callback),
      },
    })
  }

  #boot(): void {
    const { timeline, schedule } = this
    const { disk, environment = {}, log = silentLogger } = this.#options
    this.#process = new SimulatedProcess({
      platform: this.#platform,
      timeline,
      schedule,
      disk,
      environment,
      number: ++this.#processes,
      log,
      beyond: { weather: this, target: { send: (request) => this.#enter(request) } },
    })
    this.#process.start().catch((error: unknown) => this.#startFailed(error))
  }

  /** A start that fails for the weather is tried again, as an orchestrator would; any other is a mistake. */
  #startFailed(error: unknown): void {
    if (error instanceof BanyanError && error.retry !== 'never') this.crash()
    else this.#fail(error)
  }

  #fail(error: unknown): void {
    if (!this.#hasFailed) this.#failure = error
    this.#hasFailed = true
  }

  #before(label: string, owner: Mortal | undefined): void {
    this.schedule.note(label, this.timeline.now)
    if (!owner || owner !== this.#process || this.#crashes >= (this.#options.crashesMax ?? CRASHES_MAX)) return
    if (this.schedule.strikes('crash', label)) this.crash()
  }

  /** Hands a request to the process of the moment. When it dies, its caller sees the connection break. */
  async #enter(request: CallRequest): ReturnType<Transport['send']> {
    const process = this.#process
    if (!process?.isAlive || !process.entrance) throw new BanyanError('unavailable', 'nobody listens at this moment; nothing was sent')
    const broken = process.ended.then((): never => {
      throw new BanyanError('outcome_unknown', 'the connection broke before the answer; it may have happened')
    })
    return Promise.race([process.entrance.send(request), broken])
  }
}
