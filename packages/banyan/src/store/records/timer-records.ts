/** A durable timer. */
export interface TimerRecord {
  /** Unique within the service; scheduling the same id again replaces it. */
  readonly id: string
  /** Name of the handler. */
  readonly name: string
  /** Epoch milliseconds; never fires before (P11). */
  readonly dueAt: number
  /** JSON text of the data. */
  readonly data: string
  /**
   * Epoch milliseconds at which a wait of some length began, e.g. the pause before the next attempt. Undefined for an appointment, which
   * stays where it is whatever becomes of the clock.
   */
  readonly waitsSince?: number | undefined
  /** Attempts that failed so far; `dueAt` moves with each. */
  readonly attempts: number
  /** Correlation id of the flow that set it. */
  readonly correlationId: string
}

/** Durable timers, removed in the transaction of their effect (P11). */
export interface TimerRecords {
  schedule(timer: TimerRecord): Promise<void>
  /** Removes a timer; returns false when it is gone, so that an effect happens once. */
  cancel(id: string): Promise<boolean>
  /**
   * Up to `limit` timers due at or before `now`, oldest first; fewer where their data are large, and one at least. What is left comes when these
   * are gone.
   */
  due(now: number, limit: number): Promise<TimerRecord[]>
  /**
   * Begins waits anew that began at a moment which the clock says has not come yet: it was set back since. None gets longer than it was.
   * Takes at most `limit`; returns how many.
   */
  clockSetBack(now: number, limit: number): Promise<number>
  /** When the next timer is due; undefined when there is none. */
  nextDue(): Promise<number | undefined>
}
