import { backoffDelayMs } from '../../kernel/backoff.ts'
import { durationMs } from '../../kernel/duration.ts'
import { causeText } from '../../telemetry/cause-text.ts'
import { type BanyanError, isErrorCode, shownInLog } from '../../kernel/error.ts'
import type { LogFields } from '../../kernel/logger.ts'
import type { SagaStepRecord } from '../../store/records/saga-records.ts'
import { Attempt } from './attempt.ts'
import { pausedFrom, readOutput, readStepError, replayedError, stepErrorText, underWayText } from './saga-failure.ts'
import { hang } from './hang.ts'
import { isMistakeOfAction } from './mistake.ts'
import type { AnyStep } from './asked-steps.ts'
import type { RunningSaga } from './running.ts'
import { STEP_ATTEMPTS_MAX, STEP_TIMEOUT } from '../saga.ts'

/** Delay between attempts of a step: eight attempts spread over about half a minute; after the commit point one a minute at most. */
const STEP_BACKOFF = { firstMs: 250, maxMs: 60_000 }

const STEP_TIMEOUT_MS = durationMs(STEP_TIMEOUT)

/**
 * Runs a step, or answers from the journal. Hangs when the saga must not go on here: it rolls back, is stopped, or leaves this process.
 * Rejects with the step's error when it failed for good.
 */
export async function runStep(run: RunningSaga, name: string, step: AnyStep): Promise<unknown> {
  if (!run.answers() || !run.ask(name, step)) return hang()
  const known = run.journal.steps.get(name)
  if (known && known.state !== 'started') return journaled(run, known)
  if (run.replaying || !run.mayStart()) return hang()
  if (!known && run.asked.catchingUp && !(await run.replayed(name))) return hang()
  return new StepExecution(run, step, known ?? newStep(run, name)).run()
}

/** Returns how long one attempt of a step may take, in milliseconds. */
export function stepTimeoutMs(step: AnyStep): number {
  return step.timeout === undefined ? STEP_TIMEOUT_MS : durationMs(step.timeout)
}

/** Returns a step before its first attempt. */
export function newStep(run: RunningSaga, name: string): SagaStepRecord {
  return {
    sagaId: run.id,
    name,
    number: run.journal.nextNumber(),
    state: 'started',
    output: null,
    error: null,
    attempts: 0,
    compensationAttempts: 0,
    startedAt: run.now(),
    endedAt: null,
  }
}

function journaled(run: RunningSaga, step: SagaStepRecord): unknown {
  switch (step.state) {
    case 'done':
    case 'skipped':
      return readOutput(step.output)
    case 'failed':
    case 'unknown':
      throw remembered(run, step.name, replayedError(step.error))
    case 'started':
    case 'compensated':
    case 'kept':
    case 'compensation_failed':
      return hang() // undone already: what started after it is undone too, so the function is not needed any further
  }
}

function remembered(run: RunningSaga, name: string, error: BanyanError): BanyanError {
  run.underWay.noteError(error, name)
  return error
}

/** Attempts of one step until it succeeds or fails for good. */
class StepExecution {
  readonly #run: RunningSaga
  readonly #step: AnyStep
  #record: SagaStepRecord
  /** Some attempt may have happened without an answer. */
  #unknown: boolean

  constructor(run: RunningSaga, step: AnyStep, record: SagaStepRecord) {
    this.#run = run
    this.#step = step
    this.#record = record
    this.#unknown = readStepError(record.error)?.unknown ?? record.attempts > 0
  }

  async run(): Promise<unknown> {
    const run = this.#run
    run.underWay.stepBegins()
    if (this.#record.attempts > 0 && !(await this.#resume())) {
      const { error } = this.#record
      const { cause, mistake } = readStepError(error) ?? {}
      return this.#endWith(replayedError(error), cause, mistake === true)
    }
    for (;;) {
      await this.#begin()
      if (!run.mayStart()) return this.#leave()
      const attempt = this.#attempt()
      if (this.#lazy) run.underWay.writerBegins()
      await attempt.finished
      if (this.#lazy) run.underWay.writerEnds()
      if (attempt.error === undefined) return this.#succeed(attempt)
      if (attempt.progress.acted || (!this.#localOnly && attempt.error.retry === 'unknown')) this.#unknown = true
      if (run.phase !== 'forward') return this.#failLate(attempt.error)
      if (!this.#mayRetry(attempt.error)) return this.#endWith(attempt.error, causeText(attempt.error), isMistakeOfAction(attempt.error))
      await this.#pause(attempt.error)
    }
  }

  /** A purely local step: nothing leaves, so nothing must be durable before; a recovered saga counts its attempts first all the same. */
  get #lazy(): boolean {
    return this.#localOnly && this.#run.epoch === 1
  }

  get #localOnly(): boolean {
    return this.#step.local === true
  }

  /** Goes on with a step that was interrupted or waits for its next attempt; false when no attempt is left. */
  async #resume(): Promise<boolean> {
    if (this.#exhausted()) return false
    const now = this.#run.now()
    const error = pausedFrom(this.#record.error, now)
    if (error !== this.#record.error) this.#run.journal.record((this.#record = { ...this.#record, error }))
    const { retryAt = 0 } = readStepError(error) ?? {}
    if (retryAt > now) await this.#waitUntil(retryAt)
    return true
  }

  /** A process that dies in the first attempt makes the second one at once (P3); from then on the pause holds across the death. */
  async #begin(): Promise<void> {
    const attempts = this.#record.attempts + 1
    const error = attempts === 1 ? null : underWayText(this.#record.error, this.#run.now(), this.#delayMs(attempts))
    this.#record = { ...this.#record, state: 'started', output: null, error, attempts, endedAt: null }
    if (this.#lazy || !this.#run.mayStart()) return
    this.#run.journal.intend(this.#record)
    await this.#run.flush()
  }

  #attempt(): Attempt {
    const key = `${this.#run.id}:${this.#record.name}`
    const { action } = this.#step
    return new Attempt(this.#run, {
      record: this.#record,
      success: 'done',
      key,
      timeoutMs: stepTimeoutMs(this.#step),
      limit: this.#run.limit(),
      local: this.#localOnly,
      act: action,
    })
  }

  #succeed(attempt: Attempt): unknown {
    const run = this.#run
    run.underWay.stepRests()
    if (!attempt.durable) run.journal.record({ ...this.#record, state: 'done', output: attempt.output, error: null, endedAt: run.now() })
    run.check()
    return run.phase === 'forward' ? readOutput(attempt.output) : hang()
  }

  /** An attempt that failed after the rollback began: only what it tells about the outcome counts. */
  #failLate(error: BanyanError): Promise<never> {
    const known = !this.#unknown && error.retry !== 'unknown'
    if (known) this.#run.journal.record({ ...this.#record, state: 'failed', error: stepErrorText(error, false), endedAt: this.#run.now() })
    return this.#leave()
  }

  /** No attempt is left: the function gets the error, unless the program was wrong. Then nothing is undone for it; the saga is held (P7). */
  #endWith(error: BanyanError, cause: string | undefined, mistake: boolean): Promise<never> {
    const run = this.#run
    const failed = this.#giveUp(error, cause, mistake)
    if (!mistake) throw failed
    run.mayStart() // a rollback that is due comes first
    if (run.phase === 'forward') run.stop(error.code, error.message, { step: this.#record.name, cause, mistake })
    return hang()
  }

  #giveUp(error: BanyanError, cause: string | undefined, mistake: boolean): BanyanError {
    const run = this.#run
    run.underWay.stepRests()
    const state = this.#unknown ? 'unknown' : 'failed'
    // What a participant declares, or the author names with a code of their own, is an answer; what it leads to is for the saga to say.
    if (isErrorCode(error.code) && !error.declared) run.environment.runtime.log.warn('a saga step failed for good', this.#lines(error))
    run.journal.record({
      ...this.#record,
      state,
      error: stepErrorText(error, this.#unknown, { cause, ...(mistake ? { mistake } : {}) }),
      endedAt: run.now(),
    })
    run.check()
    return remembered(run, this.#record.name, error)
  }

  #mayRetry(error: BanyanError): boolean {
    return error.retry !== 'never' && !this.#exhausted()
  }

  #exhausted(): boolean {
    return !this.#run.committed && this.#record.attempts >= (this.#step.attemptsMax ?? STEP_ATTEMPTS_MAX)
  }

  async #pause(error: BanyanError): Promise<void> {
    const { environment, journal } = this.#run
    const pauseMs = Math.max(this.#delayMs(this.#record.attempts), error.retryAfterMs ?? 0)
    const retryAt = this.#run.now() + pauseMs
    environment.runtime.log.warn('a saga step failed; it will be tried again', { ...this.#lines(error), delayMs: pauseMs })
    this.#record = { ...this.#record, error: stepErrorText(error, this.#unknown, { retryAt, pauseMs }) }
    journal.record(this.#record)
    await this.#waitUntil(retryAt)
  }

  #delayMs(attempts: number): number {
    return backoffDelayMs(STEP_BACKOFF, attempts, this.#run.environment.runtime.random)
  }

  #lines(error: BanyanError): LogFields {
    const { name, attempts } = this.#record
    return { ...this.#run.facts, step: name, attempts, code: error.code, error: shownInLog(error) }
  }

  async #waitUntil(dueAt: number): Promise<void> {
    this.#run.underWay.stepRests()
    await this.#run.wait({ name: this.#record.name, kind: 'retry', dueAt })
    this.#run.underWay.stepBegins()
  }

  #leave(): Promise<never> {
    this.#run.underWay.stepRests()
    this.#run.check()
    return hang()
  }
}
