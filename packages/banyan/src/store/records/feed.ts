/** An event as a service emits it, before it has a position. */
export interface NewEvent {
  /** UUIDv7. */
  readonly id: string
  readonly type: string
  readonly version: number
  /** Events of one source with equal keys are delivered in commit order (P5). */
  readonly key: string
  /** Epoch milliseconds. */
  readonly time: number
  /** JSON text of the data. */
  readonly data: string
  /** Names the whole business flow, e.g. the order's id. */
  readonly correlationId: string
  /** Id of the event, request or saga step that led to this one. */
  readonly causationId: string
  /** W3C trace context of the emitter. */
  readonly traceparent: string
}

/** A committed, durable event with its place in the source's log. */
export interface StoredEvent extends NewEvent {
  /** Dense: 1, 2, 3 … without gaps, in an order in which equal keys keep their commit order. */
  readonly position: number
}

/** Names an event of a log. One whose log has another event, or none, at that position has another history. */
export interface EventMark {
  readonly position: number
  readonly id: string
}

/** How to read a page of a log. */
export interface FeedReadOptions {
  /**
   * Id of the event at `after` as the reader knows it: the read throws `data_older` when the log has another event there, or ends before it,
   * because then an older copy of it was restored (S12). Without it, and where retention has removed that event, nothing is compared.
   */
  readonly afterId?: string | undefined
  /**
   * Types whose data the reader needs. Data of other events that are larger than {@link LARGE_DATA_BYTES} are not read, unless they are in
   * memory: such an event comes with empty texts for its data, correlation, causation and trace. Default: all types.
   */
  readonly types?: ReadonlySet<string> | undefined
  /** The page ends with the event with which its data reach so many bytes of UTF-8 (S14). Default {@link READ_BYTES_MAX}. */
  readonly bytesMax?: number | undefined
}

/** Bytes of data in one page of a log, unless the reader says less: one event of the largest kind comes besides at most. */
export const READ_BYTES_MAX = 4 * 1_048_576
/** Larger data stand apart from their row in a database, so that leaving them out saves reading them. */
export const LARGE_DATA_BYTES = 4_096

/** Reads a service's log of events. In another process the same port is served over HTTP. */
export interface Feed {
  /**
   * Returns up to `limit` durable events with positions above `after`, ascending and without gaps; fewer where their data are large (S14).
   * An empty answer means that there is nothing yet. Throws `failed_precondition` when events that belong into the answer were removed
   * by retention: a reader is never led past them.
   */
  read(after: number, limit: number, options?: FeedReadOptions): Promise<StoredEvent[]>
  /** Position of the newest durable event; 0 when there is none. */
  head(): Promise<number>
  /**
   * Translates the token of a committed transaction into the position of its last event; undefined while the position is not assigned yet,
   * 0 when retention has removed it. Throws `invalid_argument` when it is no token, or one of a write that is not in this log.
   */
  positionOf(token: string): Promise<number | undefined>
  /** Calls `listener` when there may be new events. Only a hint: readers must poll as well. Returns how to stop. */
  subscribe(listener: () => void): () => void
}
