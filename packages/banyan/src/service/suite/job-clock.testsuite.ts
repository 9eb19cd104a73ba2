import type { Clock } from '../../kernel/clock.ts'

/** A clock of a background job that has one timer at a time. It waits for what the job does between two, however long a store takes. */
export interface JobClock extends Pick<Clock, 'now' | 'monotonic' | 'setTimer'> {
  /** Moves time forward and fires the job's timer whenever it is due. */
  advance(ms: number): Promise<void>
  /** Moves the wall time only. */
  jump(ms: number): void
}

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** Builds a clock that stands still until a test moves it. */
export function jobClock(startMs = Date.UTC(2026, 0, 1)): JobClock {
  let elapsed = 0
  let offset = startMs
  let timer: Timer | undefined
  let working: PromiseWithResolvers<void> | undefined
  return {
    now: () => Math.floor(offset + elapsed),
    monotonic: () => elapsed,
    setTimer(delayMs, callback) {
      const set = { at: elapsed + delayMs, callback }
      timer = set
      working?.resolve()
      return () => {
        if (timer === set) timer = undefined
      }
    },
    async advance(ms) {
      const end = elapsed + ms
      for (let due = timer; due && due.at <= end; due = timer) {
        elapsed = due.at
        timer = undefined
        working = Promise.withResolvers()
        due.callback()
        await working.promise
      }
      elapsed = end
    },
    jump(ms) {
      offset += ms
    },
  }
}
