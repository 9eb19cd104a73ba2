import { causeText } from '../../telemetry/cause-text.ts'
import { BanyanError, isErrorCode, type Retry } from '../../kernel/error.ts'
import { plainJson, toJson } from '../../kernel/json.ts'
import { assertOutputFits } from '../../store/records/bounds.ts'
import { isMistakeOfAction } from './mistake.ts'

/** What made a saga roll back or get stuck, as the journal keeps it. */
export interface SagaFailure {
  readonly code: string
  readonly message: string
  readonly data?: unknown
  /** What was thrown and where, for operators; compensations and clients never see it. Absent when the code says it all. */
  readonly cause?: string
  /** Why it waits for a person; absent otherwise. */
  readonly stuck?: StuckReason
}

/** Why a saga is stuck, and in which direction it goes on when it is retried. */
export interface StuckReason {
  readonly phase: 'forward' | 'compensating'
  readonly code: string
  readonly message: string
  /** What was thrown and where, for operators. */
  readonly cause?: string
  /** The step that failed; absent when the function itself did. */
  readonly step?: string
  /** True when the program is wrong, not the business: the next start, which may bring other code, tries again by itself. */
  readonly mistake?: true
}

/** The last error of a step, as the journal keeps it. */
export interface StepError {
  readonly code: string
  readonly message: string
  readonly data?: unknown
  readonly retry: Retry
  readonly status: number
  /** Whether the participant declares it; absent in journals of older versions. */
  readonly declared?: boolean
  /** Operation that answered with it; absent when the step itself failed. */
  readonly from?: string
  /** True when some attempt may have happened without an answer. */
  readonly unknown: boolean
  /** What was thrown and where, for operators; a replay does not show it to the function. Absent when the code says it all. */
  readonly cause?: string
  /** Epoch milliseconds of the next attempt; no restart comes before it. Absent when there is none. */
  readonly retryAt?: number
  /** How long before that the pause began: a clock that was set back since makes it no longer than this again. */
  readonly pauseMs?: number
  /** True when the program was wrong; such a step is not given up, see `mistake.ts`. */
  readonly mistake?: true
  /** True while an attempt is under way: read after a restart, that attempt ended without an answer. */
  readonly underWay?: true
}

/** Longest message that is kept; what a participant says may be of any length. */
const MESSAGE_LENGTH_MAX = 1_000

/** Reads a failure as a journal keeps it. */
export function readFailure(text: string | null): SagaFailure | undefined {
  return text === null ? undefined : (JSON.parse(text) as SagaFailure)
}

/** Keeps the parts of an error that may be stored, and shown to operators. */
export function sagaFailure(error: BanyanError, cause?: string): SagaFailure {
  const { code, data } = error
  return {
    code,
    message: bounded(error.message),
    ...(data === undefined ? {} : { data }),
    ...(cause === undefined ? {} : { cause }),
  }
}

/** Writes the last error of a step. */
export function stepErrorText(
  error: BanyanError,
  unknown: boolean,
  more: Pick<StepError, 'retryAt' | 'pauseMs' | 'mistake'> & { cause?: string | undefined } = {},
): string {
  const mistake = isMistakeOfAction(error) || undefined
  const { code, message, data, retry, status, declared, from } = error
  return toJson({
    code,
    message: bounded(message),
    data,
    retry,
    status,
    declared,
    from,
    unknown,
    mistake,
    cause: causeText(error),
    ...more,
  })
}

/** Says for the log what was thrown, in a line (the stack was logged with the failure), and what a person can do. */
export function stuckAdvice(step: string | undefined, cause: string | undefined): { readonly thrown?: string; readonly todo: string } {
  const todo =
    step === undefined ? 'mend the cause, then retry the saga' : 'mend the cause and retry the saga, or settle the step by hand and skip it'
  return cause === undefined ? { todo } : { thrown: cause.split('\n', 1)[0] as string, todo }
}

/** Error of a step whose process ended, or was left, during an attempt. */
const INTERRUPTED = 'the step was interrupted and not tried again; it may or may not have happened'

/**
 * Writes what is known while an attempt is under way: the error of the one before, if any, and the earliest moment of the next one, so that
 * a process that dies in it and comes back at once does not use up the attempts of an hour in a minute.
 */
export function underWayText(before: string | null, now: number, pauseMs: number): string {
  const last = readStepError(before) ?? { code: 'outcome_unknown', message: INTERRUPTED, retry: 'unknown', status: 504 }
  return toJson({ ...last, unknown: true, underWay: true, retryAt: now + pauseMs, pauseMs })
}

/**
 * Begins the pause of a step's last error anew when the clock was set back since it was written; else returns the text as it is. To be
 * journaled: the pause is counted from what is stored, also by the next process.
 */
export function pausedFrom(text: string | null, now: number): string | null {
  const error = readStepError(text)
  const { retryAt = 0, pauseMs = Infinity } = error ?? {}
  return retryAt > now + pauseMs ? toJson({ ...error, retryAt: now + pauseMs }) : text
}

function bounded(message: string): string {
  return message.slice(0, MESSAGE_LENGTH_MAX)
}

/** Reads the last error of a step; undefined when there is none. */
export function readStepError(text: string | null): StepError | undefined {
  return text === null ? undefined : (JSON.parse(text) as StepError)
}

/** Builds the error that a function gets again when its journal is replayed. */
export function replayedError(text: string | null): BanyanError {
  const error = readStepError(text)
  if (!error || error.underWay) return new BanyanError('outcome_unknown', INTERRUPTED)
  const { code, message, data, retry, status, declared = !isErrorCode(code), from } = error
  return new BanyanError(code, message, { data, retry, status, declared, from })
}

/**
 * Writes an output, at most a mebibyte; null stands for `undefined`, so that a replay answers exactly what the first run answered. Throws
 * `misuse` that names the field for what JSON would change. `of` names what returned it.
 */
export function outputText(value: unknown, of: string): string | null {
  if (value === undefined) return null
  const text = plainJson(value, `the output of ${of}`)
  assertOutputFits(of, text)
  return text
}

/** Reads an output: always a copy, live as in a replay. */
export function readOutput(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text)
}
