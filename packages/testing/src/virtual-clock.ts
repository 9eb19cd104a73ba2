import type { Clock } from 'banyan/kernel'

/** A clock that stands still until a test moves it. */
export interface VirtualClock extends Clock {
  /** Moves time forward and fires what is due, in order; lets promises settle between timers. */
  advance(ms: number): Promise<void>
  /** Moves wall time only, as an adjusted system clock does; timers are not affected. */
  jumpWallTime(ms: number): void
  /** Timers that are set and have not fired. */
  pending(): number
}

interface Entry {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** Wall time at which a virtual clock starts: a fixed moment, so that runs are repeatable. */
const START_MS = Date.UTC(2026, 0, 1)

/** Builds a virtual clock. `soon` callbacks run in the real event loop's next turn, since they stand for no time at all. */
export function virtualClock(startMs: number = START_MS): VirtualClock {
  const timers = new Set<Entry>()
  let elapsed = 0
  let wallOffset = startMs
  let order = 0

  function next(until: number): Entry | undefined {
    let first: Entry | undefined
    for (const entry of timers)
      if (entry.at <= until && (!first || entry.at < first.at || (entry.at === first.at && entry.order < first.order))) first = entry
    return first
  }
  return {
    now: () => wallOffset + elapsed,
    monotonic: () => elapsed,
    setTimer(delayMs, callback) {
      const entry = { at: elapsed + Math.max(0, delayMs), order: order++, callback }
      timers.add(entry)
      return () => void timers.delete(entry)
    },
    soon: (callback) => void setImmediate(callback),
    async advance(ms) {
      const end = elapsed + ms
      await settle()
      for (let due = next(end); due; due = next(end)) {
        timers.delete(due)
        elapsed = Math.max(elapsed, due.at)
        due.callback()
        await settle()
      }
      elapsed = end
      await settle()
    },
    jumpWallTime(ms) {
      wallOffset += ms
    },
    pending: () => timers.size,
  }
}

/** Turns of the event loop after which in-process work without timers has come to rest. */
const TURNS = 20

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
