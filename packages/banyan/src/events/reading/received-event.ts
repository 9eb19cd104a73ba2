import type { StoredEvent } from '../../store/records/feed.ts'

/** An event as handlers see it. */
export interface ReceivedEvent<T extends string = string, D = unknown> {
  readonly id: string
  readonly type: T
  /** Name of the service that emitted it. */
  readonly source: string
  readonly key: string
  /** Place in the source's log. */
  readonly position: number
  /** Epoch milliseconds of the emission. */
  readonly time: number
  readonly correlationId: string
  readonly causationId: string
  readonly data: D
}

/** Returns an event as handlers see it. */
export function receivedEvent<D>(stored: StoredEvent, source: string, data: D): ReceivedEvent<string, D> {
  const { id, type, key, position, time, correlationId, causationId } = stored
  return { id, type, source, key, position, time, correlationId, causationId, data }
}
