import { BanyanError, type Retry } from '../kernel/error.ts'
import { toJson } from '../kernel/json.ts'

/** What made a saga roll back or get stuck, as the journal keeps it. Codes and messages only, never a stack. */
export interface SagaFailure {
  readonly code: string
  readonly message: string
  readonly data?: unknown
  /** Why it waits for a person; absent otherwise. */
  readonly stuck?: StuckReason
}

/** Why a saga is stuck, and in which direction it goes on when it is retried. */
export interface StuckReason {
  readonly phase: 'forward' | 'compensating'
  readonly code: string
  readonly message: string
  /** The step that failed; absent when the function itself did. */
  readonly step?: string
}

/** The last error of a step, as the journal keeps it. */
export interface StepError {
  readonly code: string
  readonly message: string
  readonly data?: unknown
  readonly retry: Retry
  readonly status: number
  /** True when some attempt may have happened without an answer. */
  readonly unknown: boolean
  /** Epoch milliseconds of the next attempt; absent when there is none. */
  readonly retryAt?: number
}

/** Keeps the parts of an error that may be stored and shown. */
export function sagaFailure(error: Pick<BanyanError, 'code' | 'message' | 'data'>): SagaFailure {
  const { code, message, data } = error
  return data === undefined ? { code, message } : { code, message, data }
}

/** Writes the last error of a step. */
export function stepErrorText(error: BanyanError, unknown: boolean, retryAt?: number): string {
  const { code, message, data, retry, status } = error
  return toJson({ code, message, data, retry, status, unknown, retryAt })
}

/** Reads the last error of a step; undefined when there is none. */
export function readStepError(text: string | null): StepError | undefined {
  return text === null ? undefined : (JSON.parse(text) as StepError)
}

/** Builds the error that a function gets again when its journal is replayed. */
export function replayedError(text: string | null): BanyanError {
  const error = readStepError(text)
  if (!error) return new BanyanError('outcome_unknown', 'the step was interrupted and not tried again; it may or may not have happened')
  const { code, message, data, retry, status } = error
  return new BanyanError(code, message, { data, retry, status })
}

/** Writes an output; null stands for `undefined`, so that a replay answers exactly what the first run answered. */
export function outputText(value: unknown): string | null {
  return value === undefined ? null : toJson(value)
}

/** Reads an output: always a copy, live as in a replay. */
export function readOutput(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text)
}
