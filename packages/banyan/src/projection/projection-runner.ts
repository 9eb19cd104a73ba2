import type { Consumer } from '../events/consumer.ts'
import { SOURCE_BACKOFF } from '../events/reading/retry-policy.ts'
import { Wake } from '../events/reading/wake.ts'
import { backoffDelayMs } from '../kernel/backoff.ts'
import type { CancelTimer } from '../kernel/clock.ts'
import { deadlineAfter, within } from '../kernel/deadline.ts'
import { BanyanError, misuse } from '../kernel/error.ts'
import type { Logger } from '../kernel/logger.ts'
import { isRemoved } from '../events/reading/log-history.ts'
import { Generation, type ProjectionOptions } from './generation.ts'
import { Generations } from './generations.ts'
import { type RebuildProgress, rebuildProgress, tellProgress } from './rebuild-progress.ts'

/** How far a projection is behind one source. */
export interface ProjectionLag {
  readonly source: string
  /** Name of the consumer that fills the serving generation. */
  readonly consumer: string
  readonly position: number
  readonly head: number
  /** Events that are not applied yet. */
  readonly behind: number
}

/** What a projection serves, and what is being filled to serve next. */
export interface ProjectionStatus {
  readonly projection: string
  /** Version of the definition that made the tables which serve. */
  readonly version: number
  /** Version of the definition that this process has. */
  readonly definitionVersion: number
  /** New tables that are being filled; undefined when there are none. */
  readonly rebuilding: RebuildProgress | undefined
}

/** Keeps one read model up to date, and rebuilds it while it serves (CQRS). */
export interface ProjectionRunner {
  readonly name: string
  /**
   * Creates what is missing and starts. When the definition's version has changed, new tables are filled; the old ones serve as they are until
   * that is done, and the start waits for no more than {@link REBUILD_START_MS}.
   * Throws `failed_precondition` when retention has removed events that it needs.
   */
  start(): Promise<void>
  stop(): Promise<void>
  /**
   * Fills new tables from the beginning of the log while the old ones serve; resolves when the new ones serve.
   * Throws `failed_precondition` when the beginning was removed, or what comes next while it reads; the old tables serve on.
   */
  rebuild(): Promise<void>
  /** Returns up to which position of `source` the serving tables have everything; infinity for a source that the projection does not read. */
  position(source: string): Promise<number>
  lag(): Promise<ProjectionLag[]>
  /** What serves and what is being filled. */
  status(): Promise<ProjectionStatus>
  /** Full name of a table in the generation that serves. */
  table(name: string): string
  /** Consumers that run now: those of the serving generation and of one that is being filled. */
  consumers(): Consumer[]
}

/** Builds the runner of one projection. */
export function createProjectionRunner(options: ProjectionOptions): ProjectionRunner {
  return new GenerationRunner(options)
}

/** How long a start waits for a rebuild that a new version needs: some ten thousand events. What takes longer goes on while the process serves. */
const REBUILD_START_MS = 250
/** How long retired tables stay for readers that have just learned their names. */
const DROP_DELAY_MS = 5_000
/** The same on a shared store, where instances of an older version may still read them. */
const DROP_DELAY_SHARED_MS = 600_000
/** How often an instance looks whether another one has swapped the tables. */
const LOOK_SHARED_MS = 1_000
/** How long to wait before asking again how far another instance has filled the generation that serves. */
const WAIT_SLICE_MS = 50

/**
 * Owns which generation is filled and which one is read. Invariants:
 * - I1 A generation is read only if it contains at least what its predecessor contained when it was read for the last time.
 *   On a shared store, where another instance may fill the predecessor, the swap compares both in its own transaction, and after it the predecessor
 *   takes no more events.
 * - I2 Tables are dropped only after the swap is durable and readers had time to finish.
 */
class GenerationRunner implements ProjectionRunner {
  readonly #options: ProjectionOptions
  readonly #log: Logger
  readonly #generations: Generations
  readonly #wake: Wake
  #serving: Generation | undefined
  #building: Generation | undefined
  #rebuilding: Promise<void> | undefined
  /** Resolves when a rebuild has begun to fill its tables, or could not. */
  #begun = Promise.withResolvers<void>()
  #timers = new Map<string, CancelTimer>()
  #stopped = true

  constructor(options: ProjectionOptions) {
    this.#options = options
    this.#log = options.runtime.log.with({ service: options.service, projection: options.projection.name })
    this.#generations = new Generations(options)
    this.#wake = new Wake(options.runtime.clock)
  }

  get name(): string {
    return this.#options.projection.name
  }

  async start(): Promise<void> {
    const { runtime, store } = this.#options
    this.#stopped = false
    const { serving, building, retired } = await this.#generations.open()
    this.#serving = new Generation(this.#options, serving)
    const isCurrent = serving.version === this.#options.projection.version
    if (isCurrent) await this.#serving.start()
    for (const record of retired) this.#dropLater(record.generation)
    if (store.features.shared) this.#lookLater()
    if (!building) return
    const rebuilt = this.rebuild()
    rebuilt.catch((error: unknown) => isRemoved(error) && this.#log.error('a rebuild cannot be done; the old tables serve on', { error }))
    if (isCurrent) return
    await Promise.race([this.#begun.promise, rebuilt]).catch(ignoreUnlessRemoved)
    await within(runtime.clock, deadlineAfter(runtime.clock, REBUILD_START_MS), 'the rebuild', rebuilt).catch(ignoreUnlessRemoved)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake.wake()
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    await Promise.all([this.#serving?.stop(), this.#building?.stop()])
    await this.#rebuilding?.catch(() => {})
    this.#wake.end()
    await Promise.all([this.#serving?.stop(), this.#building?.stop()]) // one may have started when the rebuild was told to end
  }

  rebuild(): Promise<void> {
    if (this.#stopped) misuse(`projection "${this.name}" is not started; start it first`)
    this.#rebuilding ??= this.#rebuildAndTell().finally(() => (this.#rebuilding = undefined))
    return this.#rebuilding
  }

  async position(source: string): Promise<number> {
    const serving = this.#current()
    return serving.consumers.has(source) ? serving.position(source) : Infinity
  }

  async lag(): Promise<ProjectionLag[]> {
    const serving = this.#current()
    return Promise.all(
      this.#options.sources.map(async ({ source, feed }) => {
        const position = await serving.position(source)
        const head = await feed.head()
        return { source, consumer: serving.consumer, position, head, behind: Math.max(0, head - position) }
      }),
    )
  }

  async status(): Promise<ProjectionStatus> {
    const { version: definitionVersion } = this.#options.projection
    return { projection: this.name, version: this.#current().record.version, definitionVersion, rebuilding: await this.#progress() }
  }

  table(name: string): string {
    return this.#current().table(name)
  }

  consumers(): Consumer[] {
    return [this.#serving, this.#building].flatMap((generation) => (generation ? [...generation.consumers.values()] : []))
  }

  #current(): Generation {
    return this.#serving ?? misuse(`projection "${this.name}" is not started; start it before anything reads it`)
  }

  async #progress(): Promise<RebuildProgress | undefined> {
    const building = this.#building
    return building && rebuildProgress(building, this.#options.sources)
  }

  async #rebuildAndTell(): Promise<void> {
    const endTelling = tellProgress(this.#options.runtime.clock, this.#log, () => this.#progress())
    try {
      await this.#rebuild()
    } finally {
      endTelling()
      this.#begun.resolve()
    }
  }

  /** Fills a new generation and lets it serve; tries again until it succeeds or the runner stops. */
  async #rebuild(): Promise<void> {
    const { random } = this.#options.runtime
    for (let failures = 0; !this.#stopped;) {
      try {
        if (await this.#buildNext()) return
      } catch (error) {
        if (isRemoved(error)) return this.#giveUp(error)
        this.#begun.resolve()
        this.#log.warn('the rebuild of a projection was interrupted; it goes on', { error })
        await this.#wake.sleep(backoffDelayMs(SOURCE_BACKOFF, ++failures, random))
      }
    }
    throw new BanyanError('unavailable', `projection "${this.name}" stops; its rebuild goes on at the next start`)
  }

  /** Returns false when it was stopped before the new generation served. */
  async #buildNext(): Promise<boolean> {
    const old = this.#current()
    this.#building ??= new Generation(this.#options, await this.#generations.begin())
    const next = this.#building
    await next.start()
    this.#begun.resolve()
    while (!(await next.reachedEnd())) if (this.#stopped) return false
    await old.stop() // its tables stand still now, so that the new ones can be known to have at least as much (I1)
    try {
      if (!(await this.#swap(old, next))) return false
    } catch (error) {
      await this.#resume(old)
      throw error
    }
    this.#serving = next
    this.#building = undefined
    this.#dropLater(old.record.generation)
    this.#log.info('a projection was rebuilt', { generation: next.record.generation })
    return true
  }

  /** Lets the new generation serve once it has what the old one has; another instance may fill that still. Returns false when it was stopped. */
  async #swap(old: Generation, next: Generation): Promise<boolean> {
    for (;;) {
      const positions = await old.cursors()
      while (!(await next.reachedPositions(positions))) if (this.#stopped) return false
      if (this.#stopped) return false
      if (await this.#generations.swap(next.record, old.record)) return true
      await this.#wake.sleep(WAIT_SLICE_MS)
    }
  }

  async #giveUp(reason: BanyanError): Promise<never> {
    const building = this.#building
    this.#building = undefined
    if (building) {
      await building.stop()
      await this.#generations
        .giveUp(building.record)
        .then(() => this.#dropLater(building.record.generation))
        .catch((error: unknown) => this.#log.warn('a rebuild could not be given up; the next one goes on with its tables', { error }))
    }
    throw reason
  }

  async #resume(old: Generation): Promise<void> {
    if (!this.#stopped && old.record.version === this.#options.projection.version) await old.start()
  }

  #dropLater(generation: number): void {
    const { store } = this.#options
    const name = `drop ${generation}`
    this.#later(name, store.features.shared ? DROP_DELAY_SHARED_MS : DROP_DELAY_MS, () => this.#generations.drop(generation))
  }

  #lookLater(): void {
    this.#later('look', LOOK_SHARED_MS, async () => {
      try {
        await this.#look()
      } finally {
        this.#lookLater()
      }
    })
  }

  /** Follows a swap that another instance of the same version made. */
  async #look(): Promise<void> {
    if (this.#rebuilding || this.#stopped) return
    const serving = await this.#generations.serving()
    const old = this.#current()
    if (!serving || serving.generation === old.record.generation || serving.version !== this.#options.projection.version) return
    const next = new Generation(this.#options, serving)
    await next.start()
    if (this.#rebuilding) return next.stop() // that swaps itself
    this.#serving = next
    await (this.#stopped ? next : old).stop()
  }

  #later(name: string, delayMs: number, work: () => Promise<unknown>): void {
    if (this.#stopped) return
    const run = (): void => {
      this.#timers.delete(name)
      work().catch((error: unknown) => this.#log.warn('a projection could not be tidied up; the next start does it', { error }))
    }
    this.#timers.get(name)?.()
    this.#timers.set(name, this.#options.runtime.clock.setTimer(delayMs, run))
  }
}

function ignoreUnlessRemoved(error: unknown): void {
  if (isRemoved(error)) throw error
}
