import { BanyanError } from '../../kernel/error.ts'
import { storableText } from '../../kernel/storable.ts'
import type { StoredEvent } from '../../store/records/feed.ts'
import type { ParkedRecord } from '../../store/records/consumption-records.ts'
import type { StoreTransaction } from '../../store/store.ts'
import { causeText } from '../../telemetry/cause-text.ts'
import type { Claim } from '../reading/claim.ts'
import { failuresOf } from '../reading/counters.ts'

/** Longest message kept with a parked event, in characters. */
const MESSAGE_LENGTH_MAX = 2_000

/** Why an event is parked. */
export interface ParkReason {
  /** The last error; undefined when the event only waits behind another one of its key. */
  readonly error: string | undefined
  readonly attempts: number
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * Parks an event and records it as consumed, so that the cursor passes it (P6).
 * Returns false, and writes nothing, when the event is consumed already.
 */
export async function parkEvent(tx: StoreTransaction, claim: Claim, event: StoredEvent, reason: ParkReason): Promise<boolean> {
  const { consumer, source, epoch } = claim
  if (!(await tx.consumption.record(consumer, source, event, epoch))) return false
  await tx.consumption.park(parkedRecord(claim, event, reason))
  return true
}

/** Puts a parked event that failed again back to the front of its key, unless someone has skipped it meanwhile. */
export async function parkAgain(tx: StoreTransaction, claim: Claim, event: StoredEvent, reason: ParkReason): Promise<void> {
  const { consumer, source, epoch } = claim
  await tx.consumption.advance(consumer, source, 0, epoch) // moves nothing; refuses an old epoch
  await tx.consumption.clearAttempts(consumer, source, failuresOf(event.position))
  if (!(await tx.consumption.unpark(consumer, source, event.position))) return
  await tx.consumption.markParked(consumer, source, event.key, 'waiting')
  await tx.consumption.park(parkedRecord(claim, event, reason))
}

/** Writes an error for the people who will look at a parked event: code and message in the first line, below it what was thrown and where. */
export function errorText(error: BanyanError): string {
  const { code, message, cause } = error
  const reason =
    code !== 'internal' || !(cause instanceof Error)
      ? message
      : cause instanceof BanyanError
        ? `${message}: ${cause.message}`
        : `${cause.name}: ${cause.message}`
  const first = `${code}: ${reason}`.replaceAll(/\s*\n\s*/g, ' ').slice(0, MESSAGE_LENGTH_MAX)
  const thrown = causeText(error)
  return storableText(thrown === undefined ? first : `${first}\n${thrown}`)
}

/** Builds the record of a parked event. */
export function parkedRecord({ consumer, source }: Claim, event: StoredEvent, { error, attempts, now }: ParkReason): ParkedRecord {
  return {
    consumer,
    source,
    position: event.position,
    key: event.key,
    event: JSON.stringify(event),
    state: error === undefined ? 'waiting' : 'failed',
    attempts,
    error: error ?? null,
    parkedAt: now,
  }
}
