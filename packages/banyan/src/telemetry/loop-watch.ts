import type { CancelTimer, Clock } from '../kernel/clock.ts'
import type { CollectorPauses } from '../kernel/collector-pauses.ts'
import type { Logger } from '../kernel/logger.ts'
import type { WorkLog, WorkSeen } from '../kernel/work-log.ts'
import type { Metrics } from './metrics.ts'

/** How often the loop is looked at; a hold is noticed when it ends. */
const LOOK_MS = 100
/** A loop that was held longer is worth a line in the log: a client that waits for 200 ms notices. */
const HELD_MS = 200
/** Delays that are told apart, in seconds: from what a timer is late by itself to what an orchestrator kills a process for. */
const BUCKETS_SECONDS = [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]

/** What the watch needs. */
export interface LoopWatchOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  readonly work: WorkLog
  readonly collector: CollectorPauses
  /** Holds that begin before are counted and not logged: a start loads, checks and migrates, and nobody waits for an answer yet. Default: ready. */
  readonly isReady?: () => boolean
}

/**
 * Watches how late the event loop is, and says by what it was held for more than 200 ms: the longest statement that was measured in that time,
 * and the handlers that were under way. Returns how to stop it.
 * Metrics: `banyan_loop_delay_seconds`. A pause of the garbage collector is named with its time; where nothing at all was under way, the line says what
 * else it may be. It is written a turn later, because the platform tells of collections only then.
 */
export function watchLoop({ clock, log, metrics, work, collector, isReady = () => true }: LoopWatchOptions): CancelTimer {
  const delay = metrics
    .histogram({ name: 'banyan_loop_delay_seconds', help: 'How late the event loop was when it was looked at.', buckets: BUCKETS_SECONDS })
    .handle()
  let dueAt = clock.monotonic() + LOOK_MS
  let wasReady = isReady()
  const look = (): void => {
    const lateMs = Math.max(0, clock.monotonic() - dueAt)
    delay.observe(lateMs / 1_000)
    const seen = work.take()
    if (lateMs < HELD_MS) collector.takeMs() // what it took is no part of a later hold
    else if (wasReady) clock.soon(() => log.warn('the event loop was held', heldFields(lateMs, seen, collector.takeMs())))
    wasReady = isReady()
    dueAt = clock.monotonic() + LOOK_MS
    cancel = clock.setTimer(LOOK_MS, look)
  }
  let cancel = clock.setTimer(LOOK_MS, look)
  return () => cancel()
}

/** A collector that took less than this part of a hold is not what held the loop. */
const COLLECTOR_PART_MIN = 0.5

function heldFields(heldMs: number, { longest, underWay }: WorkSeen, collectorMs: number) {
  const isCollector = collectorMs >= heldMs * COLLECTOR_PART_MIN
  const isUnknown = longest === undefined && underWay.length === 0 && !isCollector
  return {
    heldMs: Math.round(heldMs),
    longest: longest && `${longest.what}, ${Math.round(longest.durationMs)} ms`,
    underWay,
    ...(collectorMs >= 1 ? { collectorMs: Math.round(collectorMs) } : {}),
    ...(isUnknown ? { meaning: NOTHING_UNDER_WAY } : {}),
  }
}

/** What a hold may mean that nothing of the platform explains. */
const NOTHING_UNDER_WAY =
  'no handler was under way and no statement was long: the machine may have paused the process (a busy processor, swapping, a suspended container), or code outside of handlers held it'
