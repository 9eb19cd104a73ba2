/** How an operation ended for its client; `'unknown'`: no answer came, so it may have happened, may happen yet, or never. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown } | 'unknown'

/** One operation as its client saw it. */
export interface HistoryEntry {
  /** The session of the client: what it saw itself, it may rely on. */
  readonly process: string
  /** E.g. `orders.place`. */
  readonly operation: string
  /** Idempotency key. */
  readonly key?: string
  readonly input: unknown
  /** Any clock that never goes back, the same for all entries; equal times mean that nobody knows which was first. */
  readonly invokedAt: number
  /** Absent while the outcome is unknown: it may happen yet. */
  readonly returnedAt?: number
  readonly outcome: Outcome
}

/** Something found in the system itself: an event in a log, a row of a table, a line in a provider's book. */
export interface Observation {
  /** Where it was found, e.g. `events`, `orders`, `provider`. */
  readonly source: string
  /** What it is about, e.g. an order's id. */
  readonly entity: string
  /** By the clock of the entries; absent: at the end, after all of them. */
  readonly at?: number
  readonly value: unknown
}

/** What clients did and what the system shows. */
export interface History {
  readonly entries: readonly HistoryEntry[]
  readonly observations: readonly Observation[]
}

/** A promise that the history contradicts, with what proves it. */
export interface Violation {
  /** Name of the check, e.g. `monotonic-reads`. */
  readonly rule: string
  readonly message: string
  readonly entries: readonly HistoryEntry[]
  readonly observations: readonly Observation[]
}

/** One rule about histories; pure. */
export type HistoryCheck = (history: History) => Violation[]

/** The answer, if there was one that is no error. */
export function answerOf({ outcome }: HistoryEntry): { readonly value: unknown } | undefined {
  return outcome !== 'unknown' && 'value' in outcome ? outcome : undefined
}

/** Whether it ended with an error that `isRefusal` says to mean that nothing was done. */
export function isRefused({ outcome }: HistoryEntry, isRefusal: (error: unknown) => boolean): boolean {
  return outcome !== 'unknown' && 'error' in outcome && isRefusal(outcome.error)
}

/** Whether `earlier` had ended when `later` began; false while nobody can tell. */
export function isBefore(earlier: HistoryEntry, later: HistoryEntry): boolean {
  return earlier.returnedAt !== undefined && earlier.returnedAt < later.invokedAt
}
