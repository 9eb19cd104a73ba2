import { isClaimLost, releaseClaim } from '../events/reading/claim.ts'
import { BATCH_EVENTS } from '../events/reading/feed-reader.ts'
import { bytesOf } from '../events/reading/held-bytes.ts'
import { KeyedExecutor } from '../events/keyed/keyed-executor.ts'
import { crashesOf } from '../events/reading/counters.ts'
import { ParkedKeys } from '../events/parked/parked-keys.ts'
import { errorText, parkedRecord } from '../events/parked/parking.ts'
import { CRASHES_MAX, KILLED_THE_PROCESS, Recovery } from '../events/reading/recovery.ts'
import { Redriver, type RedriveTask } from '../events/parked/redriver.ts'
import { isOutage, retryDelayMs, SOURCE_BACKOFF } from '../events/reading/retry-policy.ts'
import type { RedriveResult, Session, SessionFigures, SessionOptions } from '../events/reading/consumer-session.ts'
import { backoffDelayMs } from '../kernel/backoff.ts'
import { allDone } from '../kernel/all-done.ts'
import { deadlineAfter, within } from '../kernel/deadline.ts'
import { BanyanError, toBanyanError, shownInLog } from '../kernel/error.ts'
import type { Logger } from '../kernel/logger.ts'
import type { EventMark, StoredEvent } from '../store/records/feed.ts'
import type { ParkedRecord } from '../store/records/consumption-records.ts'
import type { StoreTransaction } from '../store/store.ts'

/** What applies a projection's events. */
export interface BatchSessionOptions extends SessionOptions {
  /** Turns an event into the change it makes; undefined when the projection does not care for it. */
  readonly prepare: (event: StoredEvent) => ((database: unknown) => unknown) | undefined
  /** Throws, in each transaction that applies events, when the tables must not change any more. */
  readonly guard?: (tx: StoreTransaction) => Promise<void>
}

interface BatchTask {
  readonly kind: 'batch'
  readonly events: readonly StoredEvent[]
  /** Index of the first event that is not applied. */
  next: number
  /** How many to apply in one transaction. */
  size: number
  /** Failed attempts of the event at `next`. */
  attempts: number
  /** Why the event at `next` is to be parked. */
  error: string | undefined
  readonly done: PromiseWithResolvers<void>
}

type Change = (tx: StoreTransaction) => unknown

/** The lane of batches; keys of redrives have the prefix below, so that none is the same. */
const BATCH_LANE = 'batches'
const KEY_PREFIX = 'key '
const STOP_MS = 10_000
/** How often the cursor is moved over events that the projection does not care for. */
const FOLD_IDLE_MS = 1_000

/**
 * Applies a projection's events in order, as many as were read in one transaction that also moves the cursor: handlers do nothing but SQL,
 * so there is nothing to wait for between them. A transaction that fails is halved until the event that fails stands alone.
 *
 * Invariants: one thing runs at a time, a batch or a redrive; the cursor in the database always matches what the tables contain.
 */
export class BatchSession implements Session {
  readonly #options: BatchSessionOptions
  readonly #log: Logger
  readonly #recovery: Recovery
  readonly #executor: KeyedExecutor<BatchTask | RedriveTask>
  readonly #redriver: Redriver
  readonly #parkedKeys: ParkedKeys
  readonly #counts = { consumed: 0, failedAttempts: 0, parked: 0 }
  #position: number
  #newest: EventMark | undefined
  #durable: number
  #task: BatchTask | undefined
  #outages = 0
  #foldedAt = -Infinity
  #state: 'open' | 'lost' | 'stopped' = 'open'
  #stopping: Promise<void> | undefined

  constructor(options: BatchSessionOptions) {
    const { claim, runtime, service, store } = options
    this.#options = options
    this.#log = runtime.log.with({ service, consumer: claim.consumer, source: claim.source })
    this.#parkedKeys = new ParkedKeys(claim.parkedKeys)
    this.#position = claim.position
    this.#durable = claim.position
    this.#recovery = new Recovery({ store, claim, head: () => this.#batchEnd() })
    this.#executor = new KeyedExecutor({ clock: runtime.clock, concurrency: 1, run: (task) => this.#run(task) })
    this.#redriver = new Redriver({
      ...options,
      parkedKeys: this.#parkedKeys,
      push: (key, task) => this.#executor.push(KEY_PREFIX + key, task),
      lose: () => this.#lose(),
    })
  }

  get head(): number {
    return this.#position
  }
  get position(): number {
    return this.#position
  }
  get figures(): SessionFigures {
    return { ...this.#counts, parkedKeys: this.#parkedKeys.size, running: this.#executor.running }
  }

  async accept(events: readonly StoredEvent[]): Promise<void> {
    const bytes = bytesOf(events)
    this.#options.held.take(bytes) // before anything else, see FeedReader
    try {
      await this.#handle(events)
    } finally {
      this.#options.held.release(bytes)
    }
    await this.#recover()
  }

  async #handle(events: readonly StoredEvent[]): Promise<void> {
    await this.#recovery.suspectsTo()
    const task: BatchTask = {
      kind: 'batch',
      events,
      next: 0,
      size: events.length,
      attempts: 0,
      error: undefined,
      done: Promise.withResolvers(),
    }
    this.#task = task
    this.#executor.push(BATCH_LANE, task)
    if (this.#state === 'open') await task.done.promise
  }

  async idle(): Promise<void> {
    await this.#recover()
    const now = this.#options.runtime.clock.monotonic()
    if (now - this.#foldedAt < FOLD_IDLE_MS || this.#state !== 'open') return
    if (this.#newest && this.#position > this.#durable) await this.#commit(this.#newest, [])
    await this.#redriver.look()
    this.#foldedAt = now
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop())
  }

  redrive(key: string): Promise<RedriveResult> {
    if (this.#state === 'open') return this.#redriver.redrive(key)
    return Promise.reject(new BanyanError('unavailable', 'the projection does not run here; the redrive goes on at its next start'))
  }

  async #stop(): Promise<void> {
    const { store, claim, runtime } = this.#options
    const isLost = this.#state === 'lost'
    try {
      await within(runtime.clock, deadlineAfter(runtime.clock, STOP_MS), `the batch of ${claim.consumer}`, this.#end('stopped'))
      if (!isLost) await releaseClaim(store, claim, this.#position, this.#newest)
    } catch (error) {
      this.#log.warn('the projection did not stop cleanly; it goes on from its cursor at its next start', { error })
    }
  }

  /** Only the batch after the cursor can have been under way. */
  async #batchEnd(): Promise<number> {
    const { claim, subscription } = this.#options
    return Math.min(claim.position + BATCH_EVENTS, await subscription.feed.head())
  }

  async #recover(): Promise<void> {
    const suspectsTo = await this.#recovery.suspectsTo()
    if (suspectsTo !== undefined && this.#position >= suspectsTo && this.#state === 'open') await this.#recovery.finish()
  }

  async #run(task: BatchTask | RedriveTask): Promise<number | undefined> {
    try {
      return task.kind === 'batch' ? await this.#applyAll(task) : await this.#redriver.run(task)
    } catch (thrown) {
      const error = toBanyanError(thrown)
      if (error.code === 'fenced' && (await this.#isLost())) return this.#lose()
      return task.kind === 'batch' && !isOutage(error) ? this.#afterFailure(task, error) : this.#afterOutage(error)
    }
  }

  async #applyAll(task: BatchTask): Promise<undefined> {
    while (task.next < task.events.length && this.#state === 'open') {
      const { careful } = this.#recovery
      if (careful) task.size = 1
      const events = task.events.slice(task.next, task.next + task.size)
      if (careful && (await this.#countCrash(events[0] as StoredEvent))) task.error = KILLED_THE_PROCESS
      if (task.error === undefined) await this.#apply(events)
      else await this.#park(events[0] as StoredEvent, task)
      this.#applied(task, events)
      if (careful) await this.#recover()
    }
    task.done.resolve()
  }

  #applied(task: BatchTask, events: readonly StoredEvent[]): void {
    task.next += events.length
    task.size *= 2
    task.attempts = 0
    task.error = undefined
    this.#outages = 0
    this.#counts.consumed += events.length
    this.#newest = events.at(-1) as StoredEvent
    this.#position = this.#newest.position
    this.#options.progressed()
  }

  /** Applies events in one transaction; when it throws, none of them is applied. */
  async #apply(events: readonly StoredEvent[]): Promise<void> {
    const { prepare } = this.#options
    const changes: Change[] = []
    for (const event of events) {
      const change = prepare(event)
      if (change && this.#parkedKeys.mayHave(event.key)) changes.push((tx) => this.#parkBehind(tx, event, change))
      else if (change) changes.push((tx) => change(tx.database))
    }
    if (changes.length > 0) await this.#commit(events.at(-1) as StoredEvent, changes)
  }

  /** Parks an event behind others of its key; applies it when none is left, whoever redrove or skipped the last. */
  async #parkBehind(tx: StoreTransaction, event: StoredEvent, change: (database: unknown) => unknown): Promise<void> {
    const { consumer, source } = this.#options.claim
    if (await tx.consumption.isParked(consumer, source, event.key)) return tx.consumption.park(this.#parked(event, 0, undefined))
    tx.afterCommit(() => this.#parkedKeys.delete(event.key))
    await change(tx.database)
  }

  async #park(event: StoredEvent, { attempts, error }: BatchTask): Promise<void> {
    await this.#commit(event, [(tx) => tx.consumption.park(this.#parked(event, attempts, error))])
    this.#parkedKeys.add(event.key)
    this.#counts.parked++
    this.#log.error('event parked: it cannot be applied to the projection', { type: event.type, position: event.position, error })
  }

  /** Commits changes with the cursor behind them; `newest` is the last event they come from. */
  async #commit(newest: EventMark, changes: readonly Change[]): Promise<void> {
    const { store, claim, guard } = this.#options
    const { consumer, source, epoch } = claim
    const { position } = newest
    await store.transaction(async (tx) => {
      const cleared = this.#recovery.careful ? tx.consumption.clearAttempts(consumer, source, crashesOf(position)) : undefined
      await allDone([guard?.(tx), tx.consumption.advance(consumer, source, position, epoch, newest), cleared, makeAll(changes, tx)])
    })
    this.#durable = position
  }

  #parked(event: StoredEvent, attempts: number, error: string | undefined): ParkedRecord {
    return parkedRecord(this.#options.claim, event, { error, attempts, now: this.#options.runtime.clock.now() })
  }

  /** Counted before it runs. Returns true when the event has ended the process often enough. */
  async #countCrash({ position }: StoredEvent): Promise<boolean> {
    const { store, claim } = this.#options
    return (
      (await store.transaction((tx) => tx.consumption.countAttempt(claim.consumer, claim.source, crashesOf(position)))).value > CRASHES_MAX
    )
  }

  #afterFailure(task: BatchTask, error: BanyanError): number {
    const { retry, runtime } = this.#options
    this.#counts.failedAttempts++
    const events = task.events.slice(task.next, task.next + task.size)
    if (events.length > 1) {
      task.size = Math.ceil(events.length / 2)
      return 0
    }
    const delayMs = retryDelayMs(retry, error, ++task.attempts, runtime.random)
    if (delayMs === undefined) task.error = errorText(error)
    return delayMs ?? 0
  }

  #afterOutage(error: BanyanError): number {
    if (this.#outages === 0) this.#log.warn('the store failed; the projection waits', { error: shownInLog(error) })
    return backoffDelayMs(SOURCE_BACKOFF, ++this.#outages, this.#options.runtime.random)
  }

  async #isLost(): Promise<boolean> {
    const { store, claim } = this.#options
    return isClaimLost(store, claim).catch(() => false)
  }

  #lose(): undefined {
    if (this.#state !== 'open') return
    void this.#end('lost')
    this.#options.lost()
  }

  #end(state: 'lost' | 'stopped'): Promise<void> {
    this.#state = state
    this.#redriver.stop()
    return this.#executor.stop().finally(() => this.#task?.done.resolve())
  }
}

async function makeAll(changes: readonly Change[], tx: StoreTransaction): Promise<void> {
  for (const change of changes) await change(tx)
}
