import type { Clock } from 'banyan/kernel'

/** Looks again and again while there is something to look at: one timer for all instead of one each. */
export interface Sweep {
  /** Begins, unless it is under way. */
  start(): void
}

/** Pause between two looks. */
const LOOK_MS = 500

/** Creates a sweep; `look` returns whether to come again. */
export function createSweep(clock: Clock, look: () => boolean): Sweep {
  let isScheduled = false
  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    clock.setTimer(LOOK_MS, () => {
      isScheduled = false
      if (look()) schedule()
    })
  }
  return { start: schedule }
}
