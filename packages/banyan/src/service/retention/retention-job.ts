import type { CancelTimer } from '../../kernel/clock.ts'
import { batchSize } from '../handler/batch-size.ts'
import { type Due, type Removal, removalsOf } from './removals.ts'
import { removalTurns } from './removal-turns.ts'
import type { RetentionPolicy } from '../define/retention.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'

/** Removes what a service needs no more, in the background. */
export interface RetentionJob {
  /** `consumedUpTo` tells up to which position of the service's log every consumer has durably consumed. */
  start(consumedUpTo: () => Promise<number>): void
  /** Stops and waits for the batch under way. */
  stop(): Promise<void>
}

/** Time to the first look, on average: a start has better things to do. */
const FIRST_MS = 30_000
/** Time between looks, on average. What is removed is days old, so minutes do not matter. */
const PERIOD_MS = 600_000
/** Each of these times is between half and one and a half of it, so that services and instances do not work in step. */
const JITTER = 0.5

/** What the job needs of its service. */
export type RetainedService = Pick<ServiceRuntime, 'name' | 'store' | 'repository' | 'runtime' | 'metrics'>

/** Removes one batch; returns whether there may be more. */
type RemoveBatch = (due: Due, signal: AbortSignal) => Promise<boolean>

/**
 * Builds the job of one service. Invariants: one transaction per batch, each complete in itself; nothing runs after `stop`; a look goes on until
 * nothing is left, within the share of the process that removal may take (`removal-turns.ts`).
 */
export function createRetentionJob(service: RetainedService, policy: RetentionPolicy): RetentionJob {
  const { clock, random, log } = service.runtime
  const batches = batchesOf(service, removalsOf(policy, service.repository))
  let consumedUpTo: () => Promise<number> = async () => 0
  let cancel: CancelTimer | undefined
  let working: Promise<void> | undefined
  let stopping = new AbortController()

  /** Removes batches, of one kind after the other, until no kind has more. */
  async function look(signal: AbortSignal): Promise<void> {
    for (let left = batches; left.length > 0;) {
      const due = { now: clock.now(), upTo: policy.eventsMs === undefined ? 0 : await consumedUpTo() }
      const more: RemoveBatch[] = []
      for (const removeBatch of left) if (await removeBatch(due, signal)) more.push(removeBatch)
      left = more
    }
  }
  function later(averageMs: number): void {
    const { signal } = stopping
    if (signal.aborted) return
    cancel = clock.setTimer(averageMs * (1 - JITTER + 2 * JITTER * random.next()), () => {
      working = look(signal)
        .catch((error: unknown) => {
          if (!signal.aborted) log.warn('retention failed; it goes on at its next look', { service: service.name, error })
        })
        .then(() => later(PERIOD_MS))
    })
  }
  return {
    start(consumed) {
      consumedUpTo = consumed
      stopping = new AbortController()
      later(FIRST_MS)
    },
    async stop() {
      stopping.abort()
      cancel?.()
      await working
    },
  }
}

function batchesOf({ name, store, runtime, metrics }: RetainedService, removals: readonly Removal[]): readonly RemoveBatch[] {
  const { clock } = runtime
  const turns = removalTurns(runtime)
  const counted = metrics.counter({
    name: 'banyan_retention_removed_total',
    help: 'Rows, sagas and events that retention has removed.',
    labels: ['service', 'kind'],
  })
  return removals.map(({ kind, first, remove }) => {
    const removed = counted.handle(name, kind)
    removed.add(0)
    const size = batchSize(first)
    return async (due, signal) => {
      let more = false
      await turns.run(async () => {
        let heldMs = 0
        const { value } = await store.transaction(async (tx) => {
          const began = clock.monotonic()
          const batch = await remove(tx, due, size.rows)
          heldMs = clock.monotonic() - began
          return batch
        })
        size.took(value.more, heldMs)
        removed.add(value.count)
        more = value.more
        return heldMs
      }, signal)
      return more
    }
  })
}
