import { backoffDelayMs } from '../../kernel/backoff.ts'
import { nextTurn } from '../../kernel/clock.ts'
import { type BanyanError, shownInLog } from '../../kernel/error.ts'
import type { SagaStepRecord } from '../../store/records/saga-records.ts'
import { Attempt } from './attempt.ts'
import { pausedFrom, readOutput, readStepError, type SagaFailure, stepErrorText, underWayText } from './saga-failure.ts'
import type { AnyStep } from './asked-steps.ts'
import { isMistakeOfAction } from './mistake.ts'
import type { RunningSaga } from './running.ts'
import { stepTimeoutMs } from './step.ts'

/** Attempts of a compensation before a person has to look: about an hour with the back-off below, longer than most outages. */
export const COMPENSATION_ATTEMPTS_MAX = 20
const COMPENSATION_BACKOFF = { firstMs: 250, maxMs: 300_000 }

/**
 * Undoes what a saga started, in reverse order of the starts (P8). The intention to roll back is durable first; actions still under way
 * have lost the right to commit and are waited for, so that a compensation does not overtake the action it undoes.
 */
export async function rollBack(run: RunningSaga): Promise<void> {
  await run.flush()
  await run.underWay.attemptsOver()
  if (run.replaying) await run.asked.rests(openSteps(run).map(({ name }) => name))
  await nextTurn(run.environment.runtime.clock) // lets steps note what those attempts told about the outcome
  await compensate(run)
}

/** Goes on with a rollback after a restart: the function is run again to learn its compensations, nothing of it acts. */
export async function resumeRollback(run: RunningSaga): Promise<void> {
  await run.asked.rests(openSteps(run).map(({ name }) => name))
  await compensate(run)
}

async function compensate(run: RunningSaga): Promise<void> {
  for (const record of openSteps(run)) {
    if (run.phase !== 'compensating') return
    if (run.draining) return run.release()
    const step = run.asked.get(record.name)
    if (!step) return run.diverge(undefined)
    if (!(await settle(run, step, record))) return
  }
  if (run.phase === 'compensating') await run.finish({ status: 'compensated' })
}

function openSteps(run: RunningSaga): SagaStepRecord[] {
  return [...run.journal.steps.values()].filter(isOpen).toSorted((a, b) => b.number - a.number)
}

/** Also a step that was skipped on the way forward: whoever settled it by hand may have done it, as with an outcome that is unknown. */
function isOpen({ state, compensationAttempts }: SagaStepRecord): boolean {
  return OPEN.has(state) || (state === 'skipped' && compensationAttempts === 0)
}

/** States of steps that a rollback has to deal with. */
const OPEN: ReadonlySet<SagaStepRecord['state']> = new Set(['started', 'done', 'unknown', 'compensation_failed'])

/** Compensates one step. Returns false when the saga left memory or is stuck. */
async function settle(run: RunningSaga, step: AnyStep, record: SagaStepRecord): Promise<boolean> {
  if (!step.compensation) {
    run.journal.record({ ...record, state: 'kept', endedAt: run.now() })
    return true
  }
  if (record.state === 'compensation_failed' && step.onCompensationFail === 'continue') return true
  const error = pausedFrom(record.error, run.now())
  if (error !== record.error) run.journal.record({ ...record, error })
  const { retryAt = 0 } = readStepError(error) ?? {}
  if (record.compensationAttempts > 0 && retryAt > run.now()) return wait(run, retryAt)
  const attempted = { ...record, compensationAttempts: record.compensationAttempts + 1 }
  if (run.epoch > 1) run.journal.record(underWay(run, attempted)) // counted before it runs: it may be what killed the process
  if (run.journal.dirty) await run.flush()
  if (run.phase !== 'compensating') return false
  const attempt = new Attempt(run, {
    record: attempted,
    success: 'compensated',
    key: `${run.id}:${record.name}:undo`,
    timeoutMs: stepTimeoutMs(step),
    limit: undefined,
    local: false,
    act: (context) => undo(step, context, record, run.failure as SagaFailure),
  })
  await attempt.finished
  if (run.phase !== 'compensating') return false
  if (attempt.error) return failed(run, step, attempted, attempt.error)
  if (!attempt.durable) run.journal.record({ ...attempted, state: 'compensated', error: null, endedAt: run.now() })
  return true
}

async function undo(step: AnyStep, context: object, record: SagaStepRecord, { code, message, data }: SagaFailure): Promise<unknown> {
  return step.compensation?.(Object.assign(context, { output: readOutput(record.output), error: { code, message, data } }))
}

/** Decides what follows a compensation that failed: another attempt later, the next one, or a person. */
async function failed(run: RunningSaga, step: AnyStep, record: SagaStepRecord, error: BanyanError): Promise<boolean> {
  const { log } = run.environment.runtime
  const fields = { ...run.facts, step: record.name, attempts: record.compensationAttempts, code: error.code, error: shownInLog(error) }
  if (error.retry !== 'never' && record.compensationAttempts < COMPENSATION_ATTEMPTS_MAX) {
    log.warn('a compensation failed; it will be tried again', fields)
    const pauseMs = Math.max(delayMs(run, record.compensationAttempts), error.retryAfterMs ?? 0)
    const retryAt = run.now() + pauseMs
    run.journal.record({ ...record, error: stepErrorText(error, true, { retryAt, pauseMs }) })
    return wait(run, retryAt)
  }
  log.error('a compensation failed for good', fields)
  run.journal.record({ ...record, error: stepErrorText(error, true), state: 'compensation_failed', endedAt: run.now() })
  if (step.onCompensationFail === 'continue') return true
  run.stop(
    error.code,
    `the compensation of step "${record.name}" failed for good: ${error.message}; retry it when its cause is gone, or skip it`,
    { step: record.name, mistake: isMistakeOfAction(error) },
  )
  return false
}

/** The record of a compensation while an attempt of it runs. */
function underWay(run: RunningSaga, record: SagaStepRecord): SagaStepRecord {
  return { ...record, error: underWayText(record.error, run.now(), delayMs(run, record.compensationAttempts)) }
}

/** Leaves memory until the next attempt. */
async function wait(run: RunningSaga, retryAt: number): Promise<false> {
  await run.suspend(retryAt)
  return false
}

function delayMs(run: RunningSaga, attempts: number): number {
  return backoffDelayMs(COMPENSATION_BACKOFF, attempts, run.environment.runtime.random)
}
