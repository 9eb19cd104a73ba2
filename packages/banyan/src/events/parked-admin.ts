import { BanyanError } from '../kernel/error.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { ParkedFilter, ParkedRecord } from '../store/records/consumption-records.ts'
import type { Store, StoreTransaction } from '../store/store.ts'
import type { Consumer } from './consumer.ts'
import type { RedriveResult } from './reading/consumer-session.ts'
import { failuresOf } from './reading/counters.ts'

/** Names a key with parked events. */
export interface ParkedKey {
  readonly consumer: string
  readonly source: string
  readonly key: string
}

/** Names a parked event. */
export interface ParkedPosition {
  readonly consumer: string
  readonly source: string
  readonly position: number
}

/** Who does something to parked events. */
export interface ParkedAction {
  /** Who asked for it; kept in the audit trail. */
  readonly actor: string
  /** Why; kept in the audit trail. */
  readonly reason: string
}

/** What people can do about parked events (P6). Every action stands in the audit trail, in the same transaction. */
export interface ParkedAdmin {
  /** Parked events, oldest position first. */
  list(filter: ParkedFilter): Promise<ParkedRecord[]>
  /**
   * Handles the parked events of a key again, in order, through the same handlers. New events of the key wait until it is done.
   * Throws `not_found` when nothing of the key is parked, `unavailable` when the consumer runs elsewhere: then it goes on there.
   */
  redrive(key: ParkedKey, action: ParkedAction): Promise<RedriveResult>
  /**
   * Drops the event that failed, for good, and redrives those behind it.
   * Throws `not_found` when it is not parked or only waits behind another one.
   */
  skip(event: ParkedPosition, action: ParkedAction): Promise<RedriveResult>
}

/** What an admin works on. */
export interface ParkedAdminOptions {
  readonly store: Store
  readonly runtime: Pick<Runtime, 'clock'>
  /** Consumers of the service that run in this process. */
  readonly consumers: () => Iterable<Consumer>
}

/** Builds the admin of one service. */
export function createParkedAdmin({ store, runtime, consumers }: ParkedAdminOptions): ParkedAdmin {
  async function goOn({ consumer, source, key }: ParkedKey): Promise<RedriveResult> {
    for (const running of consumers()) if (running.consumer === consumer && running.source === source) return running.redrive(key)
    throw new BanyanError(
      'unavailable',
      `consumer "${consumer}" of "${source}" does not run here; its events are marked and go on where it runs`,
    )
  }
  return {
    list: (filter) => store.readApart((tx) => tx.consumption.parked(filter)),
    async redrive(key, action) {
      await store.transaction((tx) => mark(tx, key, action, runtime.clock.now()))
      return goOn(key)
    },
    async skip(event, action) {
      const { value: key } = await store.transaction((tx) => drop(tx, event, action, runtime.clock.now()))
      return goOn({ consumer: event.consumer, source: event.source, key })
    },
  }
}

/** Failed events that are looked through for one position; each key has at most one. */
const FAILED_MAX = 1_000

async function mark(tx: StoreTransaction, { consumer, source, key }: ParkedKey, action: ParkedAction, now: number): Promise<void> {
  const [first] = await tx.consumption.parked({ consumer, source, key, limit: 1 })
  if (!first) throw new BanyanError('not_found', `consumer "${consumer}" has no parked events of "${source}" with key "${key}"`)
  await tx.consumption.clearAttempts(consumer, source, failuresOf(first.position))
  await tx.consumption.markParked(consumer, source, key, 'redriving')
  await tx.audit.append({ at: now, action: 'event.redrive', subject: `${consumer}/${source}/${key}`, ...action })
}

/** Removes a failed event and returns its key. */
async function drop(tx: StoreTransaction, event: ParkedPosition, action: ParkedAction, now: number): Promise<string> {
  const { consumer, source, position } = event
  const failed = await tx.consumption.parked({ consumer, source, state: 'failed', limit: FAILED_MAX })
  const found = failed.find((row) => row.position === position)
  if (!found) {
    const what = `consumer "${consumer}" has no failed event at position ${position} of "${source}"`
    throw new BanyanError('not_found', `${what}; events that wait behind a failed one, or are being redriven, cannot be skipped`)
  }
  await tx.consumption.unpark(consumer, source, position)
  await tx.consumption.clearAttempts(consumer, source, failuresOf(position))
  await tx.consumption.markParked(consumer, source, found.key, 'redriving')
  await tx.audit.append({ at: now, action: 'event.skip', subject: `${consumer}/${source}/${found.key}/${position}`, ...action })
  return found.key
}
