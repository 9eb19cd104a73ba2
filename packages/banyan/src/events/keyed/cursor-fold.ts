import type { EventMark } from '../../store/records/feed.ts'
import type { Store, StoreTransaction } from '../../store/store.ts'
import type { Claim } from '../reading/claim.ts'

/** What a fold needs. */
export interface CursorFoldOptions {
  readonly store: Store
  readonly claim: Claim
  /** Everything up to here is consumed. */
  readonly watermark: () => number
  /** The newest event that was read; undefined while there is none. */
  readonly newest: () => EventMark | undefined
}

/** Bounds the records that stand above the cursor; each costs a row of three small columns. */
const FOLD_EVENTS = 256
/** A fold whose transaction failed is tried again after so many further events. */
const FOLD_AGAIN_EVENTS = 64

/**
 * Moves the cursor now and then, so that the records of single events can go. Late is harmless: the records say what is consumed.
 * It joins a handler's transaction where it can, and costs no commit of its own then.
 */
export class CursorFold {
  readonly #options: CursorFoldOptions
  #durable: number
  #consumed = 0
  #threshold = FOLD_EVENTS

  constructor(options: CursorFoldOptions) {
    this.#options = options
    this.#durable = options.claim.position
  }

  /** One more event is consumed. Returns nothing; see {@link due}. */
  count(): void {
    this.#consumed++
  }

  /** Whether enough was consumed to join a transaction. */
  get due(): boolean {
    return this.#consumed >= this.#threshold && this.#options.watermark() > this.#durable
  }

  /** Moves the cursor as part of a transaction. */
  async join(tx: StoreTransaction): Promise<void> {
    const { claim, newest } = this.#options
    const { consumer, source, epoch } = claim
    const position = this.#options.watermark()
    this.#threshold = this.#consumed + FOLD_AGAIN_EVENTS
    tx.afterCommit(() => this.#folded(position))
    await tx.consumption.advance(consumer, source, position, epoch, newest())
  }

  /** Moves the cursor in a transaction of its own, if it can move. */
  async flush(): Promise<void> {
    const { store, claim, watermark, newest } = this.#options
    const position = watermark()
    if (position <= this.#durable) return
    await store.transaction((tx) => tx.consumption.advance(claim.consumer, claim.source, position, claim.epoch, newest()))
    this.#folded(position)
  }

  #folded(position: number): void {
    this.#durable = Math.max(this.#durable, position)
    this.#consumed = 0
    this.#threshold = FOLD_EVENTS
  }
}
