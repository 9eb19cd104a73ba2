import type { EventMark } from './feed.ts'

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
