import { BudgetShare, textBytes } from '../../kernel/byte-budget.ts'
import type { StoredEvent } from '../../store/records/feed.ts'

/** Bytes of events that one consumer holds at most, and one event more: some large ones, or all of the usual size that it may hold by number. */
export const CONSUMER_BYTES_MAX = 8 * 1_048_576
/** Bytes of data read at once. */
export const PAGE_BYTES_MAX = 1_048_576
/** What a consumer may hold however much others do: a page of events of the usual size, so that nobody waits for others' large ones. */
export const CONSUMER_BYTES_MIN = 262_144
/** An event without its data: ids, key, trace, the object itself. */
const EVENT_BYTES = 512

/** Memory that an event takes at most. */
export function eventBytes({ data }: Pick<StoredEvent, 'data'>): number {
  return EVENT_BYTES + textBytes(data.length)
}

/** Memory that events take at most. */
export function bytesOf(events: readonly StoredEvent[]): number {
  let bytes = 0
  for (const event of events) bytes += eventBytes(event)
  return bytes
}

/**
 * What one consumer holds of its log, as part of what the process holds.
 * Invariant: a consumer that holds less than {@link CONSUMER_BYTES_MIN} may always read, so each goes on whatever the others hold.
 */
export class HeldBytes extends BudgetShare {
  /** Bytes of data that may be read now; 0 when something must be handled first, here or by another consumer. */
  get readable(): number {
    const own = Math.min(CONSUMER_BYTES_MAX - this.bytes, this.budget.left)
    return Math.max(0, Math.min(PAGE_BYTES_MAX, Math.floor(Math.max(own, CONSUMER_BYTES_MIN - this.bytes) / textBytes(1))))
  }

  /** Counts what is about to be read; pair with {@link release}. Returns the memory it may take. */
  reserve(dataBytes: number): number {
    const bytes = textBytes(dataBytes)
    this.take(bytes)
    return bytes
  }
}
