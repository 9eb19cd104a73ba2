import { backoffDelayMs } from '../../kernel/backoff.ts'
import { deadlineAfter, within } from '../../kernel/deadline.ts'
import { BanyanError, shownInLog, toBanyanError } from '../../kernel/error.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { EventMark, StoredEvent } from '../../store/records/feed.ts'
import type { StoreTransaction } from '../../store/store.ts'
import { parseTraceparent } from '../../telemetry/trace-context.ts'
import { isClaimLost, releaseClaim } from '../reading/claim.ts'
import { CursorFold } from './cursor-fold.ts'
import { eventBytes } from '../reading/held-bytes.ts'
import { handlerPoints, type HandlerRun, runHandler } from '../reading/handler-attempt.ts'
import { KeyedExecutor } from './keyed-executor.ts'
import { crashesOf, failuresOf } from '../reading/counters.ts'
import { ParkedKeys } from '../parked/parked-keys.ts'
import { errorText, parkEvent } from '../parked/parking.ts'
import { PositionWindow } from './position-window.ts'
import { CRASHES_MAX, KILLED_THE_PROCESS, Recovery } from '../reading/recovery.ts'
import { Redriver, type RedriveTask } from '../parked/redriver.ts'
import { pauseLeftMs, retryDelayMs, SOURCE_BACKOFF } from '../reading/retry-policy.ts'
import type { RedriveResult, Session, SessionFigures, SessionOptions } from '../reading/consumer-session.ts'
import type { EventHandler } from '../reading/subscription.ts'

interface EventTask {
  readonly kind: 'event'
  readonly position: number
  readonly event: StoredEvent
  readonly handler: EventHandler
  /** Attempts that failed. */
  attempts: number
  /** Ends of the process while it alone ran. */
  crashes: number
  /** Whether there are durable counts to clear. */
  counted: boolean
  /** Epoch milliseconds; the pause that a restart has cut short ends then. */
  notBefore: number
}

/** Keys handled at once: enough to fill a group commit, few enough that a slow dependency is not stormed. */
const CONCURRENCY = 64
/** Events held in memory. */
const OPEN_EVENTS_MAX = 1_024
/** How far reading may run ahead of the first event that is not consumed: bounds the records that stand above the cursor. */
const SPAN_POSITIONS_MAX = 100_000
/** Time for handlers under way to end at a stop. */
const STOP_MS = 10_000
/** How often the cursor is moved while there is little to do. */
const FOLD_IDLE_MS = 1_000

/**
 * Handles events with handlers of their own: keys in order, different keys at once (P5).
 *
 * Owns the events between the cursor and the head of what was read. Invariants:
 * - I1 An event is settled only when it is recorded, parked or returned from without a transaction; the cursor never passes one that is not.
 * - I2 An event of a parked key is never handled but by a redrive; it is parked behind the others, in the lane of its key (P6).
 * - I3 What fails for the store's sake is tried again; it neither settles nor parks an event.
 */
export class KeyedSession implements Session {
  readonly #options: SessionOptions
  readonly #log: Logger
  readonly #window: PositionWindow<EventTask>
  readonly #fold: CursorFold
  readonly #recovery: Recovery
  readonly #executor: KeyedExecutor<EventTask | RedriveTask>
  readonly #redriver: Redriver
  readonly #handling: HandlerRun<EventTask>
  readonly #recorded: Set<number>
  readonly #parkedKeys: ParkedKeys
  readonly #counts = { consumed: 0, failedAttempts: 0, parked: 0 }
  #newest: EventMark | undefined
  #storeFailures = 0
  #foldedAt = -Infinity
  #state: 'open' | 'lost' | 'stopped' = 'open'
  #makeRoom: (() => void) | undefined
  #stopping: Promise<void> | undefined

  constructor(options: SessionOptions) {
    const { store, claim, runtime, service, subscription } = options
    const { consumer, source } = claim
    this.#options = options
    this.#log = runtime.log.with({ service, consumer, source })
    this.#recorded = new Set(claim.recorded)
    this.#parkedKeys = new ParkedKeys(claim.parkedKeys)
    this.#window = new PositionWindow(claim.position)
    this.#fold = new CursorFold({ store, claim, watermark: () => this.#window.watermark, newest: () => this.#newest })
    this.#recovery = new Recovery({ store, claim, head: () => subscription.feed.head() })
    const concurrency = this.#recovery.careful ? 1 : CONCURRENCY
    this.#executor = new KeyedExecutor({ clock: runtime.clock, concurrency, run: (task) => this.#run(task) })
    this.#redriver = new Redriver({
      ...options,
      parkedKeys: this.#parkedKeys,
      push: (key, task) => this.#executor.push(key, task),
      lose: () => this.#lose(),
    })
    this.#handling = {
      claim,
      faults: runtime.faults,
      points: handlerPoints(service, consumer),
      record: (tx, task) => this.#record(tx, task),
    }
  }

  get head(): number {
    return this.#window.head
  }
  get position(): number {
    return this.#window.watermark
  }
  get figures(): SessionFigures {
    return { ...this.#counts, parkedKeys: this.#parkedKeys.size, running: this.#executor.running }
  }

  async accept(events: readonly StoredEvent[]): Promise<void> {
    const suspectsTo = this.#recovery.active ? await this.#recovery.suspectsTo() : undefined
    for (const event of events) {
      if (suspectsTo !== undefined && event.position > suspectsTo) await this.#recover()
      this.#take(event)
      this.#newest = event
    }
    this.#options.progressed()
    if (!this.#hasRoom()) await new Promise<void>((resolve) => (this.#makeRoom = resolve))
  }

  async idle(): Promise<void> {
    if (this.#recovery.active) await this.#recoverAt(this.head)
    const now = this.#options.runtime.clock.monotonic()
    if (now - this.#foldedAt < FOLD_IDLE_MS || this.#state !== 'open') return
    await this.#fold.flush()
    await this.#redriver.look()
    this.#foldedAt = now
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop())
  }

  redrive(key: string): Promise<RedriveResult> {
    if (this.#state === 'open') return this.#redriver.redrive(key)
    return Promise.reject(
      new BanyanError('unavailable', `consumer "${this.#options.claim.consumer}" does not run here; the redrive goes on at its next start`),
    )
  }

  async #stop(): Promise<void> {
    const { store, claim, runtime } = this.#options
    const lost = this.#state === 'lost'
    const deadline = deadlineAfter(runtime.clock, STOP_MS)
    try {
      await within(runtime.clock, deadline, `handlers of consumer ${claim.consumer}`, this.#end('stopped'))
      if (!lost) await releaseClaim(store, claim, this.position, this.#newest)
    } catch (error) {
      this.#log.warn('the consumer did not stop cleanly; what was under way is handled again at its next start', { error })
    }
  }

  #take(event: StoredEvent): void {
    const handler = this.#options.subscription.handlers.get(event.type)
    if (handler === undefined || this.#recorded.delete(event.position) || handler.wants?.(event) === false)
      return this.#window.readTo(event.position)
    const task = this.#newTask(event, handler)
    this.#window.add(task)
    this.#options.held.take(eventBytes(event))
    this.#executor.push(event.key, task)
  }

  /** What was counted of an event before a restart goes on to count, and so does the pause before its next attempt. */
  #newTask(event: StoredEvent, handler: EventHandler): EventTask {
    const { position } = event
    const { attempts: counts } = this.#options.claim
    const [failed, died] = counts.size === 0 ? [] : [counts.get(failuresOf(position)), counts.get(crashesOf(position))]
    const notBefore = Math.max(failed?.nextAt ?? 0, died?.nextAt ?? 0)
    const known = { attempts: failed?.attempts ?? 0, crashes: died?.attempts ?? 0, counted: failed !== undefined || died !== undefined }
    return { kind: 'event', position, event, handler, ...known, notBefore }
  }

  /** Recovers once everything up to the last suspect was read. */
  async #recoverAt(head: number): Promise<void> {
    const suspectsTo = await this.#recovery.suspectsTo()
    if (suspectsTo !== undefined && head >= suspectsTo) await this.#recover()
  }

  /** Waits until all suspects had their turn. */
  async #recover(): Promise<void> {
    if (!this.#recovery.active) return
    await this.#executor.whenQuiet()
    if (this.#state !== 'open') return
    await this.#recovery.finish()
    this.#executor.limit(CONCURRENCY)
  }

  async #run(task: EventTask | RedriveTask): Promise<number | undefined> {
    try {
      const delayMs = task.kind === 'event' ? await this.#handle(task) : await this.#redriver.run(task)
      this.#storeFailures = 0
      return delayMs
    } catch (thrown) {
      return this.#afterStoreFailure(toBanyanError(thrown))
    }
  }

  async #handle(task: EventTask): Promise<number | undefined> {
    if (this.#parkedKeys.mayHave(task.event.key) && (await this.#parkBehind(task))) return this.#settle(task)
    const pauseMs = this.#pauseMs(task)
    if (pauseMs > 0) return pauseMs
    if (task.attempts > 0) await this.#countAttempt(task)
    if ((this.#recovery.careful || task.crashes > 0) && (await this.#countCrash(task))) return this.#park(task, KILLED_THE_PROCESS)
    const error = await runHandler(this.#handling, task)
    return error === undefined ? this.#settle(task) : this.#afterFailure(task, error)
  }

  async #record(tx: StoreTransaction, task: EventTask): Promise<boolean> {
    const { consumer, source, epoch } = this.#options.claim
    if (this.#fold.due) await this.#fold.join(tx)
    if (!(await tx.consumption.record(consumer, source, task.event, epoch))) return false
    if (task.counted) await this.#clearCounts(tx, task)
    return true
  }

  async #afterFailure(task: EventTask, error: BanyanError): Promise<number | undefined> {
    const { store, claim, retry, runtime } = this.#options
    if (error.code === 'fenced' && (await isClaimLost(store, claim))) return this.#lose()
    this.#counts.failedAttempts++
    const delayMs = retryDelayMs(retry, error, ++task.attempts, runtime.random)
    const { type, traceparent } = task.event
    const facts = {
      type,
      position: task.position,
      trace_id: parseTraceparent(traceparent)?.traceId,
      attempts: task.attempts,
      error: shownInLog(error),
    }
    if (delayMs !== undefined) {
      this.#log.warn('event failed; it will be tried again', facts)
      return delayMs
    }
    this.#log.error('event parked: its handler keeps failing', facts)
    return this.#park(task, errorText(error))
  }

  /** What is left of a pause that a restart cut short; asked once. */
  #pauseMs(task: EventTask): number {
    const { retry, runtime } = this.#options
    const leftMs = pauseLeftMs(retry, task.notBefore, runtime.clock.now())
    task.notBefore = 0
    return leftMs
  }

  /** When an event may be tried again if this attempt ends the process. */
  #nextAt(attempts: number): number {
    const { retry, runtime } = this.#options
    return runtime.clock.now() + backoffDelayMs(retry.backoff, attempts, runtime.random)
  }

  async #countAttempt(task: EventTask): Promise<void> {
    const { store, claim } = this.#options
    const { consumer, source } = claim
    task.counted = true
    const nextAt = this.#nextAt(task.attempts + 1)
    const { value } = await store.transaction((tx) => tx.consumption.countAttempt(consumer, source, failuresOf(task.position), nextAt))
    task.attempts = Math.max(task.attempts, value)
  }

  /** Crashes are counted apart from failures. Returns true when there were enough. */
  async #countCrash(task: EventTask): Promise<boolean> {
    const { store, claim } = this.#options
    const { consumer, source } = claim
    task.counted = true
    const nextAt = this.#nextAt(++task.crashes)
    const { value } = await store.transaction((tx) => tx.consumption.countAttempt(consumer, source, crashesOf(task.position), nextAt))
    return value > CRASHES_MAX
  }

  async #clearCounts({ consumption }: StoreTransaction, { position }: EventTask): Promise<void> {
    const { consumer, source } = this.#options.claim
    await consumption.clearAttempts(consumer, source, failuresOf(position))
    await consumption.clearAttempts(consumer, source, crashesOf(position))
  }

  /** Parks an event behind others of its key. Returns false when none is left: whoever redrove or skipped the last may be another process. */
  async #parkBehind(task: EventTask): Promise<boolean> {
    const { store, claim } = this.#options
    const { value: parked } = await store.transaction(async (tx) => {
      if (!(await tx.consumption.isParked(claim.consumer, claim.source, task.event.key))) return undefined
      return this.#writeParked(tx, task, undefined)
    })
    if (parked === undefined) this.#parkedKeys.delete(task.event.key)
    else if (parked) this.#counts.parked++
    return parked !== undefined
  }

  /** Parks an event with its error. */
  async #park(task: EventTask, error: string): Promise<undefined> {
    const { value: parked } = await this.#options.store.transaction((tx) => this.#writeParked(tx, task, error))
    if (parked) {
      this.#parkedKeys.add(task.event.key)
      this.#counts.parked++
    }
    this.#settle(task)
  }

  async #writeParked(tx: StoreTransaction, task: EventTask, error: string | undefined): Promise<boolean> {
    const { claim, runtime } = this.#options
    if (task.counted) await this.#clearCounts(tx, task)
    return parkEvent(tx, claim, task.event, { error, attempts: task.attempts, now: runtime.clock.now() })
  }

  #settle(task: EventTask): undefined {
    this.#window.settle(task)
    this.#options.held.release(eventBytes(task.event))
    this.#fold.count()
    this.#counts.consumed++
    if (this.#makeRoom && this.#hasRoom()) this.#room()
    this.#options.progressed()
  }

  #hasRoom(): boolean {
    const { size, head, watermark } = this.#window
    return this.#state !== 'open' || (size < OPEN_EVENTS_MAX && head - watermark < SPAN_POSITIONS_MAX)
  }

  #room(): void {
    this.#makeRoom?.()
    this.#makeRoom = undefined
  }

  #afterStoreFailure(error: BanyanError): number | undefined {
    if (error.code === 'fenced') return this.#lose()
    if (this.#storeFailures === 0) this.#log.warn('the store failed; events wait', { error: shownInLog(error) })
    return backoffDelayMs(SOURCE_BACKOFF, ++this.#storeFailures, this.#options.runtime.random)
  }

  #lose(): undefined {
    if (this.#state !== 'open') return
    void this.#end('lost')
    this.#options.lost()
  }

  #end(state: 'lost' | 'stopped'): Promise<void> {
    this.#state = state
    this.#room()
    this.#redriver.stop()
    return this.#executor.stop()
  }
}
