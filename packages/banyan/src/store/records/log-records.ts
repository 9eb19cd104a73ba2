import type { StoredEvent } from './feed.ts'

/** The beginning of a business flow in a service's own log. */
export interface FlowEvents {
  /** Oldest first. */
  readonly events: readonly StoredEvent[]
  /** True when the flow has events beyond these. */
  readonly more: boolean
}

/** How much a service's store holds. */
export interface StoreSize {
  /** Bytes on disk, without the log that a database writes ahead; in memory, where there is no disk. */
  readonly bytes: number
  /** Bytes of these that removed rows have left and new rows will fill. Unknown in PostgreSQL, where it is 0. */
  readonly freeBytes: number
  /** Events in the service's log. */
  readonly events: number
  /** Epoch milliseconds of the oldest of them; undefined when there is none. */
  readonly oldestEventAt: number | undefined
}

/** A service's own log of events, for people and for starts; consumers read it through the feed. */
export interface LogRecords {
  /** The first events of one business flow, `limit` at most (S16). For people who follow a flow. */
  ofFlow(correlationId: string, limit: number): Promise<FlowEvents>
  /** The highest id among the newest events that is a UUID version 7; undefined when there is none. New ids begin behind it. */
  newestId(): Promise<string | undefined>
  /** Measures the store without reading through it. */
  size(): Promise<StoreSize>
}
