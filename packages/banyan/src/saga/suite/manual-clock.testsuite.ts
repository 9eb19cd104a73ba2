import type { Clock } from '../../kernel/clock.ts'

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves time forward, fires what is due in order, and lets work come to rest between timers. */
  advance(ms: number): Promise<void>
  /** Moves the wall time only, as an adjusted system clock does. */
  jump(ms: number): void
  /** Fires nothing and runs nothing until it is thawed, as a stopped process. */
  freeze(): void
  thaw(): Promise<void>
}

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

/** Turns of the event loop after which work without timers has come to rest. */
const TURNS = 12

/** Builds a manual clock. */
export function manualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  const timers = new Set<Timer>()
  let elapsed = 0
  let offset = startMs
  let order = 0
  let frozen: (() => void)[] | undefined

  function next(until: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of timers)
      if (timer.at <= until && (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order))) first = timer
    return first
  }
  async function advance(ms: number): Promise<void> {
    const end = elapsed + ms
    await rest()
    for (let due = frozen ? undefined : next(end); due; due = frozen ? undefined : next(end)) {
      timers.delete(due)
      elapsed = Math.max(elapsed, due.at)
      due.callback()
      await rest()
    }
    elapsed = end
    await rest()
  }
  return {
    now: () => offset + elapsed,
    monotonic: () => elapsed,
    setTimer(delayMs, callback) {
      const timer = { at: elapsed + Math.max(0, delayMs), order: order++, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    soon(callback) {
      if (frozen) frozen.push(callback)
      else setImmediate(callback)
    },
    advance,
    jump(ms) {
      offset += ms
    },
    freeze() {
      frozen ??= []
    },
    async thaw() {
      const waiting = frozen ?? []
      frozen = undefined
      for (const callback of waiting) setImmediate(callback)
      await advance(0)
    },
  }
}

/** Lets everything that needs no timer come to rest. */
export async function rest(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
