import { STARTS } from '../../events/reading/counters.ts'
import type { TimerRecord } from '../../store/records/timer-records.ts'
import type { TimerDefinition } from '../define/context.ts'
import type { ServiceBase } from '../handler/service-runtime.ts'

/** Starts without a clean stop before are counted among the attempts of consumers under this name, which none has. */
const CONSUMER = 'banyan:timers'

/** What is known of how a service's timers ended the last time. */
export interface TimerStarts {
  /** Notes the start. */
  begin(): Promise<void>
  /** Whether a timer may be what ended the process, so that its attempt is to be counted before it runs. */
  suspects(timer: TimerRecord): boolean
  /** Notes a clean stop. */
  end(): Promise<void>
}

/** Counts a service's starts, so that timers which are due after an end that was no clean stop are treated with care. */
export function timerStarts({ name, store, runtime }: ServiceBase, timers: readonly TimerDefinition[]): TimerStarts {
  const { clock, log } = runtime
  let suspectsTo = Number.NEGATIVE_INFINITY
  return {
    async begin() {
      if (timers.length === 0) return
      try {
        const { value: starts } = await store.transaction((tx) => tx.consumption.countAttempt(CONSUMER, name, STARTS))
        if (starts > 1) suspectsTo = clock.now()
      } catch (error) {
        log.warn('starts cannot be counted now; timers are treated with the care of a start after a crash', { service: name, error })
        suspectsTo = clock.now()
      }
    },
    suspects: ({ attempts, dueAt }) => attempts > 0 || dueAt <= suspectsTo,
    async end() {
      if (timers.length === 0) return
      try {
        await store.transaction((tx) => tx.consumption.clearAttempts(CONSUMER, name, STARTS))
      } catch (error) {
        log.warn('a clean stop cannot be noted; the next start treats timers with care', { service: name, error })
      }
    },
  }
}
