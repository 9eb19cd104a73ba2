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
