import { isRemoved } from '../events/reading/log-history.ts'
import { createConsumer, type Consumer } from '../events/consumer.ts'
import { type ReceivedEvent, receivedEvent } from '../events/reading/received-event.ts'
import type { RetryPolicy } from '../events/reading/retry-policy.ts'
import type { EventHandler } from '../events/reading/subscription.ts'
import { type Deadline, deadlineAfter } from '../kernel/deadline.ts'
import { BanyanError } from '../kernel/error.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { Feed, StoredEvent } from '../store/records/feed.ts'
import type { GenerationRecord } from '../store/records/generation-records.ts'
import type { Store, StoreTransaction } from '../store/store.ts'
import { BatchSession } from './batch-session.ts'
import { consumerName, positionsOf, tableNames } from './generation-names.ts'
import type { ProjectionDefinition, TableName } from './projection.ts'

/** A log that a projection reads. */
export interface ProjectionSource {
  /** Name of the service whose log it is. */
  readonly source: string
  readonly feed: Feed
}

/** What a projection runs with. */
export interface ProjectionOptions {
  /** Name of the service that keeps the projection. */
  readonly service: string
  readonly store: Store
  readonly runtime: Runtime
  /** Unique per running instance of the service. */
  readonly instance: string
  readonly projection: ProjectionDefinition
  readonly sources: readonly ProjectionSource[]
  /** Reads and checks an event's data. Default: reads its JSON. */
  readonly parse?: (event: StoredEvent, source: string) => unknown
  /** Told when the log of a source turned out to be an older copy than what was read. */
  readonly sourceIsOlder?: (source: string, error: BanyanError) => void
  /** Replaces parts of the default retry policy. */
  readonly retry?: Partial<RetryPolicy>
}

/** Handlers are plain SQL on own tables: what fails three times fails always, and meanwhile the whole projection waits. */
const RETRY: Partial<RetryPolicy> = { attemptsMax: 3, backoff: { firstMs: 50, maxMs: 1_000 } }
/** A moment: after it one asks anew, e.g. whether to stop. */
const LOOK_MS = 250

/** Fills one generation of a projection's tables. */
export class Generation {
  readonly record: GenerationRecord
  readonly table: TableName
  readonly consumers: ReadonlyMap<string, Consumer>
  readonly #options: ProjectionOptions

  constructor(options: ProjectionOptions, record: GenerationRecord) {
    this.#options = options
    this.record = record
    this.table = tableNames(record.generation)
    this.consumers = new Map(options.sources.map((source) => [source.source, this.#consumer(source)]))
  }

  /** Name of its consumers. */
  get consumer(): string {
    return consumerName(this.record)
  }

  /** Starts filling it. Throws `failed_precondition` when a log no longer has what comes next: tables with a hole must never serve. */
  async start(): Promise<void> {
    const cursors = await this.cursors()
    await Promise.all(this.#options.sources.map((source) => this.#refuseHole(source, cursors.get(source.source) ?? 0)))
    await Promise.all([...this.consumers.values()].map((consumer) => consumer.start()))
  }

  async stop(): Promise<void> {
    await Promise.all([...this.consumers.values()].map((consumer) => consumer.stop()))
  }

  /** Everything of `source` up to here is in its tables, whoever fills them. */
  async position(source: string): Promise<number> {
    return this.consumers.get(source)?.position() ?? (await this.cursors()).get(source) ?? 0
  }

  /** Durable positions by source. */
  async cursors(): Promise<ReadonlyMap<string, number>> {
    return positionsOf(this.record, await this.#options.store.read((tx) => tx.consumption.cursors()))
  }

  /** Waits a moment for the present end of each log. Returns whether all were reached. */
  async reachedEnd(): Promise<boolean> {
    const heads = await Promise.all(this.#options.sources.map(async ({ source, feed }) => [source, await feed.head()] as const))
    return this.reachedPositions(new Map(heads))
  }

  /**
   * Waits a moment for given positions. Returns whether all were reached. Throws `failed_precondition` when they cannot be, because a log no
   * longer has what comes next.
   */
  async reachedPositions(positions: ReadonlyMap<string, number>): Promise<boolean> {
    const deadline = deadlineAfter(this.#options.runtime.clock, LOOK_MS)
    const reached = await Promise.all([...positions].map(([source, position]) => this.reached(source, position, deadline)))
    if (reached.every(Boolean)) return true
    await this.#refuseHoles()
    return false
  }

  /** Waits until everything of `source` up to `position` is in its tables, whoever fills them. Returns false when the deadline comes first. */
  async reached(source: string, position: number, deadline: Deadline): Promise<boolean> {
    if ((await this.position(source)) >= position) return true
    await this.consumers
      .get(source)
      ?.reached(position, deadline)
      .catch(() => {})
    return (await this.position(source)) >= position
  }

  /** Throws for a log that a consumer found to be without what comes next. */
  async #refuseHoles(): Promise<void> {
    for (const [source, consumer] of this.consumers) {
      const cause = consumer.removed()
      if (cause) throw this.#hole(source, await this.position(source), cause)
    }
  }

  async #refuseHole({ source, feed }: ProjectionSource, position: number): Promise<void> {
    try {
      await feed.read(position, 1)
    } catch (cause) {
      // a log that cannot be read right now is read by the consumer when it can be
      if (isRemoved(cause)) throw this.#hole(source, position, cause)
    }
  }

  #hole(source: string, position: number, cause: BanyanError): BanyanError {
    const { name } = this.#options.projection
    const what = `projection "${name}" needs events of "${source}" after position ${position}, which retention has removed: ${cause.message}`
    const mend = 'Keep its present version and tables, or restore the log from a backup'
    return new BanyanError('failed_precondition', `${what}. ${mend}`, { cause })
  }

  #consumer({ source, feed }: ProjectionSource): Consumer {
    const { service, store, runtime, instance, projection, retry, sourceIsOlder } = this.#options
    const prepare = (event: StoredEvent): ((database: unknown) => unknown) | undefined => this.#prepare(event, source)
    const apply: EventHandler = async (event, consume) => {
      const change = prepare(event)
      await store.transaction(async (tx) => {
        await consume(tx)
        await change?.(tx.database)
      })
    }
    const handlers = new Map(Object.keys(projection.on).map((type) => [type, apply]))
    return createConsumer({
      service,
      store,
      runtime,
      instance,
      retry: { ...RETRY, ...retry },
      sourceIsOlder: (error) => sourceIsOlder?.(source, error),
      subscription: { consumer: this.consumer, source, feed, handlers },
      session: (options) => new BatchSession({ ...options, prepare, ...(store.features.shared ? { guard: this.#refuseRetired } : {}) }),
    })
  }

  /** Another instance may let newer tables serve at any time: from then on these stand still, or readers here would be ahead of those there. */
  readonly #refuseRetired = async ({ generations }: StoreTransaction): Promise<void> => {
    if (await generations.isSuperseded(this.record))
      throw new BanyanError('unavailable', `${this.consumer} takes no more events: another instance serves newer tables`)
  }

  #prepare(event: StoredEvent, source: string): ((database: unknown) => unknown) | undefined {
    const { projection, parse } = this.#options
    const handler = projection.on[event.type]
    if (!handler) return undefined
    let received: ReceivedEvent | undefined
    return (database) => {
      received ??= receivedEvent(event, source, parse ? parse(event, source) : JSON.parse(event.data))
      return handler(received, database, this.table)
    }
  }
}
