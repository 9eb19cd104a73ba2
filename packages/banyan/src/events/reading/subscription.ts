import type { Feed, StoredEvent } from '../../store/records/feed.ts'
import type { StoreTransaction } from '../../store/store.ts'

/**
 * Records, as part of a handler's transaction, that the event is consumed (P1).
 * Throws `fenced` when it is consumed already or another instance took the consumer over: the transaction must not commit.
 */
export type Consume = (tx: StoreTransaction) => Promise<void>

/** Handles the events of one type. */
export interface EventHandler {
  /**
   * Handles one event. It calls `consume` first in its (last) transaction; when it returns without having done so,
   * the consumer records the consumption by itself.
   */
  (event: StoredEvent, consume: Consume): Promise<void>
  /** False for an event that is to be passed over like one of a type without a handler. Must not throw. Default: all are handled. */
  readonly wants?: (event: StoredEvent) => boolean
}

/** What one consumer of a service reads from one source. */
export interface Subscription {
  /** Unique within the service, e.g. `main` or `projection:order-view`. */
  readonly consumer: string
  /** Name of the service whose log is read. */
  readonly source: string
  readonly feed: Feed
  /** Handlers by event type; events of other types are passed over. */
  readonly handlers: ReadonlyMap<string, EventHandler>
  /** Where a new consumer begins. Default `beginning`. */
  readonly from?: 'beginning' | 'now'
}
