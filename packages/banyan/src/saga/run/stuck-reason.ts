import type { StuckReason } from './saga-failure.ts'

/** What else is known where a saga stops. */
export interface StopDetails {
  /** Step that failed; undefined when the function itself did. */
  readonly step?: string | undefined
  /** What was thrown. Default: what the journal has with the step. */
  readonly cause?: string | undefined
  /** Whether the program is wrong. Default false. */
  readonly mistake?: boolean
}

/** Writes why a saga is stuck, with what is known and nothing else. */
export function stuckReason(why: Pick<StuckReason, 'phase' | 'code' | 'message'>, { step, cause, mistake }: StopDetails): StuckReason {
  return {
    ...why,
    ...(step === undefined ? {} : { step }),
    ...(mistake ? { mistake } : {}),
    ...(cause === undefined ? {} : { cause }),
  }
}
