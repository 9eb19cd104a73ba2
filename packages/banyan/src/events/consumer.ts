import { backoffDelayMs } from '../kernel/backoff.ts'
import type { CancelTimer } from '../kernel/clock.ts'
import { type Deadline, within } from '../kernel/deadline.ts'
import { BanyanError, toBanyanError, shownInLog } from '../kernel/error.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { Store } from '../store/store.ts'
import { findCursor, noteRead, takeClaim } from './reading/claim.ts'
import { FeedReader } from './reading/feed-reader.ts'
import { isOlderLog, isRemoved } from './reading/log-history.ts'
import { HeldBytes } from './reading/held-bytes.ts'
import { createHolder, type Holder } from './reading/holder.ts'
import { KeyedSession } from './keyed/keyed-session.ts'
import { PositionWaiters } from './reading/position-waiters.ts'
import { defaultRetryPolicy, type RetryPolicy, SOURCE_BACKOFF } from './reading/retry-policy.ts'
import { noFigures, type RedriveResult, type Session, type SessionFigures, type SessionOptions } from './reading/consumer-session.ts'
import type { Subscription } from './reading/subscription.ts'
import { Wake } from './reading/wake.ts'

/** What a consumer needs. */
export interface ConsumerOptions {
  /** Name of the consuming service. */
  readonly service: string
  /** Its store. */
  readonly store: Store
  readonly subscription: Subscription
  readonly runtime: Runtime
  /** Unique per running instance of the service, e.g. a UUID. */
  readonly instance: string
  /** Replaces parts of the default policy. */
  readonly retry?: Partial<RetryPolicy>
  /** Told when the source's log turned out to be an older copy: the consumer has stopped for good, and the source must take no new work. */
  readonly sourceIsOlder?: (error: BanyanError) => void
  /** Says how events are worked through. Default: each by its own handler, keys in order, different keys at once. */
  readonly session?: (options: SessionOptions) => Session
}

/** Reads one source's log for one service, and sees to it that each event is handled (P2, P3, P5, P6). */
export interface Consumer {
  readonly consumer: string
  readonly source: string
  /** Takes the consumer over and starts reading. Resolves once that was tried; where it cannot be done yet, it goes on trying. */
  start(): Promise<void>
  /** Stops reading and waits for handlers under way, at most ten seconds. */
  stop(): Promise<void>
  /** Everything up to here is consumed, parked or skipped; undefined while it does not consume. */
  position(): number | undefined
  /** Where it stands and where the source's log ends, also while another instance consumes or it is stopped. */
  progress(): Promise<{ readonly position: number; readonly head: number }>
  /** Events of the source that are not consumed yet. */
  lag(): Promise<number>
  /** Resolves when all that is in the source's log now is consumed. Throws `deadline_exceeded` with the lag. */
  caughtUp(deadline: Deadline): Promise<void>
  /** Resolves when everything up to `position` is consumed by this instance. Throws `deadline_exceeded` with the lag. */
  reached(position: number, deadline: Deadline): Promise<void>
  /** Handles the parked events of a key again, once they are marked `redriving`; see `createParkedAdmin`. */
  redrive(key: string): Promise<RedriveResult>
  state(): ConsumerState
  /** Why it can never go on, because its log no longer has what comes next; undefined otherwise. */
  removed(): BanyanError | undefined
}

/** How a consumer fares. */
export interface ConsumerState extends SessionFigures {
  /** `waiting`: another instance consumes, or taking over failed so far. `fenced`: another process took over; `refused`: the source's log
   * is an older copy. Neither starts again by itself. */
  readonly status: 'stopped' | 'waiting' | 'consuming' | 'fenced' | 'refused'
  readonly position: number | undefined
  /** Why nothing could be read or taken over the last time; undefined when all is well. */
  readonly error: string | undefined
}

/** Builds a consumer. */
export function createConsumer(options: ConsumerOptions): Consumer {
  return new FeedConsumer(options)
}

/** One session and its reader per claim. */
interface Turn {
  readonly session: Session
  readonly held: HeldBytes
  readonly reader: FeedReader
  isLost: boolean
}

class FeedConsumer implements Consumer {
  readonly #options: ConsumerOptions
  readonly #log: Logger
  readonly #wake: Wake
  readonly #holder: Holder
  readonly #waiters = new PositionWaiters()
  #turn: Turn | undefined
  #loop: Promise<void> | undefined
  #status: ConsumerState['status'] = 'stopped'
  #stopping = false
  #error: BanyanError | undefined

  constructor(options: ConsumerOptions) {
    const { service, store, subscription, runtime, instance } = options
    const { consumer, source } = subscription
    this.#options = options
    this.#log = runtime.log.with({ service, consumer, source })
    this.#wake = new Wake(runtime.clock)
    this.#holder = createHolder({
      store,
      clock: runtime.clock,
      holdMs: runtime.leaseMs,
      name: `consumer:${consumer}:${source}`,
      owner: instance,
    })
  }

  get consumer(): string {
    return this.#options.subscription.consumer
  }
  get source(): string {
    return this.#options.subscription.source
  }

  async start(): Promise<void> {
    if (this.#loop) return
    this.#stopping = false
    const tried = Promise.withResolvers<void>()
    this.#loop = this.#run(tried.resolve).finally(tried.resolve)
    await tried.promise
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#wake.wake()
    this.#turn?.reader.stop()
    await this.#turn?.session.stop()
    await this.#loop
    this.#loop = undefined
    if (this.#status === 'waiting' || this.#status === 'consuming') this.#status = 'stopped'
  }

  position(): number | undefined {
    return this.#turn?.session.position
  }

  async progress(): Promise<{ readonly position: number; readonly head: number }> {
    const { store, subscription } = this.#options
    const position = this.position() ?? (await findCursor(store, subscription))?.position ?? 0
    return { position, head: await subscription.feed.head() }
  }

  async lag(): Promise<number> {
    const { position, head } = await this.progress()
    return Math.max(0, head - position)
  }

  async caughtUp(deadline: Deadline): Promise<void> {
    await this.reached(await this.#options.subscription.feed.head(), deadline)
  }

  async reached(position: number, deadline: Deadline): Promise<void> {
    if ((this.position() ?? 0) >= position) return
    const waiter = this.#waiters.add(position)
    try {
      await within(this.#options.runtime.clock, deadline, this.consumer, waiter.promise)
    } catch (cause) {
      const lag = position - (this.position() ?? 0)
      const message = `consumer "${this.consumer}" is ${lag} events short of position ${position} of "${this.source}"; try again later`
      throw new BanyanError('deadline_exceeded', message, { cause, retry: 'safe' })
    } finally {
      this.#waiters.remove(waiter)
    }
  }

  redrive(key: string): Promise<RedriveResult> {
    const elsewhere = `consumer "${this.consumer}" does not run in this process; the redrive goes on where it runs`
    return this.#turn?.session.redrive(key) ?? Promise.reject(new BanyanError('unavailable', elsewhere))
  }

  state(): ConsumerState {
    const error = this.#failure()
    return { ...(this.#turn?.session.figures ?? noFigures), status: this.#status, position: this.position(), error: error?.message }
  }

  removed(): BanyanError | undefined {
    const error = this.#failure()
    return isRemoved(error) ? error : undefined
  }

  #failure(): BanyanError | undefined {
    return this.#turn ? this.#turn.reader.error : this.#error
  }

  /** Takes claims until it is stopped, and reads while it has one. */
  async #run(tried: () => void): Promise<void> {
    let failures = 0
    this.#status = 'waiting'
    while (!this.#stopping && this.#status === 'waiting') {
      try {
        const isHeld = await this.#holder.hold()
        if (isHeld) await this.#consume(tried)
        failures = 0
        tried()
        if (!isHeld && !this.#stopping) await this.#wake.sleep(this.#holder.renewMs ?? 0)
      } catch (thrown) {
        tried()
        await this.#failed(toBanyanError(thrown), ++failures)
      }
    }
    this.#wake.end()
    await this.#holder
      .release()
      .catch((error: unknown) => this.#log.warn('another instance follows only when the hold has ended', { error }))
  }

  /** Consumes until it is stopped or the hold is lost. Throws `fenced` when the claim is. */
  async #consume(tried: () => void): Promise<void> {
    const turn = await this.#open()
    this.#turn = turn
    this.#status = 'consuming'
    this.#error = undefined
    if (this.#stopping) turn.reader.stop()
    tried()
    const endRenewing = this.#renewHold(turn)
    try {
      await turn.reader.run()
    } finally {
      endRenewing()
      await turn.session.stop()
      turn.held.end()
      this.#turn = undefined
      this.#status = 'waiting'
    }
    if (turn.isLost) throw new BanyanError('fenced', `another instance consumes "${this.source}" for "${this.consumer}"`)
  }

  async #open(): Promise<Turn> {
    const { store, subscription, runtime, service, retry, session } = this.#options
    const claim = await takeClaim(store, subscription)
    const progressed = (): void => this.#waiters.reached(() => turn.session.position)
    const lost = (): void => {
      turn.isLost = true
      turn.reader.stop()
    }
    const held = new HeldBytes(runtime.memory.events)
    const options = { service, store, subscription, runtime, retry: { ...defaultRetryPolicy, ...retry }, claim, held, progressed, lost }
    const opened = session ? session(options) : new KeyedSession(options)
    const reader = new FeedReader({
      feed: subscription.feed,
      source: this.source,
      session: opened,
      types: subscription.handlers.keys(),
      held,
      service,
      read: claim.read,
      recognised: (event) => noteRead(store, claim, event),
      runtime,
      log: this.#log,
    })
    const turn: Turn = { session: opened, held, reader, isLost: false }
    return turn
  }

  /** Renews the hold while a turn lasts, and ends the turn when another instance got it. Returns how to end. */
  #renewHold({ reader }: Turn): () => void {
    const { clock } = this.#options.runtime
    const { renewMs } = this.#holder
    let cancel: CancelTimer | undefined
    let isOver = renewMs === undefined
    const later = (): void => {
      if (!isOver) cancel = clock.setTimer(renewMs ?? 0, () => void renew())
    }
    const renew = async (): Promise<void> => {
      try {
        if (!(await this.#holder.hold())) return reader.stop()
      } catch (error) {
        this.#log.warn('the hold of the consumer could not be renewed', { error })
      }
      later()
    }
    later()
    return () => {
      isOver = true
      cancel?.()
    }
  }

  async #failed(error: BanyanError, failures: number): Promise<void> {
    const { store, runtime, sourceIsOlder } = this.#options
    this.#error = error
    if (isOlderLog(error)) {
      this.#status = 'refused'
      this.#log.error('the consumer stops: its source is an older copy', { error })
      sourceIsOlder?.(error)
      return
    }
    if (error.code === 'fenced' && !store.features.shared) {
      this.#status = 'fenced'
      this.#log.error('another process consumes from this store; this one stops consuming', { error })
      return
    }
    this.#log.warn('the consumer cannot start for now; trying again', { error: shownInLog(error) })
    if (!this.#stopping) await this.#wake.sleep(backoffDelayMs(SOURCE_BACKOFF, failures, runtime.random))
  }
}
