import { backoffDelayMs } from '../kernel/backoff.ts'
import { BanyanError, toBanyanError } from '../kernel/error.ts'
import type { Logger } from '../kernel/logger.ts'
import { createRefusals, type Refusals } from '../kernel/refusals.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { Feed, StoredEvent } from '../store/feed.ts'
import { SOURCE_BACKOFF } from './retry-policy.ts'
import type { Session } from './session.ts'
import { Wake } from './wake.ts'

/** What a reader needs. */
export interface FeedReaderOptions {
  readonly feed: Feed
  /** Name of the source, for errors. */
  readonly source: string
  readonly session: Session
  readonly runtime: Runtime
  readonly log: Logger
}

/** Events read at once. */
export const BATCH_EVENTS = 256
/** First and longest pause between looks at a log that has nothing new. Hints shorten it; when none comes, this alone must do. */
const POLL_MS_FIRST = 20
const POLL_MS_MAX = 1_000

/**
 * Reads a feed into a session, by polling; hints of the feed only shorten the pauses.
 * Invariant: the session is given every position once, ascending and without a gap, whatever the feed answers.
 */
export class FeedReader {
  readonly #options: FeedReaderOptions
  readonly #wake: Wake
  #stopped = false
  #isChecked = false
  #failures = 0
  #quietTurns = 0
  #error: BanyanError | undefined
  readonly #refusals: Refusals
  #idleError: BanyanError | undefined

  constructor(options: FeedReaderOptions) {
    this.#options = options
    this.#wake = new Wake(options.runtime.clock)
    this.#refusals = createRefusals(options.runtime, SOURCE_BACKOFF)
  }

  /** Why nothing could be read, or noted as consumed, the last time; undefined when all is well. */
  get error(): BanyanError | undefined {
    return this.#error ?? this.#idleError
  }

  /** Reads until it is stopped. Rejects with `fenced` when the session's claim is lost. */
  async run(): Promise<void> {
    const unsubscribe = this.#options.feed.subscribe(() => this.#wake.wake())
    try {
      while (!this.#stopped) {
        const pauseMs = await this.#turn()
        if (pauseMs > 0 && !this.#stopped) await this.#wake.sleep(pauseMs)
      }
    } finally {
      unsubscribe()
      this.#wake.end()
    }
  }

  stop(): void {
    this.#stopped = true
    this.#wake.wake()
  }

  /** Reads once; returns how long to pause. */
  async #turn(): Promise<number> {
    const { feed, session } = this.#options
    try {
      if (!this.#isChecked) await this.#check()
      this.#wake.clear()
      const events = await feed.read(session.head, BATCH_EVENTS)
      if (this.#stopped) return 0
      if (events.length > 0) await session.accept(this.#following(events))
      this.#succeeded(events.length)
      if (events.length >= BATCH_EVENTS) return 0
      await this.#idle()
      return Math.min(POLL_MS_MAX, POLL_MS_FIRST * 2 ** Math.min(this.#quietTurns++, 10))
    } catch (thrown) {
      return this.#failed(toBanyanError(thrown))
    }
  }

  /** A session that cannot write holds no reading up: what is read goes to handlers, which wait for themselves. */
  async #idle(): Promise<void> {
    const { session, log } = this.#options
    if (this.#refusals.pauseMs() > 0) return
    try {
      await session.idle()
      this.#refusals.clear()
      this.#idleError = undefined
    } catch (thrown) {
      const error = toBanyanError(thrown)
      if (error.code === 'fenced') throw error
      if (this.#refusals.count === 0) log.warn('what is consumed cannot be noted for now; trying again', { error: error.cause ?? error })
      this.#idleError = error
      this.#refusals.add()
    }
  }

  #succeeded(count: number): void {
    this.#failures = 0
    this.#error = undefined
    if (count > 0) this.#quietTurns = 0
  }

  #failed(error: BanyanError): number {
    if (error.code === 'fenced') throw error
    if (this.#failures === 0) this.#options.log.warn('nothing can be consumed for now; trying again', { error: error.cause ?? error })
    this.#error = error
    return backoffDelayMs(SOURCE_BACKOFF, ++this.#failures, this.#options.runtime.random)
  }

  /** A log that ends before what was consumed is another log: its next events would be taken for consumed ones. */
  async #check(): Promise<void> {
    const { feed, session, source } = this.#options
    const consumed = session.head
    const head = consumed === 0 ? 0 : await feed.head()
    if (head < consumed) {
      const what = `the log of "${source}" ends at ${head}, but events up to ${consumed} were consumed; was an older copy of it restored?`
      throw new BanyanError('failed_precondition', `${what} Restore a newer one, or this service's data of the same time`)
    }
    this.#isChecked = true
  }

  /** Drops what was delivered before and what comes after a gap. */
  #following(events: StoredEvent[]): StoredEvent[] {
    const { session, source } = this.#options
    let last = session.head
    if (events.every(({ position }) => position === ++last)) return events
    last = session.head
    const following: StoredEvent[] = []
    for (const event of events) {
      if (event.position === last + 1) following.push(event)
      if (event.position > last + 1) break
      last = Math.max(last, event.position)
    }
    if (following.length === 0 && events.some(({ position }) => position > session.head)) {
      throw new BanyanError('unavailable', `the feed of "${source}" left out events after ${session.head}; it is read again`)
    }
    return following
  }
}
