import { PerformanceObserver } from 'node:perf_hooks'

/** Tells how long the garbage collector has held the process. */
export interface CollectorPauses {
  /** Milliseconds that the collector took since it was asked the last time, as far as the platform has told of them: ask a turn after a hold. */
  takeMs(): number
}

/** Knows of no pause: for tests, and for what runs too shortly to be watched. */
export const noCollectorPauses: CollectorPauses = { takeMs: () => 0 }

/**
 * Returns the pauses of this process's collector. Costs one small record a collection, of which there are some in a second. Only entry points
 * choose it; the process is not kept alive by it.
 */
export function systemCollectorPauses(): CollectorPauses {
  let heldMs = 0
  const add = (entries: readonly { readonly duration: number }[]): void => {
    for (const { duration } of entries) heldMs += duration
  }
  const observer = new PerformanceObserver((list) => add(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  return {
    takeMs() {
      add(observer.takeRecords())
      const taken = heldMs
      heldMs = 0
      return taken
    },
  }
}
