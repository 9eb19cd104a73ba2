/** Time that one batch of removal should take of the store, and of the event loop with it: a request hardly notices. In milliseconds. */
export const BATCH_MS_MAX = 10
/** How much larger than the first a batch may become; what is larger gains nothing. */
const GROWTH_MAX = 25

/** How many rows the next batch of a removal takes: more while there is a backlog, as long as a batch takes little time. */
export interface BatchSize {
  readonly rows: number
  /** Takes note of a batch: whether it found as many rows as it might take, and how long it held the store. */
  took(full: boolean, heldMs: number): void
}

/** Begins with `first` rows; never goes below. */
export function batchSize(first: number): BatchSize {
  let rows = first
  return {
    get rows() {
      return rows
    },
    took(full, heldMs) {
      if (heldMs > BATCH_MS_MAX) rows = Math.max(first, Math.floor((rows * BATCH_MS_MAX) / heldMs))
      else if (full && heldMs < BATCH_MS_MAX / 2) rows = Math.min(first * GROWTH_MAX, rows * 2)
      else if (!full) rows = first
    },
  }
}
