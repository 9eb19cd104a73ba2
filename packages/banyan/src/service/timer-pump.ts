import type { Scope } from '../call/scope.ts'
import { servicePrincipal } from '../contract/access.ts'
import { backoffDelayMs } from '../kernel/backoff.ts'
import type { CancelTimer } from '../kernel/clock.ts'
import { deadlineAfter, within } from '../kernel/deadline.ts'
import { BanyanError, toBanyanError } from '../kernel/error.ts'
import type { TimerRecord } from '../store/records.ts'
import { newTrace } from '../telemetry/trace-context.ts'
import type { TimerDefinition } from './context.ts'
import { handlerContext } from './handler-context.ts'
import type { ServiceRuntime } from './service-runtime.ts'
import type { Work } from './work.ts'

/** Timers handled at once; the rest waits in the table. */
const BATCH_MAX = 100
/** Looks again at least this often: hints from other processes do not arrive here. */
const POLL_MS_MAX = 1_000
/** Time one attempt of a timer's handler may take. */
const HANDLER_TIMEOUT_MS = 30_000
/** Delay between failed attempts. A timer is tried until it succeeds: it is durable intent. */
const BACKOFF = { firstMs: 250, maxMs: 300_000 }

/** Fires a service's durable timers: at least once, never early, with one effect (P11). */
export interface TimerPump {
  start(): void
  /** Stops and waits for handlers under way. */
  stop(): Promise<void>
  /** A timer due at `at` was committed. */
  scheduled(at: number): void
}

/** Builds the pump of one service. */
export function createTimerPump(service: ServiceRuntime, timers: readonly TimerDefinition[]): TimerPump {
  const { clock, random, ids } = service.runtime
  const handlers = new Map(timers.map((timer) => [timer.name, timer]))
  const running = new Map<string, Promise<void>>()
  let cancel: CancelTimer | undefined
  let wakeAt = Infinity
  let stopped = true
  let turning: Promise<void> | undefined

  /** Wakes at `at` (epoch ms) unless an earlier wake is set; sleeps in short stretches because wall time may jump. */
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
    try {
      const now = clock.now()
      const due = running.size >= BATCH_MAX ? [] : await service.store.read((tx) => tx.timers.due(now, BATCH_MAX))
      for (const timer of due) if (!running.has(timer.id)) running.set(timer.id, fire(timer))
      const next = await service.store.read((tx) => tx.timers.nextDue())
      wake(next !== undefined && next > now ? Math.min(next, now + POLL_MS_MAX) : now + POLL_MS_MAX)
    } catch (error) {
      service.runtime.log.warn('timers cannot be read; trying again', { service: service.name, error })
      wake(clock.now() + POLL_MS_MAX)
    }
  }
  async function fire(timer: TimerRecord): Promise<void> {
    try {
      await attempt(timer)
    } catch (thrown) {
      await postpone(timer, thrown).catch((error: unknown) =>
        service.runtime.log.error('a timer could not be postponed', { timer: timer.id, error }),
      )
    } finally {
      running.delete(timer.id)
      wake(clock.now())
    }
  }
  async function attempt(timer: TimerRecord): Promise<void> {
    const definition = handlers.get(timer.name)
    if (!definition) throw new BanyanError('misuse', `timer "${timer.name}" has no handler in service ${service.name}; add it to timers`)
    const takeOff: Work['before'] = async (tx) => {
      if (!(await tx.timers.cancel(timer.id))) throw new BanyanError('fenced', `timer ${timer.id} has fired elsewhere`)
    }
    const work: Work = { scope: timerScope(timer), before: takeOff }
    const handled = Promise.resolve(definition.handler(JSON.parse(timer.data), handlerContext(service, work)))
    await within(clock, work.scope.deadline, `timer ${timer.name}`, handled)
    if (!work.committed) await service.store.transaction((tx) => tx.timers.cancel(timer.id))
  }
  async function postpone(timer: TimerRecord, thrown: unknown): Promise<void> {
    const error = toBanyanError(thrown)
    if (error.code === 'fenced') return
    const attempts = timer.attempts + 1
    const dueAt = clock.now() + backoffDelayMs(BACKOFF, attempts, random)
    service.runtime.log.warn('timer failed; it will be tried again', {
      service: service.name,
      timer: timer.name,
      attempts,
      error: error.cause ?? error,
    })
    await service.store.transaction(async (tx) => {
      if (await tx.timers.cancel(timer.id)) await tx.timers.schedule({ ...timer, attempts, dueAt })
    })
  }
  function timerScope(timer: TimerRecord): Scope {
    return {
      principal: servicePrincipal(service.name),
      deadline: deadlineAfter(clock, HANDLER_TIMEOUT_MS),
      trace: newTrace(ids),
      correlationId: timer.correlationId,
      causationId: `timer:${timer.id}`,
    }
  }

  return {
    start() {
      stopped = false
      wake(clock.now())
    },
    async stop() {
      stopped = true
      cancel?.()
      await turning
      await Promise.allSettled(running.values())
    },
    scheduled: wake,
  }
}
