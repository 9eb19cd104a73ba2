import { backoffDelayMs, type BackoffPolicy, type CancelTimer, deadlineAfter, type Runtime, within } from 'banyan/kernel'
import { storedEvent, type StoredEventRow } from 'banyan/store/sql'
import type { ConnectionTarget } from './connection-target.ts'
import type { EventTail } from './event-tail.ts'
import { LOOK_PART, SEQUENCE_BATCH, SEQUENCE_PARTS, SEQUENCED } from './outbox.ts'
import type { SequencerSessions } from './sequencer-sessions.ts'
import type { Session } from './session.ts'

/** What a sequencer is made with. */
export interface SequencerOptions {
  readonly target: ConnectionTarget
  readonly runtime: Pick<Runtime, 'clock' | 'random' | 'log'>
  readonly sessions: SequencerSessions
  readonly tail: EventTail
  /** Called when the log may have grown, by this process or another. */
  readonly grown: () => void
  /** Name of the channel that tells other processes. */
  readonly channel: string
}

/**
 * Polling finds what no kick announced: events of a process that died between its commit and its kick. Right after work it is likely,
 * so it starts fast; an idle service asks once a second.
 */
const POLL: BackoffPolicy = { firstMs: 50, maxMs: 1_000 }
/** Waits between attempts while the server is away. */
const RECONNECT: BackoffPolicy = { firstMs: 100, maxMs: 2_000 }
/** At most one NOTIFY in this time: other processes gain nothing from more, and each takes a lock that all notifiers of the server share. */
const NOTIFY_EVERY_MS = 25

/** Longest wait for an answer: longer than any statement may take on the server. */
const ANSWER_MS_MAX = 30_000

/**
 * Gives committed events their positions. Several instances may run one on the same schema: the counter's row lets one work at a time.
 *
 * - I1 Positions are given in an own transaction after the event's commit, never within it: writers do not wait for each other.
 * - I2 An event is announced only when its position is durable.
 * - I3 It needs no kick to be complete: polling alone finds every event.
 */
export class Sequencer {
  readonly #options: SequencerOptions
  #running: Promise<void> | undefined
  #kicked = false
  #quietPolls = 0
  #failures = 0
  /** Monotonic moment since which no answer came: of the first attempt since the last one, or of the last one; undefined while it rests. */
  #waitingSince: number | undefined
  #head = 0
  #notifiedAt = Number.NEGATIVE_INFINITY
  #cancelPoll: CancelTimer | undefined
  #cancelNotify: CancelTimer | undefined
  #stopped = false

  constructor(options: SequencerOptions) {
    this.#options = options
  }

  /** Starts polling. */
  start(): void {
    this.#run(false)
  }

  /** Says that an event was committed. Returns at once; kicks that come while it works are handled in its next round. */
  kick(): void {
    this.#kicked = true
    if (this.#running === undefined && this.#failures === 0) this.#run(true)
  }

  /** Gives out what is committed, then stops. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelPoll?.()
    await this.#running
    this.#cancelNotify?.() // the last round may have set it
    await this.#options.sessions.end()
  }
  /** Stops at once. */
  destroy(): void {
    this.#options.sessions.destroy()
  }

  #run(kicked: boolean): void {
    this.#cancelPoll?.()
    this.#waitingSince ??= this.#options.runtime.clock.monotonic()
    this.#running = this.#options.sessions
      .use((session) => this.#rounds(session, kicked))
      .then(
        () => this.#rest(false),
        (error: unknown) => this.#rest(true, error),
      )
  }
  async #rounds(session: Session, kicked: boolean): Promise<void> {
    let more = kicked || this.#kicked || (await this.#look(session))
    while (more) {
      this.#kicked = false
      this.#quietPolls = 0
      const count = await this.#sequence(session)
      more = count === SEQUENCE_BATCH || this.#kicked
    }
    this.#failures = 0
  }
  /** Schedules the next poll, or the next attempt. */
  #rest(failed: boolean, error?: unknown): void {
    this.#running = undefined
    if (this.#stopped) return
    if (!failed) this.#waitingSince = undefined
    if (failed) this.#report(error)
    else if (this.#kicked) return this.#run(true)
    const { clock, random } = this.#options.runtime
    const delayMs = failed ? backoffDelayMs(RECONNECT, this.#failures, random) : backoffDelayMs(POLL, ++this.#quietPolls, random)
    this.#cancelPoll = clock.setTimer(delayMs, () => this.#run(false))
  }
  #report(error: unknown): void {
    if (this.#failures++ > 0) return
    const { target, runtime } = this.#options
    const reason = target.redact((error as Error).message)
    runtime.log.warn('events wait for their positions; trying again', { server: target.shown, reason })
  }

  /** For how long no events could be given positions, in milliseconds; 0 while there are none to give. */
  get waitingMs(): number {
    return this.#waitingSince === undefined ? 0 : this.#options.runtime.clock.monotonic() - this.#waitingSince
  }

  /** Returns whether there is anything to do, and tells readers when another process moved the log on. */
  async #look(session: Session): Promise<boolean> {
    const [look] = await this.#answer(session.send([LOOK_PART]))
    const row = look?.rows[0] as { position: number; pending: number } | undefined
    this.#advance(row?.position ?? 0)
    return row?.pending === 1
  }
  async #sequence(session: Session): Promise<number> {
    const results = await this.#answer(session.send(SEQUENCE_PARTS))
    const rows = (results[SEQUENCED]?.rows ?? []) as unknown as SequencedRow[]
    this.#waitingSince = this.#options.runtime.clock.monotonic() // under load it never rests
    this.#options.tail.append(afterLastLarge(rows).map((row) => ({ number: row.number, event: storedEvent(row as StoredEventRow) })))
    const last = rows.at(-1)
    if (last !== undefined) {
      this.#advance(last.position)
      this.#notify()
    }
    return rows.length
  }
  /** A connection that does not answer is given up. */
  #answer<T>(answer: Promise<T>): Promise<T> {
    const { clock } = this.#options.runtime
    return within(clock, deadlineAfter(clock, ANSWER_MS_MAX), 'PostgreSQL', answer)
  }
  #advance(head: number): void {
    if (head <= this.#head) return
    this.#head = head
    this.#options.grown()
  }

  /** Tells other processes, in a transaction of its own that writes nothing. What fails here is found by polling. */
  #notify(): void {
    if (this.#cancelNotify !== undefined) return
    const { clock } = this.#options.runtime
    const waitMs = this.#notifiedAt + NOTIFY_EVERY_MS - clock.monotonic()
    const send = (): void => {
      this.#cancelNotify = undefined
      this.#notifiedAt = clock.monotonic()
      const part = { text: "SELECT pg_notify($1::text, '')", name: 'notify', values: [this.#options.channel] }
      this.#options.sessions.use((session) => session.send([part])).catch(() => {})
    }
    if (waitMs <= 0) send()
    else this.#cancelNotify = clock.setTimer(waitMs, send)
  }
}

/** A row that got its position; without data where they are large. */
type SequencedRow = Omit<StoredEventRow, 'data'> & { readonly number: number; readonly data: string | null }

/** What can be kept in memory: the end of the rows behind the last one that came without its data. */
function afterLastLarge(rows: readonly SequencedRow[]): readonly SequencedRow[] {
  return rows.slice(rows.findLastIndex(({ data }) => data === null) + 1)
}
