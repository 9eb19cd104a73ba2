import type { HistoryEntry, Outcome } from './history.ts'

/** What a client is about to do. */
export type HistoryRequest = Pick<HistoryEntry, 'process' | 'operation' | 'key' | 'input'>

/** Writes down what clients do. */
export interface HistoryRecorder {
  /** Runs `work` and records how it ended; returns its value or throws its error. */
  record<T>(request: HistoryRequest, work: () => Promise<T>): Promise<T>
  /** The time of the next entry, for an observation that is made now. */
  now(): number
  /** All operations so far, in the order in which they began; one that has not ended is `'unknown'`. */
  entries(): readonly HistoryEntry[]
}

/**
 * Builds a recorder whose clock counts beginnings and ends, so that no two are at the same time.
 * `isUnknown` tells errors that leave open whether the operation happened (a lost connection, a deadline) from those that settle it.
 */
export function historyRecorder({ isUnknown }: { readonly isUnknown: (error: unknown) => boolean }): HistoryRecorder {
  const entries: HistoryEntry[] = []
  let time = 0
  function settle(place: number, begun: HistoryEntry, outcome: Outcome): void {
    entries[place] = outcome === 'unknown' ? begun : { ...begun, returnedAt: time++, outcome }
  }
  return {
    async record(request, work) {
      const begun: HistoryEntry = { ...structuredClone(request), invokedAt: time++, outcome: 'unknown' }
      const place = entries.push(begun) - 1
      try {
        const value = await work()
        settle(place, begun, { value: structuredClone(value) })
        return value
      } catch (error) {
        settle(place, begun, isUnknown(error) ? 'unknown' : { error })
        throw error
      }
    },
    now: () => time++,
    entries: () => entries,
  }
}
