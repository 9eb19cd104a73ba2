/** Who may do something alone, e.g. read for a consumer, and until when. */
export interface Hold {
  /** Names what is held. */
  readonly name: string
  /** Unique per running instance. */
  readonly owner: string
  /** Epoch milliseconds of the owner's clock. */
  readonly expiresAt: number
}

/** Holds: which of several instances on one store does what only one may do. */
export interface HoldRecords {
  /** Becomes or stays the owner; false while another one is, whose hold has not ended at `now`. */
  hold(hold: Hold, now: number): Promise<boolean>
  /** Who holds it; undefined when nobody does. */
  find(name: string): Promise<Hold | undefined>
  /** Takes it from `other`, whatever moment was written; false when that changed meanwhile. */
  takeFrom(other: Hold, hold: Hold): Promise<boolean>
  /** Lets go, if it is still the owner's. */
  release(name: string, owner: string): Promise<void>
}
