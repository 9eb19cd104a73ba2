import { oneLine } from 'banyan/telemetry'
import { shellWord } from './shell-word.ts'
import { table } from './table.ts'

/** An error as the operations API shows it. */
export interface ShownError {
  readonly code: string
  readonly message: string
  /** What was thrown and where. */
  readonly cause?: string
  /** Moment of the next attempt, ISO 8601. */
  readonly retryAt?: string
  readonly stuck?: ShownError & { readonly phase: string; readonly step?: string }
}

/** A saga as the operations API shows it. */
export interface ShownSagaItem {
  readonly service: string
  readonly id: string
  readonly name: string
  readonly status: string
  /** ISO 8601. */
  readonly updatedAt: string
  readonly failure: ShownError | null
}

/** A step as the operations API shows it. */
export interface ShownStep {
  readonly number: number
  readonly name: string
  readonly state: string
  readonly attempts: number
  readonly compensationAttempts: number
  readonly error: ShownError | null
}

/** Returns a saga as a row of a table. */
export function sagaRow({ service, name, id, status, updatedAt, failure }: ShownSagaItem): Record<string, unknown> {
  return { service, saga: name, id, status, updated: updatedAt, failure: failure ? errorText(failure.stuck ?? failure) : '-' }
}

/** Writes a saga for people: its steps, what each failed with last and where, and what can be done when it is stuck. */
export function sagaText(saga: ShownSagaItem, steps: readonly ShownStep[]): string {
  const parts = [table([sagaRow(saga)], ''), table(steps.map(stepRow), 'No steps yet.')]
  for (const { name, error } of steps) if (error) parts.push(lastFailure(`step ${name}`, error))
  const why = saga.failure?.stuck ?? saga.failure
  if (why?.cause !== undefined && !steps.some(({ error }) => error?.cause === why.cause)) parts.push(lastFailure('the saga', why))
  if (saga.status === 'stuck') parts.push(advice(saga))
  return parts.join('\n\n')
}

function stepRow({ number, name, state, attempts, compensationAttempts, error }: ShownStep): Record<string, unknown> {
  const row = { number, step: name, state: STATES[state] ?? state, attempts, 'undo attempts': compensationAttempts }
  return { ...row, error: error ? errorText(error) : '-' }
}

/** What states mean that their names do not say. */
const STATES: Readonly<Record<string, string>> = { kept: 'kept (nothing to undo)', skipped: 'skipped (settled by hand)' }

function errorText({ code, message }: ShownError): string {
  return `${code}: ${message}`
}

function lastFailure(what: string, error: ShownError): string {
  const next = error.retryAt === undefined ? '' : `; next attempt not before ${error.retryAt}`
  const cause =
    error.cause === undefined
      ? ''
      : `\n${error.cause
          .split('\n')
          .map((line) => `  ${oneLine(line)}`)
          .join('\n')}`
  return `${oneLine(`Last failure of ${what}: ${errorText(error)}`)}${next}${cause}`
}

function advice({ service, id, failure }: ShownSagaItem): string {
  const step = failure?.stuck?.step
  const saga = `${shellWord(service)} ${shellWord(id)}`
  const retry = `It is stuck. Mend the cause, then: banyan sagas retry ${saga} --reason "..."`
  if (step === undefined) return retry
  return `${retry}\nOr settle the step by hand, then: banyan sagas skip ${saga} --step ${shellWord(step)} [--output JSON] --reason "..."`
}
