import type { CancelTimer } from '../kernel/clock.ts'
import type { SagaStepRecord } from '../store/saga-records.ts'

/** Something a loaded saga waits for. */
export interface Wait {
  /** Name of the journal entry; for `retry` that of the step. */
  readonly name: string
  readonly kind: 'retry' | 'sleep' | 'signal'
  /** Epoch milliseconds; undefined when no time limits it. */
  readonly dueAt: number | undefined
  /** Name of the signal. */
  readonly signal?: string
  /** The entry of a sleep or signal, as journaled while it waits. */
  readonly record?: SagaStepRecord
  /** Goes on with what came. */
  readonly resolve: (value: unknown) => void
  /** Set while a timer of this process watches it. */
  cancel?: CancelTimer
}

/** Instant that never comes: keeps a saga that waits without a limit out of the list of those that are due. */
export const NEVER_AT = 8_640_000_000_000_000

/** Returns the earliest instant at which one of `waits` is due. */
export function earliest(waits: Iterable<Wait>, limit: number | null): number {
  let at = limit ?? NEVER_AT
  for (const { dueAt } of waits) if (dueAt !== undefined && dueAt < at) at = dueAt
  return at
}

/** What the journal keeps of a wait while it lasts. */
export interface WaitState {
  readonly dueAt?: number
}

/** What the journal keeps of a signal that came or did not come in time. */
export interface SignalOutput {
  readonly data?: unknown
  readonly timedOut?: true
}
