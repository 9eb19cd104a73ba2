import { createClockWatch } from '../../kernel/clock-watch.ts'
import type { CancelTimer } from '../../kernel/clock.ts'
import { createRefusals, type Refusals } from '../../kernel/refusals.ts'
import type { TimerDefinition } from '../define/context.ts'
import type { TimerRecord } from '../../store/records/timer-records.ts'
import { fireTimer } from './fire-timer.ts'
import { timerStarts, type TimerStarts } from './timer-starts.ts'
import type { ServiceBase, ServiceRuntime } from '../handler/service-runtime.ts'

/** Timers handled at once; the rest waits in the table. */
const RUNNING_MAX = 100
/** Timers that begin to wait anew in one transaction, when the clock was set back: more would hold others up. */
const SET_BACK_MAX = 1_000
/** Delay while the store refuses to write. */
const REFUSED_BACKOFF = { firstMs: 100, maxMs: 5_000 }
/** Looks again at least this often: wall time may jump, and hints from other processes do not arrive here. */
const POLL_MS_MAX = 1_000

/**
 * Fires a service's durable timers: at least once, never early, with one effect (P11). A wall clock that is set back moves no appointment, and
 * prolongs no wait.
 * While the store refuses to write, timers stay due: they are tried one at a time, and ever more seldom.
 */
export interface TimerPump {
  start(): void
  /** Stops and waits for handlers under way. */
  stop(): Promise<void>
  /** A timer due at `at` was committed. */
  scheduled(at: number): void
}

/** What the pump of a service is built of, besides what the service stands on. */
export interface TimerPumpOptions {
  readonly timers: readonly TimerDefinition[]
  /** What handlers work with; asked for when one runs. */
  readonly runtime: () => ServiceRuntime
}

/** Builds the pump of one service. */
export function createTimerPump(service: ServiceBase, { timers, runtime }: TimerPumpOptions): TimerPump {
  const { clock, log } = service.runtime
  const refusals = createRefusals(service.runtime, REFUSED_BACKOFF)
  const starts = timerStarts(service, timers)
  const firing = createFiring({ service, runtime, timers, refusals, starts, ended: () => wake(clock.now() + refusals.pauseMs()) })
  let begun: Promise<void> | undefined
  const beginWaitsAnew = watchForSetBack(service)
  let cancel: CancelTimer | undefined
  let wakeAt = Infinity
  let stopped = true
  let turning: Promise<void> | undefined

  /** Wakes at `at` (epoch ms) unless an earlier wake is set. */
  function wake(at: number): void {
    if (stopped || at >= wakeAt) return
    cancel?.()
    wakeAt = at
    cancel = clock.setTimer(Math.min(POLL_MS_MAX, Math.max(0, at - clock.now())), () => {
      wakeAt = Infinity
      turning ??= turn().finally(() => {
        turning = undefined
      })
    })
  }
  async function turn(): Promise<void> {
    await begun
    const now = clock.now()
    if (refusals.pauseMs() > 0) return wake(now + refusals.pauseMs())
    let next = now + POLL_MS_MAX
    try {
      await beginWaitsAnew(now)
      const { isAnyLeft } = await firing.fireDue(now)
      if (isAnyLeft) return wake(now)
      next = Math.min(next, (await service.store.read((tx) => tx.timers.nextDue())) ?? Infinity)
    } catch (error) {
      if (refusals.isNews()) log.warn('timers cannot be read; trying again', { service: service.name, error })
      refusals.add()
    }
    // What is due now already runs, and wakes the pump when it ends.
    wake(next > now ? next : now + POLL_MS_MAX)
  }
  return {
    start() {
      stopped = false
      begun = starts.begin().then(() => wake(clock.now()))
    },
    async stop() {
      stopped = true
      await begun
      cancel?.()
      await turning
      await firing.settled()
      await starts.end()
    },
    scheduled: wake,
  }
}

interface FiringOptions {
  readonly service: ServiceBase
  readonly runtime: () => ServiceRuntime
  readonly timers: readonly TimerDefinition[]
  readonly refusals: Refusals
  readonly starts: TimerStarts
  /** Called when a handler has ended. */
  readonly ended: () => void
}

/** Runs the handlers of timers that are due; one at a time while the store refuses to write. */
function createFiring({ service, runtime, timers, refusals, starts, ended }: FiringOptions) {
  const definitions = new Map(timers.map((timer) => [timer.name, timer]))
  const running = new Map<string, Promise<void>>()
  async function fire(timer: TimerRecord): Promise<void> {
    const how = { quiet: !refusals.isNews(), counted: starts.suspects(timer) }
    if (await fireTimer(runtime(), definitions.get(timer.name), timer, how)) refusals.clear()
    else refusals.add()
    running.delete(timer.id)
    ended()
  }
  return {
    /** Fires what is due. What ended while that was read may be gone or have moved: it is left to the next look. */
    async fireDue(now: number): Promise<{ readonly isAnyLeft: boolean }> {
      if (running.size >= RUNNING_MAX) return { isAnyLeft: false }
      const before = new Set(running.keys())
      const due = await service.store.read((tx) => tx.timers.due(now, RUNNING_MAX))
      if (due.length === 0) refusals.clear()
      const waiting = due.filter(({ id }) => !before.has(id))
      // One by turns shows whether the store writes again; the first one alone could be refused for a reason of its own.
      const chosen = refusals.count === 0 ? waiting : waiting.splice(refusals.count % (waiting.length || 1), 1)
      for (const timer of chosen) running.set(timer.id, fire(timer))
      return { isAnyLeft: due.some(({ id }) => before.has(id) && !running.has(id)) }
    },
    settled: () => Promise.allSettled(running.values()),
  }
}

/** Begins the waits of timers anew once the wall clock was set back, and at the first call, because it may have been before. */
function watchForSetBack({ store, runtime }: ServiceBase): (now: number) => Promise<void> {
  const looksSetBack = createClockWatch(runtime.clock)
  let isSetBack = false
  return async (now) => {
    isSetBack ||= looksSetBack()
    if (!isSetBack) return
    while ((await store.transaction((tx) => tx.timers.clockSetBack(now, SET_BACK_MAX))).value === SET_BACK_MAX);
    isSetBack = false
  }
}
