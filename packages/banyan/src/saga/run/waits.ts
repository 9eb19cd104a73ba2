import type { CancelTimer, Clock } from '../../kernel/clock.ts'
import type { SagaStepRecord } from '../../store/records/saga-records.ts'

/** Something a loaded saga waits for. */
export interface Wait {
  /** Name of the journal entry; for `retry` that of the step. */
  readonly name: string
  readonly kind: 'retry' | 'sleep' | 'signal'
  /** Epoch milliseconds; undefined when no time limits it. */
  readonly dueAt: number | undefined
  /** Name of the signal. */
  readonly signal?: string
  /** The entry of a sleep or signal, as journaled while it waits. */
  readonly record?: SagaStepRecord
  /** Goes on with what came. */
  readonly resolve: (value: unknown) => void
}

/** Instant that never comes: keeps a saga that waits without a limit out of the list of those that are due. */
const NEVER_AT = 8_640_000_000_000_000

/** Longest time without a look at the clock, which may be set forward. */
const LOOK_MS = 10_000

/** What the journal keeps of a wait while it lasts. */
export interface WaitState {
  readonly dueAt?: number
}

/** What the journal keeps of a signal that came or did not come in time. */
export interface SignalOutput {
  readonly data?: unknown
  readonly timedOut?: true
}

/** What one loaded saga waits for. */
export class Waits {
  readonly #clock: Clock
  readonly #onDue: () => void
  readonly #timers = new Map<Wait, CancelTimer | undefined>()
  /** Monotonic moments at which pauses before a next attempt are over: a pause is no appointment, so setting the clock back does not prolong it. */
  readonly #pauses = new Map<Wait, number>()

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  get size(): number {
    return this.#timers.size
  }

  add(wait: Wait): void {
    this.#timers.set(wait, undefined)
    const { kind, dueAt } = wait
    if (kind === 'retry' && dueAt !== undefined) this.#pauses.set(wait, this.#clock.monotonic() + dueAt - this.#clock.now())
  }

  /** Ends a wait; its function is not told. */
  remove(wait: Wait): void {
    this.#timers.get(wait)?.()
    this.#timers.delete(wait)
    this.#pauses.delete(wait)
  }

  clear(): void {
    for (const wait of this.#timers.keys()) this.remove(wait)
  }

  /** Waits for signals. */
  signals(): Wait[] {
    return this.size === 0 ? [] : [...this.#timers.keys()].filter(({ kind }) => kind === 'signal')
  }

  /** Removes and returns the pauses that are over. Signals are not among them: they may have come in the last moment. */
  takeDue(): Wait[] {
    if (this.size === 0) return []
    const due = [...this.#timers.keys()].filter((wait) => wait.kind !== 'signal' && this.#leftMs(wait) <= 0)
    for (const wait of due) this.remove(wait)
    return due
  }

  /** Sets timers of this process, for a saga that cannot leave memory because it does something else besides. */
  watch(): void {
    for (const [wait, timer] of this.#timers)
      if (timer === undefined && wait.dueAt !== undefined)
        this.#timers.set(
          wait,
          this.#clock.setTimer(Math.min(this.#leftMs(wait), LOOK_MS), () => this.#expired(wait)),
        )
  }

  /** Where a saga stands that does nothing but wait, and when it wakes: at `limit` at the latest. */
  rest(limit: number | null): { status: 'running' | 'waiting'; wakeAt: number } {
    let wakeAt = limit ?? NEVER_AT
    let status: 'running' | 'waiting' = 'waiting'
    for (const { dueAt, kind } of this.#timers.keys()) {
      if (dueAt !== undefined && dueAt < wakeAt) wakeAt = dueAt
      if (kind === 'retry') status = 'running'
    }
    return { status, wakeAt }
  }

  /** Infinite where no time limits the wait. */
  #leftMs(wait: Wait): number {
    if (wait.dueAt === undefined) return Number.POSITIVE_INFINITY
    const pauseEnds = this.#pauses.get(wait) ?? Number.POSITIVE_INFINITY
    return Math.min(wait.dueAt - this.#clock.now(), pauseEnds - this.#clock.monotonic())
  }

  #expired(wait: Wait): void {
    if (this.#timers.has(wait)) this.#timers.set(wait, undefined)
    this.#onDue()
  }
}
