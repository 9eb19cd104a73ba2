import { causeText } from '../../telemetry/cause-text.ts'
import { toBanyanError } from '../../kernel/error.ts'
import { sagaControl } from './control.ts'
import { outputText, sagaFailure } from './saga-failure.ts'
import { readInput } from '../input.ts'
import { isMistakeOfFunction } from './mistake.ts'
import { resumeRollback } from './rollback.ts'
import type { SagaRun } from './saga-run.ts'

/** Runs a loaded saga's function from the top; what is in its journal is answered from there. */
export function execute(run: SagaRun): void {
  const { status } = run.record
  if (status === 'waiting') run.journal.change({ status: 'running' })
  if (status === 'compensating') run.replayRollback()
  if (status === 'running' || status === 'waiting') run.mayStart() // may be due for a rollback before it does anything
  void callFunction(run)
  if (status === 'compensating') void resumeRollback(run)
}

async function callFunction(run: SagaRun): Promise<void> {
  let output: unknown
  try {
    output = await run.definition.run(sagaControl(run), readInput(run.definition, run.record.input))
  } catch (thrown) {
    return threw(run, thrown)
  }
  await returned(run, output)
}

async function returned(run: SagaRun, output: unknown): Promise<void> {
  if (run.phase !== 'forward' || !(await run.replayed(undefined))) return
  if (run.isBusy) {
    const message = `the function of saga "${run.record.name}" returned while steps were under way; await each step before it returns`
    return run.stop('misuse', message, { mistake: true })
  }
  let text: string | null
  try {
    text = outputText(output, `saga "${run.record.name}"`)
  } catch (thrown) {
    return threw(run, thrown)
  }
  await run.finish({ status: 'completed', output: text })
}

/**
 * An error that the function did not handle. What a step failed with, and what the author named by a code, rolls back, or stops when the commit
 * point has passed (P10). A mistake in the program undoes nothing: a bad deployment must not cancel what customers ordered (P7).
 */
function threw(run: SagaRun, thrown: unknown): void {
  run.mayStart() // a rollback that is due comes before whatever the function did
  if (run.phase !== 'forward') return
  const error = toBanyanError(thrown)
  const step = run.underWay.stepOf(thrown)
  if (error !== thrown) run.environment.runtime.log.error('the function of a saga threw', { ...run.facts, error: thrown })
  const cause = step === undefined ? causeText(error) : run.causeOf(step)
  const isMistake = isMistakeOfFunction(thrown, (one) => run.underWay.stepOf(one) !== undefined)
  if (run.committed || isMistake) run.stop(error.code, error.message, { step, cause, mistake: isMistake })
  else run.beginRollback(sagaFailure(error, cause))
}
