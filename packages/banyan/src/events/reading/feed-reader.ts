import { backoffDelayMs } from '../../kernel/backoff.ts'
import { BanyanError, toBanyanError, shownInLog } from '../../kernel/error.ts'
import type { Logger } from '../../kernel/logger.ts'
import { createRefusals, type Refusals } from '../../kernel/refusals.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { EventMark, Feed, StoredEvent } from '../../store/records/feed.ts'
import type { ReadMark } from '../../store/records/consumption-records.ts'
import type { HeldBytes } from './held-bytes.ts'
import { checkHistory, isOlderLog, isRemoved, olderCopy } from './log-history.ts'
import { type LogPage, logPages, type LogReader } from './log-pages.ts'
import { SOURCE_BACKOFF } from './retry-policy.ts'
import type { Session } from './consumer-session.ts'
import { Wake } from './wake.ts'

/** What a reader needs. */
export interface FeedReaderOptions {
  readonly feed: Feed
  /** Name of the source, for errors. */
  readonly source: string
  readonly session: Session
  /** Types that the session handles. */
  readonly types: Iterable<string>
  /** What is read and not handled yet. */
  readonly held: HeldBytes
  /** Name of the service that reads, and the newest event that it is known to have read. */
  readonly service: string
  readonly read: ReadMark
  /** Told of the event at `read` when only its position was known. */
  readonly recognised: (event: EventMark) => Promise<void>
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
 * Invariants: the session is given every position once, ascending and without a gap, whatever the feed answers; each page comes from the log
 * that the pages before it came from (S12).
 */
export class FeedReader {
  readonly #options: FeedReaderOptions
  readonly #wake: Wake
  #stopped = false
  #isChecked = false
  #newest: ReadMark
  #failures = 0
  #quietTurns = 0
  #error: BanyanError | undefined
  readonly #refusals: Refusals
  #idleError: BanyanError | undefined

  constructor(options: FeedReaderOptions) {
    this.#options = options
    this.#newest = options.read
    this.#wake = new Wake(options.runtime.clock)
    this.#refusals = createRefusals(options.runtime, SOURCE_BACKOFF)
  }

  /** Why nothing could be read, or noted as consumed, the last time; undefined when all is well. */
  get error(): BanyanError | undefined {
    return this.#error ?? this.#idleError
  }

  /** Reads until it is stopped. Rejects with `fenced` when the session's claim is lost, with `data_older` when the log is another one. */
  async run(): Promise<void> {
    const { feed, types, runtime } = this.#options
    const unsubscribe = feed.subscribe(() => this.#wake.wake())
    const pages = logPages(feed, runtime.memory.pages).open(types)
    try {
      while (!this.#stopped) {
        const pauseMs = await this.#turn(pages)
        if (pauseMs > 0 && !this.#stopped) await this.#wake.sleep(pauseMs)
      }
    } finally {
      pages.close()
      unsubscribe()
      this.#wake.end()
    }
  }

  stop(): void {
    this.#stopped = true
    this.#wake.wake()
  }

  /** Reads once; returns how long to pause. */
  async #turn(pages: LogReader): Promise<number> {
    try {
      if (!this.#isChecked) await this.#check()
      await this.#room()
      this.#wake.clear()
      const bytesMax = this.#options.held.readable // asked again where it is reserved: others who waited may have been first
      if (this.#stopped || bytesMax === 0) return 0
      const { events, more } = await this.#pass(pages, bytesMax)
      if (this.#stopped) return 0
      this.#succeeded(events.length)
      if (more) return 0
      await this.#idle()
      return Math.min(POLL_MS_MAX, POLL_MS_FIRST * 2 ** Math.min(this.#quietTurns++, 10))
    } catch (thrown) {
      return this.#failed(toBanyanError(thrown))
    }
  }

  /** Waits until something may be read. */
  async #room(): Promise<void> {
    const { held, runtime } = this.#options
    if (held.readable > 0) return
    const forget = runtime.memory.events.onRelease(() => this.#wake.wake())
    try {
      while (held.readable === 0 && !this.#stopped) await this.#wake.sleep(POLL_MS_MAX)
    } finally {
      forget()
    }
  }

  /**
   * Reads a page and passes it to the session. What may come counts as held until it is there; then the session counts what it keeps of it, without
   * a break in between: whoever waits for room would be granted the same room as the page that is to be counted.
   */
  async #pass(pages: LogReader, bytesMax: number): Promise<LogPage> {
    const { held, session } = this.#options
    const bytes = held.reserve(bytesMax)
    let page: LogPage
    try {
      page = await pages.read({ after: session.head, afterId: this.#idOfHead(), limit: BATCH_EVENTS, bytesMax })
    } finally {
      held.release(bytes)
    }
    if (page.events.length > 0 && !this.#stopped) await this.#accept(this.#following(page.events))
    return page
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
      if (this.#refusals.count === 0) log.warn('what is consumed cannot be noted for now; trying again', { error: shownInLog(error) })
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
    if (isOlderLog(error)) throw this.#isChecked ? olderCopy(this.#options.source, this.#options.service, error) : error
    if (this.#failures === 0) this.#options.log.warn('nothing can be consumed for now; trying again', { error: shownInLog(error) })
    this.#error = error
    return backoffDelayMs(SOURCE_BACKOFF, ++this.#failures, this.#options.runtime.random)
  }

  async #check(): Promise<void> {
    const { feed, read, recognised } = this.#options
    await checkHistory(feed, this.#options)
    if (read.id === undefined && read.position > 0) {
      const [event] = await feed.read(read.position - 1, 1).catch(nothingIfRemoved)
      if (event?.position === read.position) {
        await recognised(event)
        this.#newest = event
      }
    }
    this.#isChecked = true
  }

  async #accept(events: readonly StoredEvent[]): Promise<void> {
    await this.#options.session.accept(events)
    this.#newest = events.at(-1) ?? this.#newest
  }

  /** Id of the event that the next page must follow, if it is known. */
  #idOfHead(): string | undefined {
    const { position, id } = this.#newest
    return position === this.#options.session.head ? id : undefined
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

function nothingIfRemoved(thrown: unknown): StoredEvent[] {
  if (isRemoved(thrown)) return []
  throw thrown
}
