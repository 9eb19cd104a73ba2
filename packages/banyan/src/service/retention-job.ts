import type { CancelTimer } from '../kernel/clock.ts'
import type { StoreTransaction } from '../store/store.ts'
import type { Counter } from '../telemetry/index.ts'
import type { RetentionPolicy } from './retention.ts'
import type { ServiceRuntime } from './service-runtime.ts'

/** Removes what a service needs no more, in the background. */
export interface RetentionJob {
  /** `consumedUpTo` tells up to which position of the service's log every consumer has durably consumed. */
  start(consumedUpTo: () => Promise<number>): void
  /** Stops and waits for the batch under way. */
  stop(): Promise<void>
}

/** Time to the first look, on average: a start has better things to do. */
const FIRST_MS = 30_000
/** Time between looks that find nothing, on average. What is removed is days old, so minutes do not matter. */
const PERIOD_MS = 600_000
/** Pause between batches, on average: removal takes a small share of the store, and orders come in between. */
const PAUSE_MS = 50
/** Each of these times is between half and one and a half of it, so that services and instances do not work in step. */
const JITTER = 0.5
/** Rows of one batch: a millisecond or two of the store's time. */
const BATCH_ROWS = 200
/** Sagas of one batch; each has about ten rows. */
const BATCH_SAGAS = 20

/** What the job needs of its service. */
export type RetainedService = Pick<ServiceRuntime, 'name' | 'store' | 'runtime' | 'metrics'>

interface Removal {
  readonly removed: Counter
  /** Rows after which there may be more. */
  readonly batch: number
  /** `upTo` is how far every consumer has consumed the service's log. */
  readonly remove: (tx: StoreTransaction, now: number, upTo: number) => Promise<number>
}

/** Builds the job of one service. Invariants: one transaction per batch, each complete in itself; nothing runs after `stop`. */
export function createRetentionJob(service: RetainedService, policy: RetentionPolicy): RetentionJob {
  const { store, runtime, name } = service
  const { clock, random, log } = runtime
  const removals = removalsOf(service, policy)
  let consumedUpTo: () => Promise<number> = async () => 0
  let cancel: CancelTimer | undefined
  let working: Promise<void> | undefined
  let stopped = true

  /** Removes one batch of each kind; returns whether there is more. */
  async function round(): Promise<boolean> {
    const upTo = policy.eventsMs === undefined ? 0 : await consumedUpTo()
    let more = false
    for (const { removed, batch, remove } of removals) {
      if (stopped) return false
      const { value } = await store.transaction((tx) => remove(tx, clock.now(), upTo))
      removed.add(value)
      more ||= value >= batch
    }
    return more
  }
  function later(averageMs: number): void {
    if (stopped) return
    cancel = clock.setTimer(averageMs * (1 - JITTER + 2 * JITTER * random.next()), () => {
      working = round()
        .catch((error: unknown) => {
          log.warn('retention failed; it goes on at its next look', { service: name, error })
          return false
        })
        .then((more) => later(more ? PAUSE_MS : PERIOD_MS))
    })
  }
  return {
    start(consumed) {
      consumedUpTo = consumed
      stopped = false
      later(FIRST_MS)
    },
    async stop() {
      stopped = true
      cancel?.()
      await working
    },
  }
}

function removalsOf({ name, metrics }: RetainedService, { sagasMs, auditMs, eventsMs, rules }: RetentionPolicy): readonly Removal[] {
  const counted = metrics.counter({
    name: 'banyan_retention_removed_total',
    help: 'Rows, sagas and events that retention has removed.',
    labels: ['service', 'kind'],
  })
  const removal = (kind: string, batch: number, remove: Removal['remove']): Removal => ({
    removed: counted.handle(name, kind),
    batch,
    remove,
  })
  const removals = [
    removal('sagas', BATCH_SAGAS, (tx, now) => tx.retention.removeSagas(now - sagasMs, BATCH_SAGAS)),
    removal('idempotency', BATCH_ROWS, (tx, now) => tx.idempotency.prune(now, BATCH_ROWS)),
    removal('audit', BATCH_ROWS, (tx, now) => tx.retention.removeAudit(now - auditMs, BATCH_ROWS)),
    ...rules.map((rule) => removal(rule.name, BATCH_ROWS, (tx, now) => rule.remove(tx.sql, now, BATCH_ROWS))),
  ]
  if (eventsMs === undefined) return removals
  return [...removals, removal('events', BATCH_ROWS, (tx, now, upTo) => tx.retention.removeEvents(upTo, now - eventsMs, BATCH_ROWS))]
}
