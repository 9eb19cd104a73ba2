import type { StoreTransaction } from '../../store/store.ts'
import { SIGNAL_TTL_MS } from '../../saga/index.ts'
import type { RetentionPolicy } from '../define/retention.ts'

/** Rows of the first batch: a millisecond or two of the store's time. */
const ROWS = 200
/** Sagas of the first batch; each has about ten rows. */
const SAGAS = 20

/** One kind of thing that a service removes. */
export interface Removal {
  /** Names it in metrics. */
  readonly kind: string
  /** How many the first batch takes. */
  readonly first: number
  /** Removes a batch, of at most `limit`. */
  readonly remove: (tx: StoreTransaction, due: Due, limit: number) => Promise<Removed>
}

/** What is due. */
export interface Due {
  /** Epoch milliseconds. */
  readonly now: number
  /** How far every consumer has consumed the service's log. */
  readonly upTo: number
}

/** What a batch did. */
export interface Removed {
  readonly count: number
  /** Whether there may be more. */
  readonly more: boolean
}

/** Returns all that a service removes. */
export function removalsOf(
  { sagasMs, auditMs, eventsMs, rules }: RetentionPolicy,
  repository: (database: unknown) => object,
): readonly Removal[] {
  const removals = [
    counted('sagas', SAGAS, (tx, { now }, limit) => tx.retention.removeSagas(now - sagasMs, limit)),
    unwantedSignals(),
    counted('idempotency', ROWS, (tx, { now }, limit) => tx.idempotency.prune(now, limit)),
    counted('audit', ROWS, (tx, { now }, limit) => tx.retention.removeAudit(now - auditMs, limit)),
    ...rules.map((rule) => counted(rule.name, ROWS, (tx, { now }, limit) => rule.remove(repository(tx.database), now, limit))),
  ]
  if (eventsMs === undefined) return removals
  return [...removals, counted('events', ROWS, (tx, { now, upTo }, limit) => tx.retention.removeEvents(upTo, now - eventsMs, limit))]
}

/** What removes at most `limit` and finds by an index what is due: there may be more where it found as many. */
function counted(kind: string, first: number, remove: (tx: StoreTransaction, due: Due, limit: number) => Promise<number>): Removal {
  return {
    kind,
    first,
    remove: async (tx, due, limit) => {
      const count = await remove(tx, due, limit)
      return { count, more: count >= limit }
    },
  }
}

/** Signals of sagas that wait stay, and no index tells which they are: a look goes through all signals, page by page (P12). */
function unwantedSignals(): Removal {
  let behind = 0
  return {
    kind: 'signals',
    first: ROWS,
    remove: async (tx, { now }, limit) => {
      const { removed, next } = await tx.sagas.pruneSignals(now - SIGNAL_TTL_MS, limit, behind)
      tx.afterCommit(() => (behind = next ?? 0))
      return { count: removed, more: next !== undefined }
    },
  }
}
