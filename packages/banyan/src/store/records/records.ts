import type { EventMark } from './feed.ts'

/** What was recorded for an idempotency key. */
export interface IdempotencyRecord {
  readonly scope: string
  readonly key: string
  /** SHA-256 of the input, to tell a repetition from another request with the same key. */
  readonly fingerprint: string
  /** `started`: a checkpoint committed, the final transaction has not. `succeeded`/`failed`: `reply` is final. */
  readonly state: 'started' | 'succeeded' | 'failed'
  /** JSON text: the output, or `{ code, message, data }` of a declared error; null while `started`. */
  readonly reply: string | null
  /** JSON text: whom the handler let pass, asked again before the reply is repeated; null for whoever may call the operation. */
  readonly permits: string | null
  /** Epoch milliseconds after which the record may be removed. */
  readonly expiresAt: number
}

/** A record as it is found: a large reply is left out, so that whoever would read it can see first whether there is room. */
export interface FoundIdempotencyRecord extends IdempotencyRecord {
  /** Null also where {@link replyBytes} is more than `INLINE_ANSWER_BYTES_MAX`: `reply` has it then. */
  readonly reply: string | null
  /** Bytes of the reply in UTF-8. */
  readonly replyBytes: number
}

/** Idempotency records, kept in the same transaction as the effect (P15). */
export interface IdempotencyRecords {
  /** Finds a record, without its reply if that is large; an expired one counts as absent. */
  find(scope: string, key: string): Promise<FoundIdempotencyRecord | undefined>
  /** Reads a reply of any size; null where there is none. */
  reply(scope: string, key: string): Promise<string | null>
  /**
   * Inserts the record or replaces one that is `started` or expired; returns false when a final one is there already.
   */
  save(record: IdempotencyRecord): Promise<boolean>
  /** Removes at most `limit` records that expired before `now`; returns how many. */
  prune(now: number, limit: number): Promise<number>
}

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

/** How far a consumer got in a source. */
export interface CursorRecord {
  readonly consumer: string
  readonly source: string
  /** All events up to here are consumed, parked or skipped. */
  readonly position: number
  /** Grows whenever another instance takes the consumer over; guards against a process that lost its lease (P14). */
  readonly epoch: number
}

/** The newest event that a consumer is known to have read. */
export interface ReadMark {
  readonly position: number
  /** Undefined where it is not known: before the first event, and in data that an earlier release wrote. */
  readonly id: string | undefined
}

/** What becomes of a parked event. `failed`: its handler gave up. `waiting`: an earlier event of its key is parked. `redriving`: to be handled again. */
export const PARKED_STATES = ['failed', 'waiting', 'redriving'] as const

/** An event that a consumer could not handle, or that waits behind one with the same key (P6). */
export interface ParkedRecord {
  readonly consumer: string
  readonly source: string
  readonly position: number
  readonly key: string
  /** JSON text of the {@link StoredEvent}. */
  readonly event: string
  readonly state: (typeof PARKED_STATES)[number]
  readonly attempts: number
  /** Code and message of the last error, and below that line what was thrown and where, if it is known; null for `waiting`. */
  readonly error: string | null
  readonly parkedAt: number
}

/** How often an event was tried, and when it may be tried again. */
export interface AttemptRecord {
  readonly position: number
  readonly attempts: number
  /** Epoch milliseconds; 0 for at once. */
  readonly nextAt: number
}

/** One entry of the audit trail of operations by people, e.g. a skipped event or saga step. */
export interface AuditRecord {
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly reason: string
}

/**
 * Records of consumption, written in the handler's transaction (P1, P2).
 * An event counts as consumed when its position is at or below the cursor or recorded one by one.
 */
export interface ConsumptionRecords {
  /** Returns the cursor, creating it at `start` when there is none. */
  cursor(consumer: string, source: string, start?: number): Promise<CursorRecord>
  /** Bumps the epoch and returns the cursor: from now on, attempts of earlier epochs cannot commit. */
  takeOver(consumer: string, source: string, start?: number): Promise<CursorRecord>
  /**
   * Records one event as consumed. Returns false when it already is, and throws `fenced` when `epoch` is not the current one.
   */
  record(consumer: string, source: string, event: EventMark, epoch: number): Promise<boolean>
  /** Positions above the cursor that are recorded, ascending. */
  recorded(consumer: string, source: string): Promise<number[]>
  /**
   * Moves the cursor to `position`, never back, and forgets the records at or below it. `read` is the newest event that was read, at `position`
   * or above it. Throws `fenced` for an old epoch.
   */
  advance(consumer: string, source: string, position: number, epoch: number, read?: EventMark): Promise<void>
  /**
   * The newest event of the source that is known to have been read: by it a log is told from an older copy (S12). Its id is undefined where
   * nothing is known but the position; the whole is undefined for a consumer without a cursor.
   */
  lastRead(consumer: string, source: string): Promise<ReadMark | undefined>
  /**
   * Moves the cursor back to `to`, with all that is known of later events: they do not exist any more, and others will take their positions.
   * Attempts of earlier epochs cannot commit afterwards. Returns how many parked events were forgotten.
   */
  rewind(consumer: string, source: string, to: ReadMark): Promise<number>
  /** Cursors of this service's consumers. */
  cursors(): Promise<CursorRecord[]>
  /** Removes a cursor with its records and parked events. */
  forget(consumer: string): Promise<void>

  /**
   * Counts an attempt before it runs, so that a handler that kills its process is counted as well; returns the count so far. `nextAt` is the
   * earliest moment of the next one, in epoch milliseconds: the pause holds across a restart. Default: none.
   */
  countAttempt(consumer: string, source: string, position: number, nextAt?: number): Promise<number>
  /** Up to `limit` counts of a consumer and source. */
  attempts(consumer: string, source: string, limit: number): Promise<AttemptRecord[]>
  clearAttempts(consumer: string, source: string, position: number): Promise<void>
  park(record: ParkedRecord): Promise<void>
  unpark(consumer: string, source: string, position: number): Promise<boolean>
  /** Parked events, oldest position first. */
  parked(filter: ParkedFilter): Promise<ParkedRecord[]>
  /** Up to `limit` keys of a consumer and source that have parked events; asked once at start, then kept in memory. */
  parkedKeys(consumer: string, source: string, limit: number): Promise<string[]>
  /** Whether a key has parked events. */
  isParked(consumer: string, source: string, key: string): Promise<boolean>
  /** How many events are parked; counts no further than `limit`. */
  parkedCount(consumer: string, source: string, limit: number): Promise<number>
  /** Up to `limit` keys whose parked events are on their way to be handled: none of them is `failed`. For a start, after a redrive was cut short. */
  keysUnderway(consumer: string, source: string, limit: number): Promise<string[]>
  /** Up to `limit` keys with events that somebody asked to handle again. */
  redrivingKeys(consumer: string, source: string, limit: number): Promise<string[]>
  /** Sets the state of all parked events of a key. */
  markParked(consumer: string, source: string, key: string, state: ParkedRecord['state']): Promise<number>
}

/** Which parked events to list. */
export interface ParkedFilter {
  readonly consumer?: string
  readonly source?: string
  readonly key?: string
  readonly state?: ParkedRecord['state']
  /** For lists: an event of more than `SHOWN_BYTES_MAX` bytes comes as a text that says so. Default: all come whole. */
  readonly brief?: boolean
  /** Only those that come after this one; for paging. */
  readonly after?: Pick<ParkedRecord, 'position' | 'consumer' | 'source'>
  /** At most this many; at most 1,000. */
  readonly limit: number
}

/** The audit trail. Append only. */
export interface AuditRecords {
  append(record: AuditRecord): Promise<void>
  /** Newest first; at most 1,000. */
  list(limit: number): Promise<AuditRecord[]>
}
